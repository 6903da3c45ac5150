"""Operations on the wire."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.core.model import (
    Arn,
    CallbackId,
    CallbackOptions,
    ErrorObject,
    InvokeOptions,
    Kind,
    Millis,
    Operation,
    OperationId,
    Status,
)
from everstep.core.wire.fields import MalformedError, read_moment
from everstep.core.wire.operations import Moments, decode_operation, encode_operation
from everstep.core.wire.text import Json, JsonObject, dump, load
from tests.core.wire.strategies import operations

AT = Millis(1795290560410)


def an_operation(kind: Kind = Kind.STEP, status: Status = Status.STARTED) -> Operation:
    return Operation(id=OperationId("9f00"), kind=kind, status=status, started_at=AT)


def a_step_object(**members: Json) -> JsonObject:
    return {"Id": "9f00", "Type": "STEP", "Status": "STARTED", "StartTimestamp": AT, **members}


@settings(deadline=None, derandomize=True)
@given(operations(), st.sampled_from(Moments))
def test_an_operation_survives_the_journey(operation: Operation, moments: Moments) -> None:
    assert decode_operation(load(dump(encode_operation(operation, moments)))) == operation


def test_a_retried_step_looks_like_the_contract_says() -> None:
    step = replace(
        an_operation(status=Status.PENDING),
        parent_id=OperationId("77aa"),
        name="b",
        sub_type="Step",
        attempt=1,
        due_at=Millis(1795290565413),
        error=ErrorObject(type="ValueError", message="no"),
    )
    assert encode_operation(step, Moments.SECONDS) == {
        "Id": "9f00",
        "ParentId": "77aa",
        "Name": "b",
        "Type": "STEP",
        "SubType": "Step",
        "Status": "PENDING",
        "StartTimestamp": 1795290560.410,
        "StepDetails": {
            "Attempt": 1,
            "NextAttemptTimestamp": 1795290565.413,
            "Error": {"ErrorType": "ValueError", "ErrorMessage": "no"},
        },
    }


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.PENDING])
def test_only_a_pending_step_tells_of_its_next_attempt(status: Status) -> None:
    step = replace(an_operation(status=status), due_at=AT)
    assert encode_operation(step, Moments.SECONDS)["StepDetails"] == {"Attempt": 0}
    told = decode_operation(a_step_object(Status=status.value, StepDetails={"NextAttemptTimestamp": AT}))
    assert told.due_at is None


@pytest.mark.parametrize("kind", list(Kind))
def test_what_only_the_service_knows_stays_behind(kind: Kind) -> None:
    secretive = replace(
        an_operation(kind),
        due_at=AT,
        seq=7,
        moved_in=3,
        wait_seconds=5,
        expires_at=AT,
        callback=CallbackOptions(timeout_seconds=9),
        invoke=InvokeOptions(function_name="pay"),
        child_arn=Arn("arn:child"),
    )
    assert encode_operation(secretive, Moments.MILLIS) == encode_operation(an_operation(kind), Moments.MILLIS)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (Kind.EXECUTION, {"ExecutionDetails": {"InputPayload": "in"}}),
        (Kind.CONTEXT, {"ContextDetails": {"ReplayChildren": True, "Result": "r", "Error": {}}}),
        (Kind.STEP, {"StepDetails": {"Attempt": 2, "Result": "r", "Error": {}}}),
        (Kind.WAIT, {"WaitDetails": {"ScheduledEndTimestamp": AT}}),
        (Kind.CALLBACK, {"CallbackDetails": {"CallbackId": "eyJh", "Result": "r", "Error": {}}}),
        (Kind.CHAINED_INVOKE, {"ChainedInvokeDetails": {"Result": "r", "Error": {}}}),
    ],
)
def test_each_kind_shows_its_own_details(kind: Kind, details: JsonObject) -> None:
    full = replace(
        an_operation(kind),
        input="in",
        replay_children=True,
        result="r",
        error=ErrorObject(),
        attempt=2,
        wait_ends_at=AT,
        callback_id=CallbackId("eyJh"),
    )
    known = {"Id": "9f00", "Type": kind.value, "Status": "STARTED", "StartTimestamp": AT}
    assert encode_operation(full, Moments.MILLIS) == known | details


def test_missing_details_null_members_and_unknown_members_are_tolerated() -> None:
    noisy = a_step_object(Name=None, StepDetails=None, EndTimestamp=None, KMSKeyArn="x", Colours=[1])
    assert decode_operation(noisy) == an_operation()
    assert decode_operation(a_step_object(StepDetails={"Attempt": None, "New": {}})) == an_operation()


@pytest.mark.parametrize(
    "form",
    [
        1795290560410,
        1795290560410.0,
        1795290560.410,
        "2026-11-21T19:49:20.410Z",
        "2026-11-21T19:49:20.410",
        "2026-11-21T20:49:20.410+01:00",
        "2026-11-21 19:49:20.410000Z",
        datetime(2026, 11, 21, 19, 49, 20, 410_000, tzinfo=UTC),
    ],
)
def test_a_moment_is_read_in_every_form_that_is_met(form: object) -> None:
    assert read_moment(form) == AT


@pytest.mark.parametrize("micros", [410_000, 410_001, 410_499, 410_500, 410_999])
def test_what_is_finer_than_a_millisecond_is_cut_off_whatever_the_form(micros: int) -> None:
    exact = datetime(2026, 11, 21, 19, 49, 20, micros, tzinfo=UTC)
    forms = [exact, exact.timestamp(), exact.isoformat()]
    assert [read_moment(form) for form in forms] == [AT] * 3


@pytest.mark.parametrize("form", ["soon", "", True, [], {}, float("nan"), float("inf"), None, "0000-01-01"])
def test_what_is_no_moment_is_not_read_as_one(form: object) -> None:
    assert read_moment(form) is None


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (None, "'operation' must be an object"),
        ([], "'operation' must be an object"),
        (a_step_object(Id=None), "'operation.id' failed to satisfy constraint: Member must not be null"),
        (a_step_object(Id=5), "'operation.id' must be a string"),
        (a_step_object(Status="ODD"), "Value 'ODD' at 'operation.status' failed"),
        (a_step_object(Type="DANCE"), "Value 'DANCE' at 'operation.type' failed"),
        (a_step_object(StartTimestamp="soon"), "'operation.startTimestamp' must be a moment"),
        (a_step_object(StepDetails=[]), "'operation.stepDetails' must be an object"),
        (a_step_object(StepDetails={"Attempt": "1"}), "'operation.stepDetails.attempt' must be an integer"),
        (a_step_object(StepDetails={"Error": "no"}), "'operation.stepDetails.error' must be an object"),
    ],
)
def test_garbage_is_a_value_error_that_says_what_is_wrong(value: Json, complaint: str) -> None:
    with pytest.raises(ValueError, match="operation") as caught:
        decode_operation(value)
    assert isinstance(caught.value, MalformedError)
    assert complaint in caught.value.message
