"""Every public name of the official SDK, by module, and where everstep has it.

A name that is public in the official package by accident of spelling only (its own machinery, the records of its
codec) is listed with the reason why nobody needs it here.
"""

from collections.abc import Mapping

ROOT = "aws_durable_execution_sdk_python"
OFFICIAL_VERSION = "3.0.0"
"""The version whose names these are."""

_FRONT = "everstep"
_ERRORS = "everstep.errors"
_TYPES = "everstep.sdk.types"
_SERDES = "everstep.sdk.serdes"
_OBJECTS = "everstep.sdk.objects"
_PREVIEW = "everstep.sdk.preview"
_PLUGINS = "everstep.sdk.plugins"
_LOADING = "everstep.sdk.plugins.loading"
_LOGGER = "everstep.sdk.logger"
_SCOPE = "everstep.sdk.scope"
_MODEL = "everstep.core.model"
_MESSAGES = "everstep.core.messages"
_LIMITS = "everstep.core.limits"
_STAND_INS = "everstep.compat.aws_sdk.stand_ins"


def _at(module: str, names: str, **renamed: str) -> dict[str, str]:
    """These names in this module of ours; `official="ours"` where the name differs."""
    same = {name: f"{module}:{name}" for name in names.split()}
    return {**same, **{official: f"{module}:{ours}" for official, ours in renamed.items()}}


_ERROR_NAMES = """
    CallbackError CallbackExternalError CallbackSubmitterError CallbackTimeoutError ChildContextError
    DurableExecutionsError DurableOperationError ExecutionError InvocationError InvokeError PluginLoadError
    RetryableSerDesError SerDesError StepError ValidationError WaitForConditionError
"""
_COMPLETION_NAMES = """
    BatchItemStatus CompletionDecision CompletionItemStatus CompletionOutcome CompletionStatus complete_batch
    continue_batch
"""
_DECORATORS = "durable_parallel_branch durable_step durable_wait_for_callback durable_with_child_context"

MODULES: Mapping[str, Mapping[str, str]] = {
    "": _at(
        _FRONT,
        f"""
        {_ERROR_NAMES} {_COMPLETION_NAMES} {_DECORATORS} BatchCompletionError BatchResult DurableContext ParallelBranch
        StepContext WithRetryConfig durable_execution with_retry
        """,
    ),
    "concurrency": {},
    "concurrency.models": _at(_FRONT, "BatchCompletionError BatchItem BatchResult CompletionReason"),
    "config": {
        **_at(
            _FRONT,
            f"""
            {_COMPLETION_NAMES} CallbackConfig ChildConfig CompletionConfig Duration InvokeConfig JitterStrategy
            MapConfig NestingType ParallelBranch ParallelConfig StepConfig StepSemantics WaitForCallbackConfig
            """,
        ),
        **_at(_STAND_INS, "Numeric"),
    },
    "constants": _at(_LIMITS, "", CHECKPOINT_SIZE_LIMIT_BYTES="CONTEXT_RESULT_BYTES_MAX"),
    "context": {
        **_at(_FRONT, f"{_DECORATORS} Callback DurableContext"),
        **_at(_SCOPE, "ExecutionContext"),
        **_at(_STAND_INS, "PASS_THROUGH_SERDES"),
    },
    "exceptions": {
        **_at(
            _ERRORS,
            f"""
            {_ERROR_NAMES} CheckpointError GetExecutionStateError InvalidStateError NonDeterministicExecutionError
            StepInterruptedError SuspendExecution TerminationReason UnrecoverableError
            """,
            BotoClientError="ServiceError",
        ),
        **_at(
            _STAND_INS,
            """
            AwsErrorMetadata AwsErrorObj BAD_REQUEST_ERROR BackgroundThreadError CheckpointErrorCategory
            DurableApiErrorCategory INVALID_CHECKPOINT_TOKEN_PREFIX INVALID_PARAMETER_VALUE_EXCEPTION OrderedLockError
            OrphanedChildException SERVICE_ERROR TOO_MANY_REQUESTS_ERROR TimedSuspendExecution
            """,
        ),
    },
    "execution": {
        **_at(_FRONT, "durable_execution"),
        **_at(_LIMITS, "", LAMBDA_RESPONSE_SIZE_LIMIT="OUTPUT_BYTES_MAX"),
    },
    "filesystem_serdes": {
        **_at(_OBJECTS, "FileSystemPathEncoding FileSystemSerDesConfig FileSystemSerDesMode"),
        **_at("everstep.sdk.files", "FileSystemSerDes"),
        **_at(_STAND_INS, "GeneratePreview"),
    },
    "lambda_service": {
        **_at(
            _MODEL,
            "CallbackOptions ErrorObject Operation",
            ChainedInvokeOptions="InvokeOptions",
            OperationAction="Action",
            OperationStatus="Status",
            OperationSubType="SubType",
            OperationType="Kind",
            OperationUpdate="Update",
        ),
        **_at(
            _MESSAGES,
            "InvocationStatus",
            CheckpointOutput="CheckpointReply",
            DurableExecutionInvocationOutput="InvocationOutput",
            StateOutput="StatePage",
        ),
        **_at("everstep.sdk.clients.port", "", DurableServiceClient="DurableClient"),
        **_at("everstep.sdk.clients.boto", "", LambdaClient="BotoClient"),
        **_at(_STAND_INS, "CallbackTimeoutType"),
    },
    "logger": _at(_LOGGER, "LogInfo Logger"),
    "plugin": _at(
        _PLUGINS,
        """
        DurableInstrumentationPlugin DurableInstrumentationPluginFactory InvocationEndInfo InvocationInfo
        InvocationStartInfo InvocationStatus OperationChangeInfo OperationEndInfo OperationInfo OperationStartInfo
        OperationType PropagationInput PropagationMetadata UserFunctionEndInfo UserFunctionOutcome UserFunctionStartInfo
        """,
    ),
    "plugin_discovery": _at(_LOADING, "PLUGIN_ENTRY_POINT_GROUP PLUGIN_ENVIRONMENT_VARIABLE load_configured_plugins"),
    "preview": _at(_PREVIEW, "FieldMatchMode PreviewConfig PreviewField PreviewMode build_preview"),
    "retries": {
        **_at(
            _FRONT,
            """
            LinearRetryStrategyConfig RetryDecision RetryPresets RetryStrategyConfig WithRetryConfig
            create_linear_retry_strategy create_retry_strategy with_retry
            """,
        ),
        **_at(_STAND_INS, "Numeric"),
    },
    "serdes": {
        **_at(_FRONT, "ExtendedTypeSerDes JsonSerDes PassThroughSerDes SerDes SerDesContext"),
        **_at(_SERDES, "DEFAULT_JSON_SERDES EXTENDED_TYPES_SERDES deserialize serialize"),
    },
    "types": {
        **_at(
            _FRONT,
            "BatchResult Callback DurableContext StepContext WaitForCallbackContext WaitForConditionCheckContext",
        ),
        **_at(_TYPES, "DurableExecutionArn LambdaContext LoggerInterface OperationContext SummaryGenerator"),
    },
    "waits": {
        **_at(_FRONT, "WaitForConditionConfig WaitForConditionDecision WaitStrategyConfig create_wait_strategy"),
        **_at(_STAND_INS, "Numeric"),
    },
}
"""`official module -> official name -> "our module:our name"`."""

_MACHINERY = "carries out operations inside the official SDK; here everstep.sdk.replay and everstep.sdk.drive do that"
_CODEC = "part of the official codec; the format itself is understood (everstep.sdk.serdes)"
_FLAT = "part of the official wire model; everstep's Operation and Update have these facts as members"
_INJECTION = "lets the official test library replace the service; everstep has everstep.testing"

UNNEEDED_MODULES: Mapping[str, str] = {
    "concurrency.executor": _MACHINERY,
    "identifier": _MACHINERY,
    "operation": _MACHINERY,
    "operation.base": _MACHINERY,
    "operation.callback": _MACHINERY,
    "operation.child": _MACHINERY,
    "operation.invoke": _MACHINERY,
    "operation.map": _MACHINERY,
    "operation.parallel": _MACHINERY,
    "operation.step": _MACHINERY,
    "operation.wait": _MACHINERY,
    "operation.wait_for_condition": _MACHINERY,
    "state": _MACHINERY,
    "suspend": _MACHINERY,
    "threading": _MACHINERY,
}
"""Official modules that hold nothing for authors, with the reason."""


def _because(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


UNNEEDED: Mapping[str, Mapping[str, str]] = {
    "concurrency.models": _because(
        _MACHINERY,
        """
        Branch BranchEvent BranchEventKind BranchStatus CompletionPolicy CompletionRecord Executable
        envelope_summary_generator
        """,
    ),
    "exceptions": _because(
        "makes an error's __cause__ an author's own class; here the cause is always a DurableOperationError",
        "register_operation_error",
    ),
    "execution": {
        **_because(
            _INJECTION,
            "DurableExecutionInvocationInput DurableExecutionInvocationInputWithClient InitialExecutionState",
        ),
        **_because(_MACHINERY, "handle_checkpoint_error"),
    },
    "lambda_service": _because(
        _FLAT,
        """
        CallbackDetails ChainedInvokeDetails CheckpointUpdatedExecutionState ContextDetails ContextOptions
        ExecutionDetails OperationPayload ReplayChildren StepDetails StepOptions TimeoutSeconds TimestampConverter
        WaitDetails WaitOptions
        """,
    ),
    "plugin": _because(_MACHINERY, "PluginExecutor PluginHost"),
    "serdes": _because(
        _CODEC,
        """
        BytesCodec Codec ContainerCodec DateTimeCodec DecimalCodec EncodedValue PrimitiveCodec TYPE_CODEC TYPE_TOKEN
        TypeCodec TypeTag UuidCodec VALUE_TOKEN
        """,
    ),
}
"""Names beside those in MODULES that hold nothing for authors, with the reason."""
