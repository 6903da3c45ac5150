"""Every public name of the official testing package that tests use, by module, and where everstep has it.

The rest of that package is the emulator's inside, listed by module with the reason why no test needs it.
"""

from collections.abc import Mapping

ROOT = "aws_durable_execution_sdk_python_testing"
OFFICIAL_VERSION = "1.4.0"
"""The version whose names these are."""

_RUNNERS = "everstep.compat.aws_testing.runners"
_TESTING = "everstep.testing"
_OPERATION = "everstep.testing:TestedOperation"

_FRONT = {
    "DurableChildContextTestRunner": f"{_TESTING}:DurableChildContextTestRunner",
    "DurableFunctionCloudTestRunner": f"{_RUNNERS}:DurableFunctionCloudTestRunner",
    "DurableFunctionTestResult": f"{_TESTING}:DurableFunctionTestResult",
    "DurableFunctionTestRunner": f"{_RUNNERS}:DurableFunctionTestRunner",
}

MODULES: Mapping[str, Mapping[str, str]] = {
    "": _FRONT,
    "runner": {
        **_FRONT,
        "CallbackOperation": _OPERATION,
        "ContextOperation": _OPERATION,
        "ExecutionOperation": _OPERATION,
        "InvokeOperation": _OPERATION,
        "Operation": _OPERATION,
        "StepOperation": _OPERATION,
        "WaitOperation": _OPERATION,
    },
    "exceptions": {"DurableFunctionsTestError": f"{_TESTING}:DurableFunctionsTestError"},
    "execution": {"ExecutionStatus": "everstep.core.model:ExecutionStatus"},
}
"""`official module -> official name -> "our module:our name"`."""

_INSIDE = "the inside of the official emulator; here the service itself runs in a test (everstep.testing)"
_SERVER = "the official emulator over HTTP; here it is `dex-local-runner`, see docs/emulator.md"
_STORES = "the official emulator's stores; give the runner's option `store` one of everstep's"


def _because(reason: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


UNNEEDED_MODULES: Mapping[str, str] = {
    **_because(
        _INSIDE,
        """
        checkpoint checkpoint.core checkpoint.effects checkpoint.processor checkpoint.processors
        checkpoint.processors.base checkpoint.processors.callback checkpoint.processors.context
        checkpoint.processors.execution checkpoint.processors.invoke checkpoint.processors.step
        checkpoint.processors.wait checkpoint.transformer checkpoint.validators checkpoint.validators.checkpoint
        checkpoint.validators.operations checkpoint.validators.operations.callback
        checkpoint.validators.operations.context checkpoint.validators.operations.execution
        checkpoint.validators.operations.invoke checkpoint.validators.operations.step
        checkpoint.validators.operations.wait child_dispatcher client clock executor invoker model observer scheduler
        threads token worker worker.checkpoint_tasks worker.execution_worker worker.lane worker.registry worker.status
        worker.task
        """,
    ),
    **_because(_SERVER, "cli web web.errors web.handlers web.models web.routes web.serialization web.server"),
    **_because(_STORES, "stores stores.base stores.filesystem stores.memory stores.sqlite"),
}
"""Official modules that hold nothing for tests, with the reason."""

UNNEEDED: Mapping[str, Mapping[str, str]] = {
    "": dict.fromkeys(("WebRunner", "WebRunnerConfig"), _SERVER),
    "runner": {
        **dict.fromkeys(("WebRunner", "WebRunnerConfig"), _SERVER),
        **dict.fromkeys(("OPERATION_FACTORIES", "OperationFactory", "create_operation"), _INSIDE),
    },
    "exceptions": _because(
        _INSIDE,
        """
        AwsApiException CallbackTimeoutException DurableFunctionsLocalRunnerError ExecutionAlreadyStartedException
        ExecutionConflictException IllegalArgumentException IllegalStateException InvalidParameterValueException
        ResourceNotFoundException RuntimeException SerializationError ServiceException TooManyRequestsException
        UnknownRouteError InvalidInvocationOutputError
        """,
    ),
    "execution": _because(_INSIDE, "CheckpointIdempotencyRecord Execution OperationPaginatorState PauseState"),
}
"""Names beside those in MODULES that hold nothing for tests, with the reason."""
