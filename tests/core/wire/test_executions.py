"""Executions as the management API shows them, and the emulator's start request."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from everstep.core.machine.commands import Pause, Resume
from everstep.core.machine.state import Head, Origin, PauseDetails
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Millis
from everstep.core.refusal import Code, Refused
from everstep.core.wire.executions import (
    StartRequest,
    decode_pause,
    decode_resume,
    decode_start_request,
    encode_execution,
    encode_summary,
)
from everstep.core.wire.text import Json, JsonObject

ORIGIN = Origin(
    arn=Arn("arn:x"),
    execution_id="e1",
    name="n1",
    function="pay",
    version="3",
    function_arn="arn:aws:lambda:us-east-1:000000000000:function:pay:3",
    input="[1]",
    started_at=Millis(1795290560410),
    timeout_seconds=60,
    retention_days=14,
    trace_header="Root=1-5759e988-bd862e3fe1be46a994272793",
)
SUMMARY: JsonObject = {
    "DurableExecutionArn": "arn:x",
    "DurableExecutionName": "n1",
    "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:pay:3",
    "Status": "RUNNING",
    "StartTimestamp": 1795290560.410,
}
KNOWN: JsonObject = {
    "Version": "3",
    "DurableConfig": {"ExecutionTimeout": 60, "RetentionPeriodInDays": 14},
    "TraceHeader": {"XAmznTraceId": "Root=1-5759e988-bd862e3fe1be46a994272793"},
}
OPEN = Head(timeout_at=Millis(1795290620410))
ENDED = Head(ended_at=Millis(1795290561000), result="2", error=ErrorObject(message="no"))
FAILURES = [ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.STOPPED]


def test_an_open_execution_shows_its_input_and_when_it_will_time_out() -> None:
    assert encode_execution(ORIGIN, OPEN, include_data=True) == {
        **SUMMARY,
        **KNOWN,
        "ExecutionDataIncluded": True,
        "InputPayload": "[1]",
        "ExpectedExecutionTimeoutTimestamp": 1795290620.410,
    }


def test_a_success_shows_its_result_and_no_error() -> None:
    shown = encode_execution(ORIGIN, replace(ENDED, status=ExecutionStatus.SUCCEEDED), include_data=True)
    assert shown == {
        **SUMMARY,
        **KNOWN,
        "Status": "SUCCEEDED",
        "EndTimestamp": 1795290561.0,
        "ExecutionDataIncluded": True,
        "InputPayload": "[1]",
        "Result": "2",
    }


@pytest.mark.parametrize("status", [ExecutionStatus.PAUSING, ExecutionStatus.PAUSED])
def test_a_pause_is_shown_with_its_reason_where_data_is(status: ExecutionStatus) -> None:
    pause = PauseDetails(requested_at=Millis(1795290561000), reason="look", time_left_ms=5, owes_invocation=True)
    paused = replace(OPEN, status=status, pause=pause)
    details: JsonObject = {"PauseRequestTimestamp": 1795290561.0, "ExecutionTimeoutPaused": True}
    assert encode_execution(ORIGIN, paused, include_data=False)["PauseDetails"] == details
    assert encode_execution(ORIGIN, paused, include_data=True)["PauseDetails"] == {**details, "Reason": "look"}


def test_a_pause_may_be_asked_for_without_a_word() -> None:
    assert decode_pause({}) == Pause(timeout_paused=True)
    assert decode_pause({"Reason": None, "ExecutionTimeoutPaused": None}) == Pause()
    asked: JsonObject = {"ClientToken": "t-1", "Reason": "look", "ExecutionTimeoutPaused": False}
    assert decode_pause(asked) == Pause(client_token="t-1", reason="look", timeout_paused=False)
    assert decode_resume({}) == Resume()
    assert decode_resume({"ClientToken": "t-1", "Reason": "done"}) == Resume(client_token="t-1", reason="done")


@pytest.mark.parametrize("decode", [decode_pause, decode_resume])
@pytest.mark.parametrize(
    ("value", "code", "complaint"),
    [
        ({"ClientToken": "a b"}, Code.VALIDATION, "Value 'a b' at 'clientToken'"),
        ({"ClientToken": ""}, Code.VALIDATION, "at 'clientToken'"),
        ({"ClientToken": "x" * 65}, Code.VALIDATION, "Member must have length less than or equal to 64"),
        ({"Reason": "x" * 1025}, Code.VALIDATION, "Value at 'reason' failed to satisfy constraint"),
        ({"Reason": 7}, Code.SERIALIZATION, "'reason' must be a string"),
        ([], Code.SERIALIZATION, "the body must be an object"),
    ],
)
def test_a_request_that_breaks_its_shape_is_refused(
    decode: Callable[[Json], object], value: Json, code: Code, complaint: str
) -> None:
    with pytest.raises(Refused) as refused:
        decode(value)
    assert refused.value.code is code
    assert complaint in refused.value.message


@pytest.mark.parametrize("status", FAILURES)
def test_a_failure_shows_its_error_and_no_result(status: ExecutionStatus) -> None:
    shown = encode_execution(ORIGIN, replace(ENDED, status=status), include_data=True)
    assert (shown["Status"], shown["Error"]) == (status, {"ErrorMessage": "no"})
    assert "Result" not in shown


@pytest.mark.parametrize("status", list(ExecutionStatus))
def test_without_data_neither_input_nor_outcome_is_shown(status: ExecutionStatus) -> None:
    shown = encode_execution(ORIGIN, replace(ENDED, status=status), include_data=False)
    assert shown["ExecutionDataIncluded"] is False
    assert not {"InputPayload", "Result", "Error"} & set(shown)


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(ORIGIN, input=None, retention_days=None, trace_header=None)
    assert encode_execution(bare, Head(), include_data=True) == {
        **SUMMARY,
        "Version": "3",
        "DurableConfig": {"ExecutionTimeout": 60},
        "ExecutionDataIncluded": True,
    }


def test_a_line_of_a_list_is_short() -> None:
    assert encode_summary(ORIGIN, OPEN) == SUMMARY
    stopped = replace(ENDED, status=ExecutionStatus.STOPPED)
    assert encode_summary(ORIGIN, stopped) == {**SUMMARY, "Status": "STOPPED", "EndTimestamp": 1795290561.0}


# --------------------------------------------------------------------------- POST /start-durable-execution
START: JsonObject = {
    "AccountId": "123456789012",
    "FunctionName": "pay",
    "FunctionQualifier": "$LATEST",
    "ExecutionName": "n1",
    "ExecutionTimeoutSeconds": 60,
    "ExecutionRetentionPeriodDays": 7,
}
STARTED = StartRequest(
    account_id="123456789012",
    function="pay",
    qualifier="$LATEST",
    name="n1",
    timeout_seconds=60,
    retention_days=7,
)


def test_a_start_request_is_read_with_and_without_its_optional_members() -> None:
    assert decode_start_request(START) == STARTED
    rest: JsonObject = {
        "InvocationId": "i1",
        "TenantId": "t1",
        "Input": "[1]",
        "LambdaEndpoint": "http://127.0.0.1:3001",
        "TraceFields": {"XAmznTraceId": "Root=1"},
    }
    assert decode_start_request(START | rest) == replace(
        STARTED,
        invocation_id="i1",
        tenant_id="t1",
        input="[1]",
        endpoint="http://127.0.0.1:3001",
        trace_header="Root=1",
    )


@pytest.mark.parametrize("key", list(START))
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(Refused) as caught:
        decode_start_request({name: value for name, value in START.items() if name != key})
    assert (caught.value.code, caught.value.message) == (Code.INVALID_PARAMETER, f"Missing required field: {key}")


def test_a_key_may_be_there_and_say_nothing() -> None:
    nothing: JsonObject = dict.fromkeys(START)
    expected = replace(STARTED, account_id=None, qualifier=None, name=None, timeout_seconds=None, retention_days=None)
    assert decode_start_request(nothing | {"FunctionName": "pay"}) == expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('{"x": 1}', '{"x": 1}'),
        ('"text"', '"text"'),
        ("", '""'),
        ("hello é", '"hello é"'),
        ("NaN", '"NaN"'),
        ({"x": [1, None]}, '{"x":[1,null]}'),
        ([1], "[1]"),
        (0, "0"),
        (False, "false"),
        (None, None),
    ],
)
def test_the_input_becomes_json_text_once(given: Json, kept: str | None) -> None:
    assert decode_start_request(START | {"Input": given}).input == kept


@pytest.mark.parametrize(
    ("members", "code", "complaint"),
    [
        ({"ExecutionName": "a b"}, Code.VALIDATION, "Value 'a b' at 'executionName' failed"),
        ({"FunctionName": None}, Code.VALIDATION, "Value null at 'functionName' failed"),
        ({"ExecutionTimeoutSeconds": 0}, Code.VALIDATION, "Value '0' at 'executionTimeoutSeconds' failed"),
        ({"ExecutionRetentionPeriodDays": 91}, Code.VALIDATION, "Value '91' at 'executionRetentionPeriodDays' failed"),
        ({"TenantId": "#"}, Code.VALIDATION, "Value '#' at 'tenantId' failed"),
        ({"ExecutionTimeoutSeconds": "60"}, Code.SERIALIZATION, "'executionTimeoutSeconds' must be an integer"),
        ({"TraceFields": "x"}, Code.SERIALIZATION, "'traceFields' must be an object"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(members: JsonObject, code: Code, complaint: str) -> None:
    with pytest.raises(Refused) as caught:
        decode_start_request(START | members)
    assert caught.value.code is code
    assert complaint in caught.value.message
