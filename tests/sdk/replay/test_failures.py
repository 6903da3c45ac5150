"""Exceptions to records and back."""

import pytest

from everstep.core.model import ErrorObject
from everstep.errors import DurableOperationError, SerDesError, StepError
from everstep.sdk.replay.failures import error_object, raise_failure


class Declined(Exception):
    pass


def raised_deeply(depth: int) -> Exception:
    try:
        fall(depth)
    except Declined as error:
        return error
    raise AssertionError("it must fall")


def fall(depth: int) -> None:
    if depth == 0:
        raise Declined("no funds")
    fall(depth - 1)


def test_a_record_has_the_type_the_text_and_the_authors_frames() -> None:
    record = error_object(raised_deeply(1))
    assert record.type == f"{__name__}.Declined"
    assert record.message == "no funds"
    assert record.stack_trace is not None
    assert [line.rpartition(" in ")[2] for line in record.stack_trace] == ["raised_deeply", "fall", "fall"]


def test_a_deep_recursion_does_not_fill_the_record() -> None:
    stack = error_object(raised_deeply(300)).stack_trace
    assert stack is not None
    assert len(stack) == 50


def test_an_error_that_was_never_raised_has_no_stack() -> None:
    assert error_object(ValueError("x")) == ErrorObject(type="ValueError", message="x")


def test_an_operations_error_keeps_its_facts_when_it_is_recorded_again() -> None:
    inner = StepError("no funds", "app.Declined", "data", ["line 1"])
    record = error_object(inner)
    assert record == ErrorObject(
        type="everstep.errors.StepError", message="no funds", data="data", stack_trace=("line 1",)
    )


def test_an_exception_whose_text_cannot_be_made_is_recorded_all_the_same() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    record = error_object(Mute())
    assert record.type is not None
    assert record.type.endswith("Mute")
    assert "RuntimeError" in (record.message or "")


def test_a_raised_record_tells_its_facts_twice_on_the_error_and_on_its_cause() -> None:
    with pytest.raises(StepError) as raised:
        raise_failure(ErrorObject(type="app.Declined", message="no funds", data="d"), StepError)
    cause = raised.value.__cause__
    assert isinstance(cause, DurableOperationError)
    assert (cause.error_type, cause.message, cause.data) == ("app.Declined", "no funds", "d")


@pytest.mark.parametrize(
    "type_", ["everstep.errors.SerDesError", "aws_durable_execution_sdk_python.exceptions.SerDesError"]
)
def test_a_serializers_failure_stays_one_whoever_recorded_it(type_: str) -> None:
    with pytest.raises(SerDesError, match="cannot"):
        raise_failure(ErrorObject(type=type_, message="cannot"), StepError)
