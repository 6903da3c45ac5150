"""The history as JSON: one event, one `<EventType>Details` member.

`_DETAILS` says which facts each type of event shows. What an author's code produced (inputs, results, errors) is
wrapped, so that a reader can tell "left out" from "there was none":

    {"Payload": "…", "Truncated": false}        with the data
    {"Truncated": true}                         without
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from everstep.core.events import Event, EventType
from everstep.core.model import Arn, CallbackId, CallbackOptions, ErrorObject, Millis, OperationId
from everstep.core.wire.errors import encode_error, error_in
from everstep.core.wire.fields import Fields, named
from everstep.core.wire.operations import Moments
from everstep.core.wire.text import Json, JsonObject

_TYPES = named(EventType)


def encode_event(event: Event, *, include_data: bool) -> JsonObject:
    """The event as the history API shows it; without data, inputs, results and errors are only mentioned."""
    found: JsonObject = {
        "EventId": event.event_id,
        "EventType": event.type,
        "EventTimestamp": _seconds(event.at),
    }
    if event.id is not None:
        found["Id"] = event.id
    if event.name is not None:
        found["Name"] = event.name
    if event.sub_type is not None:
        found["SubType"] = event.sub_type
    if event.parent_id is not None:
        found["ParentId"] = event.parent_id
    details: JsonObject = {}
    for write in _DETAILS[event.type]:
        write(event, include_data, details)
    found[_DETAILS_NAMES[event.type]] = details
    return found


def encode_history(events: Iterable[Event], next_marker: str | None, *, include_data: bool) -> JsonObject:
    """A page of the history; no marker on the last one."""
    found: JsonObject = {"Events": [encode_event(event, include_data=include_data) for event in events]}
    if next_marker is not None:
        found["NextMarker"] = next_marker
    return found


# --------------------------------------------------------------------------- one writer per fact
_Writer: TypeAlias = Callable[[Event, bool, JsonObject], None]


def _input(event: Event, include_data: bool, details: JsonObject) -> None:
    details["Input"] = _wrapped(event.input, include_data)


def _input_if_any(event: Event, include_data: bool, details: JsonObject) -> None:
    if event.input is not None:
        _input(event, include_data, details)


def _result(event: Event, include_data: bool, details: JsonObject) -> None:
    details["Result"] = _wrapped(event.result, include_data)


def _error(event: Event, include_data: bool, details: JsonObject) -> None:
    details["Error"] = _wrapped(None if event.error is None else encode_error(event.error), include_data)


def _error_if_any(event: Event, include_data: bool, details: JsonObject) -> None:
    if event.error is not None:
        _error(event, include_data, details)


def _retry(event: Event, _include_data: bool, details: JsonObject) -> None:
    retry: JsonObject = {}
    if event.attempt is not None:
        retry["CurrentAttempt"] = event.attempt
    if event.next_attempt_delay_seconds is not None:
        retry["NextAttemptDelaySeconds"] = event.next_attempt_delay_seconds
    details["RetryDetails"] = retry


def _execution_timeout(event: Event, _include_data: bool, details: JsonObject) -> None:
    details["ExecutionTimeout"] = event.execution_timeout_seconds or 0


def _paused(event: Event, include_data: bool, details: JsonObject) -> None:
    details["PauseRequestTimestamp"] = _seconds(event.requested_at or event.at)
    details["ExecutionTimeoutPaused"] = bool(event.timeout_paused)
    _reason_if_any(event, include_data, details)


def _resumed(event: Event, include_data: bool, details: JsonObject) -> None:
    details["ResumeRequestTimestamp"] = _seconds(event.requested_at or event.at)
    _reason_if_any(event, include_data, details)


def _reason_if_any(event: Event, include_data: bool, details: JsonObject) -> None:
    if event.reason is not None:
        details["Reason"] = _wrapped(event.reason, include_data)


def _wait(event: Event, _include_data: bool, details: JsonObject) -> None:
    details["Duration"] = event.duration_seconds or 0
    details["ScheduledEndTimestamp"] = _seconds(event.wait_ends_at or event.at)


def _duration(event: Event, _include_data: bool, details: JsonObject) -> None:
    if event.duration_seconds is not None:
        details["Duration"] = event.duration_seconds


def _callback(event: Event, _include_data: bool, details: JsonObject) -> None:
    details["CallbackId"] = event.callback_id or ""
    options = event.callback
    if options is not None and options.timeout_seconds:
        details["Timeout"] = options.timeout_seconds
    if options is not None and options.heartbeat_timeout_seconds:
        details["HeartbeatTimeout"] = options.heartbeat_timeout_seconds


def _target(event: Event, _include_data: bool, details: JsonObject) -> None:
    details["FunctionName"] = event.function_name or ""
    if event.tenant_id is not None:
        details["TenantId"] = event.tenant_id
    if event.executed_version is not None:
        details["ExecutedVersion"] = event.executed_version
    if event.child_arn is not None:
        details["DurableExecutionArn"] = event.child_arn


def _invocation(event: Event, _include_data: bool, details: JsonObject) -> None:
    details["StartTimestamp"] = _seconds(event.invocation_started_at or event.at)
    details["EndTimestamp"] = _seconds(event.invocation_ended_at or event.at)
    details["RequestId"] = event.request_id or ""


def _wrapped(payload: Json, include_data: bool) -> JsonObject:
    if not include_data:
        return {"Truncated": True}
    return {"Truncated": False} if payload is None else {"Payload": payload, "Truncated": False}


def _seconds(at: Millis) -> float | int:
    return Moments.SECONDS.write(at)


_DETAILS: Mapping[EventType, tuple[_Writer, ...]] = {
    EventType.EXECUTION_STARTED: (_input, _execution_timeout),
    EventType.EXECUTION_SUCCEEDED: (_result,),
    EventType.EXECUTION_FAILED: (_error,),
    EventType.EXECUTION_TIMED_OUT: (_error_if_any,),
    EventType.EXECUTION_STOPPED: (_error,),
    EventType.EXECUTION_PAUSED: (_paused,),
    EventType.EXECUTION_RESUMED: (_resumed,),
    EventType.CONTEXT_STARTED: (),
    EventType.CONTEXT_SUCCEEDED: (_result,),
    EventType.CONTEXT_FAILED: (_error,),
    EventType.STEP_STARTED: (),
    EventType.STEP_SUCCEEDED: (_result, _retry),
    EventType.STEP_FAILED: (_error, _retry),
    EventType.WAIT_STARTED: (_wait,),
    EventType.WAIT_SUCCEEDED: (_duration,),
    EventType.WAIT_CANCELLED: (_error_if_any,),
    EventType.CALLBACK_STARTED: (_callback,),
    EventType.CALLBACK_SUCCEEDED: (_result,),
    EventType.CALLBACK_FAILED: (_error,),
    EventType.CALLBACK_TIMED_OUT: (_error,),
    EventType.CHAINED_INVOKE_STARTED: (_target, _input_if_any),
    EventType.CHAINED_INVOKE_SUCCEEDED: (_result,),
    EventType.CHAINED_INVOKE_FAILED: (_error,),
    EventType.CHAINED_INVOKE_TIMED_OUT: (_error,),
    EventType.CHAINED_INVOKE_STOPPED: (_error,),
    EventType.INVOCATION_COMPLETED: (_invocation, _error_if_any),
}
_DETAILS_NAMES = {type_: f"{type_.value}Details" for type_ in EventType}


# --------------------------------------------------------------------------- back again
def decode_event(value: Json) -> Event:
    """The event as far as it was shown. Raises MalformedError (a ValueError).

    No name means two things, so the details are read without asking for the type.
    """
    fields = Fields(value, "event")
    type_ = fields.need_choice("EventType", _TYPES)
    details = fields.object(_DETAILS_NAMES[type_]) or Fields({})
    retry = details.object("RetryDetails") or Fields({})
    operation, parent = fields.text("Id"), fields.text("ParentId")
    callback_id, child_arn = details.text("CallbackId"), details.text("DurableExecutionArn")
    event = Event(
        event_id=fields.need_integer("EventId"),
        type=type_,
        at=fields.need_moment("EventTimestamp"),
        id=None if operation is None else OperationId(operation),
        name=fields.text("Name"),
        sub_type=fields.text("SubType"),
        parent_id=None if parent is None else OperationId(parent),
        input=_payload(details, "Input"),
        result=_payload(details, "Result"),
        error=_wrapped_error(details),
        execution_timeout_seconds=details.integer("ExecutionTimeout"),
        requested_at=details.moment("PauseRequestTimestamp") or details.moment("ResumeRequestTimestamp"),
        reason=_payload(details, "Reason"),
        timeout_paused=details.flag("ExecutionTimeoutPaused"),
        attempt=retry.integer("CurrentAttempt"),
        next_attempt_delay_seconds=retry.integer("NextAttemptDelaySeconds"),
        duration_seconds=details.integer("Duration"),
        wait_ends_at=details.moment("ScheduledEndTimestamp"),
        callback_id=None if callback_id is None else CallbackId(callback_id),
        callback=_callback_options(details),
        function_name=details.text("FunctionName"),
        tenant_id=details.text("TenantId"),
        executed_version=details.text("ExecutedVersion"),
        child_arn=None if child_arn is None else Arn(child_arn),
        request_id=details.text("RequestId"),
        invocation_started_at=details.moment("StartTimestamp"),
        invocation_ended_at=details.moment("EndTimestamp"),
    )
    fields.check()
    return event


def _payload(details: Fields, name: str) -> str | None:
    wrapped = details.object(name)
    return wrapped.text("Payload") if wrapped else None


def _wrapped_error(details: Fields) -> ErrorObject | None:
    wrapped = details.object("Error")
    return error_in(wrapped, "Payload") if wrapped else None


def _callback_options(details: Fields) -> CallbackOptions | None:
    timeout, heartbeat = details.integer("Timeout"), details.integer("HeartbeatTimeout")
    if timeout is None and heartbeat is None:
        return None
    return CallbackOptions(timeout_seconds=timeout or 0, heartbeat_timeout_seconds=heartbeat or 0)
