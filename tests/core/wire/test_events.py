"""The history on the wire."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from everstep.core.events import Event, EventType
from everstep.core.model import Arn, CallbackId, CallbackOptions, ErrorObject, Millis, OperationId
from everstep.core.wire.events import decode_event, encode_event, encode_history
from everstep.core.wire.fields import MalformedError
from everstep.core.wire.text import Json, JsonObject, dump, load
from tests.core.wire.strategies import events

AT = Millis(1795290560413)
ERROR: JsonObject = {"Payload": {"ErrorType": "ValueError", "ErrorMessage": "no"}, "Truncated": False}
FULL = Event(
    event_id=3,
    type=EventType.STEP_FAILED,
    at=AT,
    id=OperationId("9f00"),
    name="b",
    sub_type="Step",
    parent_id=OperationId("77aa"),
    input="in",
    result="out",
    error=ErrorObject(type="ValueError", message="no"),
    execution_timeout_seconds=60,
    requested_at=Millis(1795290560001),
    reason="why",
    timeout_paused=True,
    attempt=1,
    next_attempt_delay_seconds=5,
    duration_seconds=7,
    wait_ends_at=Millis(1795290567413),
    callback_id=CallbackId("eyJh"),
    callback=CallbackOptions(timeout_seconds=9),
    function_name="pay",
    tenant_id="t1",
    executed_version="3",
    child_arn=Arn("arn:child"),
    request_id="0c6e",
    invocation_started_at=Millis(1795290560000),
    invocation_ended_at=AT,
)
"""Every fact there is: what an event shows of it follows from its type."""

DETAILS: dict[EventType, JsonObject] = {
    EventType.EXECUTION_STARTED: {"Input": {"Payload": "in", "Truncated": False}, "ExecutionTimeout": 60},
    EventType.STEP_SUCCEEDED: {
        "Result": {"Payload": "out", "Truncated": False},
        "RetryDetails": {"CurrentAttempt": 1, "NextAttemptDelaySeconds": 5},
    },
    EventType.STEP_FAILED: {
        "Error": ERROR,
        "RetryDetails": {"CurrentAttempt": 1, "NextAttemptDelaySeconds": 5},
    },
    EventType.EXECUTION_PAUSED: {
        "PauseRequestTimestamp": 1795290560.001,
        "ExecutionTimeoutPaused": True,
        "Reason": {"Payload": "why", "Truncated": False},
    },
    EventType.EXECUTION_RESUMED: {
        "ResumeRequestTimestamp": 1795290560.001,
        "Reason": {"Payload": "why", "Truncated": False},
    },
    EventType.CONTEXT_STARTED: {},
    EventType.STEP_STARTED: {},
    EventType.WAIT_STARTED: {"Duration": 7, "ScheduledEndTimestamp": 1795290567.413},
    EventType.WAIT_SUCCEEDED: {"Duration": 7},
    EventType.CALLBACK_STARTED: {"CallbackId": "eyJh", "Timeout": 9},
    EventType.CHAINED_INVOKE_STARTED: {
        "FunctionName": "pay",
        "Input": {"Payload": "in", "Truncated": False},
        "TenantId": "t1",
        "ExecutedVersion": "3",
        "DurableExecutionArn": "arn:child",
    },
    EventType.INVOCATION_COMPLETED: {
        "StartTimestamp": 1795290560.0,
        "EndTimestamp": 1795290560.413,
        "RequestId": "0c6e",
        "Error": ERROR,
    },
}
"""The types with details of their own; all others show their result or their error."""

REQUIRED: dict[EventType, set[str]] = {
    EventType.EXECUTION_STARTED: {"Input", "ExecutionTimeout"},
    EventType.STEP_SUCCEEDED: {"Result", "RetryDetails"},
    EventType.STEP_FAILED: {"Error", "RetryDetails"},
    EventType.WAIT_STARTED: {"Duration", "ScheduledEndTimestamp"},
    EventType.WAIT_SUCCEEDED: set(),
    EventType.WAIT_CANCELLED: set(),
    EventType.EXECUTION_TIMED_OUT: set(),
    EventType.EXECUTION_PAUSED: {"PauseRequestTimestamp", "ExecutionTimeoutPaused"},
    EventType.EXECUTION_RESUMED: {"ResumeRequestTimestamp"},
    EventType.CONTEXT_STARTED: set(),
    EventType.STEP_STARTED: set(),
    EventType.CALLBACK_STARTED: {"CallbackId"},
    EventType.CHAINED_INVOKE_STARTED: {"FunctionName"},
    EventType.INVOCATION_COMPLETED: {"StartTimestamp", "EndTimestamp", "RequestId"},
}
"""What the API model marks as required; for all other types their result or their error."""


def details_of(event: Event, *, include_data: bool = True) -> Json:
    return encode_event(event, include_data=include_data)[f"{event.type}Details"]


def outcome(type_: EventType) -> str:
    return "Result" if type_.value.endswith("Succeeded") else "Error"


@settings(deadline=None, derandomize=True, max_examples=300)
@given(events())
def test_an_event_survives_the_journey(event: Event) -> None:
    assert decode_event(load(dump(encode_event(event, include_data=True)))) == event


def test_an_event_looks_like_the_contract_says() -> None:
    assert encode_event(FULL, include_data=True) == {
        "EventId": 3,
        "EventType": "StepFailed",
        "EventTimestamp": 1795290560.413,
        "Id": "9f00",
        "Name": "b",
        "SubType": "Step",
        "ParentId": "77aa",
        "StepFailedDetails": DETAILS[EventType.STEP_FAILED],
    }


@pytest.mark.parametrize("type_", list(EventType))
def test_each_type_shows_the_facts_of_its_own(type_: EventType) -> None:
    payload: JsonObject = {"Result": {"Payload": "out", "Truncated": False}, "Error": ERROR}
    expected = DETAILS.get(type_, {outcome(type_): payload[outcome(type_)]})
    assert details_of(replace(FULL, type=type_)) == expected


@pytest.mark.parametrize("type_", list(EventType))
@pytest.mark.parametrize("include_data", [True, False])
def test_required_members_stand_even_where_nothing_is_known(type_: EventType, include_data: bool) -> None:
    details = details_of(Event(event_id=1, type=type_, at=AT), include_data=include_data)
    assert isinstance(details, dict)
    assert set(details) == REQUIRED.get(type_, {outcome(type_)})


@pytest.mark.parametrize("type_", list(EventType))
def test_without_data_payloads_are_only_mentioned(type_: EventType) -> None:
    with_data = details_of(replace(FULL, type=type_))
    assert isinstance(with_data, dict)
    mentioned = {name: {"Truncated": True} for name in ("Input", "Result", "Error", "Reason") if name in with_data}
    assert details_of(replace(FULL, type=type_), include_data=False) == with_data | mentioned


def test_a_page_has_a_marker_unless_it_is_the_last() -> None:
    started = Event(event_id=1, type=EventType.STEP_STARTED, at=AT)
    shown = encode_event(started, include_data=True)
    assert encode_history([started], "m", include_data=True) == {"Events": [shown], "NextMarker": "m"}
    assert encode_history([], None, include_data=True) == {"Events": []}


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"EventId": 1, "EventType": "Odd", "EventTimestamp": 1},
        {"EventId": "1", "EventType": "StepStarted", "EventTimestamp": 1},
        {"EventId": 1, "EventType": "StepStarted"},
        {"EventId": 1, "EventType": "StepFailed", "EventTimestamp": 1, "StepFailedDetails": {"RetryDetails": 5}},
    ],
)
def test_what_is_no_event_is_a_value_error(value: Json) -> None:
    with pytest.raises(MalformedError, match="event"):
        decode_event(value)
