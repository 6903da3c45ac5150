"""The event of an invocation and its answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.core.messages import Envelope, InvocationOutput, InvocationStatus
from everstep.core.model import Arn, CheckpointToken, ErrorObject, Kind, Millis, Operation, OperationId, Status
from everstep.core.wire.envelope import (
    NotEnvelopeError,
    decode_envelope,
    decode_output,
    encode_envelope,
    encode_output,
)
from everstep.core.wire.text import Json, JsonObject, dump, load
from tests.core.wire.strategies import ERRORS, FREE_TEXT, IDS, operations

FIRST = Envelope(
    arn=Arn("arn:x"),
    token=CheckpointToken("dG9r"),
    operations=(
        Operation(
            id=OperationId("e1"),
            kind=Kind.EXECUTION,
            status=Status.STARTED,
            name="n1",
            started_at=Millis(1795289968210),
            input='{"x":1}',
        ),
    ),
)
LIVE = (
    r'{"DurableExecutionArn":"arn:x","CheckpointToken":"dG9r","InitialExecutionState":{"Operations":[{"Id":"e1",'
    r'"Type":"EXECUTION","Status":"STARTED","Name":"n1","StartTimestamp":1795289968210,'
    r'"ExecutionDetails":{"InputPayload":"{\"x\":1}"}}],"NextMarker":""},"UpdatedOperationIds":[]}'
)
"""What the official emulator sends, recorded; ids shortened."""


def test_the_first_envelope_is_what_the_official_emulator_sends() -> None:
    assert encode_envelope(FIRST) == load(LIVE)
    assert decode_envelope(load(LIVE)) == FIRST


@settings(deadline=None, derandomize=True)
@given(st.lists(operations(), max_size=3).map(tuple), st.lists(IDS, max_size=3).map(tuple), st.none() | st.just("m1"))
def test_an_envelope_survives_the_journey(
    found: tuple[Operation, ...], updated: tuple[OperationId, ...], marker: str | None
) -> None:
    envelope = Envelope(
        arn=FIRST.arn, token=FIRST.token, operations=found, next_marker=marker, updated_operation_ids=updated
    )
    assert decode_envelope(load(dump(encode_envelope(envelope)))) == envelope


def test_moments_are_written_as_whole_milliseconds() -> None:
    assert '"StartTimestamp":1795289968210,' in dump(encode_envelope(FIRST)) + ","


def test_what_older_services_leave_out_is_not_missed() -> None:
    bare = {"DurableExecutionArn": "arn:x", "CheckpointToken": "dG9r", "InitialExecutionState": {}, "New": 1}
    expected = Envelope(arn=FIRST.arn, token=FIRST.token, operations=())
    assert decode_envelope(bare) == expected
    assert decode_envelope(bare | {"UpdatedOperationIds": None}) == expected


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (None, "'event' must be an object"),
        ("hello", "'event' must be an object"),
        ({"order": 1}, "'event.initialExecutionState'"),
        ({"DurableExecutionArn": "a", "CheckpointToken": "t"}, "'event.initialExecutionState'"),
        ({"DurableExecutionArn": "a", "InitialExecutionState": {}}, "'event.checkpointToken'"),
        ({"DurableExecutionArn": 5, "CheckpointToken": "t", "InitialExecutionState": {}}, "must be a string"),
        (
            {
                "DurableExecutionArn": "a",
                "CheckpointToken": "t",
                "InitialExecutionState": {"Operations": [{"Id": "1", "Type": "STEP", "Status": "ODD"}]},
            },
            "'event.initialExecutionState.operations.1.member.status'",
        ),
    ],
)
def test_another_event_is_refused_with_advice(event: object, detail: str) -> None:
    with pytest.raises(NotEnvelopeError, match="was the function invoked without a DurableConfig") as caught:
        decode_envelope(event)
    assert detail in str(caught.value)


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(InvocationStatus), st.none() | FREE_TEXT, st.none() | ERRORS)
def test_an_output_survives_the_journey(
    status: InvocationStatus, result: str | None, error: ErrorObject | None
) -> None:
    output = InvocationOutput(status=status, result=result, error=error)
    assert decode_output(load(dump(encode_output(output)))) == output


def test_an_output_says_no_more_than_it_must() -> None:
    assert encode_output(InvocationOutput(status=InvocationStatus.PENDING)) == {"Status": "PENDING"}
    done: JsonObject = {"Status": "SUCCEEDED", "Result": "", "Error": None, "Mood": "good"}
    assert decode_output(done) == InvocationOutput(status=InvocationStatus.SUCCEEDED, result="")


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "SUCCEEDED",
        [],
        {},
        {"Status": None},
        {"Status": "DONE"},
        {"Status": 1},
        {"Status": "SUCCEEDED", "Result": {"a": 1}},
        {"Status": "FAILED", "Error": "boom"},
    ],
)
def test_an_answer_of_another_form_is_no_output(value: Json) -> None:
    assert decode_output(value) is None
