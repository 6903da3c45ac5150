"""Executions as the management API shows them, and the emulator's own request to start one."""

import re
from dataclasses import dataclass

from everstep.core import limits
from everstep.core.machine.commands import Pause, Resume
from everstep.core.machine.state import Head, Origin, PauseDetails
from everstep.core.model import ExecutionStatus, Millis
from everstep.core.names import EXECUTION_NAME_PATTERN, QUALIFIER_PATTERN
from everstep.core.refusal import Code, Refused
from everstep.core.wire.errors import encode_error
from everstep.core.wire.fields import Fields, Text
from everstep.core.wire.operations import Moments
from everstep.core.wire.requests import CLIENT_TOKEN
from everstep.core.wire.text import Json, JsonObject, NotJsonError, dump, load
from everstep.core.wire.updates import TENANT_ID

EXECUTION_NAME = Text(
    chars_min=1, chars_max=limits.EXECUTION_NAME_CHARS_MAX, pattern=re.compile(EXECUTION_NAME_PATTERN)
)
QUALIFIER = Text(chars_min=1, chars_max=limits.QUALIFIER_CHARS_MAX, pattern=re.compile(QUALIFIER_PATTERN))
_FUNCTION = Text(chars_min=1, chars_max=limits.FUNCTION_NAME_CHARS_MAX)


def encode_execution(origin: Origin, head: Head, *, include_data: bool) -> JsonObject:
    """The answer of GetDurableExecution."""
    found = encode_summary(origin, head)
    found["Version"] = origin.version
    found["ExecutionDataIncluded"] = include_data
    config: JsonObject = {"ExecutionTimeout": origin.timeout_seconds}
    if origin.retention_days is not None:
        config["RetentionPeriodInDays"] = origin.retention_days
    found["DurableConfig"] = config
    if origin.trace_header is not None:
        found["TraceHeader"] = {"XAmznTraceId": origin.trace_header}
    if head.pause is not None:
        found["PauseDetails"] = _pause(head.pause, include_data=include_data)
    if head.timeout_at is not None:
        found["ExpectedExecutionTimeoutTimestamp"] = _seconds(head.timeout_at)
    if include_data:
        if origin.input is not None:
            found["InputPayload"] = origin.input
        if head.result is not None and head.status is ExecutionStatus.SUCCEEDED:
            found["Result"] = head.result
        if head.error is not None and head.status in _FAILURES:
            found["Error"] = encode_error(head.error)
    return found


def _pause(pause: PauseDetails, *, include_data: bool) -> JsonObject:
    found: JsonObject = {
        "PauseRequestTimestamp": _seconds(pause.requested_at),
        "ExecutionTimeoutPaused": pause.timeout_paused,
    }
    if include_data and pause.reason is not None:
        found["Reason"] = pause.reason
    return found


_FAILURES = frozenset({ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.STOPPED})


def encode_summary(origin: Origin, head: Head) -> JsonObject:
    """One item of ListDurableExecutionsByFunction."""
    found: JsonObject = {
        "DurableExecutionArn": origin.arn,
        "DurableExecutionName": origin.name,
        "FunctionArn": origin.function_arn,
        "Status": head.status,
        "StartTimestamp": _seconds(origin.started_at),
    }
    if head.ended_at is not None:
        found["EndTimestamp"] = _seconds(head.ended_at)
    return found


def _seconds(at: Millis) -> float | int:
    return Moments.SECONDS.write(at)


_REASON = Text(chars_max=limits.PAUSE_REASON_CHARS_MAX, secret=True)


def decode_pause(value: Json) -> Pause:
    """The body of PauseDurableExecution. Raises Refused, which names every member that breaks its shape."""
    fields = Fields(value)
    timeout_paused = fields.flag("ExecutionTimeoutPaused")
    pause = Pause(
        client_token=fields.text("ClientToken", CLIENT_TOKEN),
        reason=fields.text("Reason", _REASON),
        timeout_paused=True if timeout_paused is None else timeout_paused,
    )
    fields.check()
    return pause


def decode_resume(value: Json) -> Resume:
    """The body of ResumeDurableExecution. Raises Refused, as `decode_pause` does."""
    fields = Fields(value)
    resume = Resume(client_token=fields.text("ClientToken", CLIENT_TOKEN), reason=fields.text("Reason", _REASON))
    fields.check()
    return resume


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """The body of POST /start-durable-execution: start an execution without an Invoke."""

    account_id: str | None
    function: str
    qualifier: str | None
    """Version or alias; None where the caller left it to the service."""
    name: str | None
    """None: the service makes one up."""
    timeout_seconds: int | None
    """None: what the function is configured for."""
    retention_days: int | None
    input: str | None = None
    """JSON text; None when there is no input."""
    tenant_id: str | None = None
    trace_header: str | None = None
    endpoint: str | None = None
    """Where this execution's function is invoked, when not at the service's own endpoint."""
    invocation_id: str | None = None


_PRESENT = (
    "AccountId",
    "FunctionName",
    "FunctionQualifier",
    "ExecutionName",
    "ExecutionTimeoutSeconds",
    "ExecutionRetentionPeriodDays",
)


def decode_start_request(value: Json) -> StartRequest:
    """The request. Raises Refused: for a missing key, a wrong type, or a value out of its shape."""
    fields = Fields(value)
    for key in _PRESENT:
        if key not in fields:
            raise Refused(Code.INVALID_PARAMETER, f"Missing required field: {key}")
    trace = fields.object("TraceFields")
    request = StartRequest(
        account_id=fields.text("AccountId"),
        function=fields.need_text("FunctionName", _FUNCTION),
        qualifier=fields.text("FunctionQualifier"),
        name=fields.text("ExecutionName", EXECUTION_NAME),
        timeout_seconds=fields.integer("ExecutionTimeoutSeconds", 1, limits.SECONDS_MAX),
        retention_days=fields.integer("ExecutionRetentionPeriodDays", 1, limits.RETENTION_DAYS_MAX),
        input=_input(fields.value("Input")),
        tenant_id=fields.text("TenantId", TENANT_ID),
        trace_header=trace.text("XAmznTraceId") if trace else None,
        endpoint=fields.text("LambdaEndpoint"),
        invocation_id=fields.text("InvocationId"),
    )
    fields.check()
    return request


def _input(value: Json) -> str | None:
    """JSON text is kept as it is, any other text becomes a JSON string, any other value becomes its JSON text."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            load(value)
        except NotJsonError:
            return dump(value)
        return value
    return dump(value)
