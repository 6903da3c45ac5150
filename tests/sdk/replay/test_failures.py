"""Exceptions to records and back."""

import pytest

from everstep.core.limits import ERROR_BYTES_MAX, KIB
from everstep.core.model import ErrorObject
from everstep.core.sizes import error_bytes, text_bytes
from everstep.errors import DurableOperationError, SerDesError, StepError
from everstep.sdk.replay.failures import error_object, raise_failure

CUT_BYTES = ERROR_BYTES_MAX - 4 * KIB


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


# --------------------------------------------------------------------------- too large
@pytest.mark.parametrize("letter", ["x", "é", "漢", "😀"])
def test_a_text_that_is_too_long_is_cut_to_the_byte_and_says_so(letter: str) -> None:
    record = error_object(ValueError(letter * 3_000_000))
    assert CUT_BYTES - 3 <= error_bytes(record) <= CUT_BYTES, "a letter in two halves is left out"
    assert record.message is not None
    assert record.message.startswith(letter * 1_000)
    assert record.message.endswith(f"... (cut, {3_000_000 * len(letter.encode())} bytes)")


def test_a_text_that_just_fits_stays_as_it_is() -> None:
    message = "x" * (ERROR_BYTES_MAX - len("ValueError"))
    assert error_object(ValueError(message)).message == message


def test_message_and_data_share_the_room_and_short_texts_stay_whole() -> None:
    both = error_object(StepError("m" * ERROR_BYTES_MAX, "t", "d" * ERROR_BYTES_MAX, ["line 1"]))
    assert error_bytes(both) == CUT_BYTES
    assert abs(text_bytes(both.message) - text_bytes(both.data)) <= 1
    assert both.stack_trace == ("line 1",)
    short = error_object(StepError("no funds", "t", "d" * ERROR_BYTES_MAX, None))
    assert short.message == "no funds"
    assert error_bytes(short) == CUT_BYTES


def test_an_endless_stack_keeps_its_innermost_frames() -> None:
    record = error_object(StepError("m", "t", None, [f"{number} {'x' * 10_000}" for number in range(1_000)]))
    assert record.stack_trace is not None
    assert [line.split()[0] for line in record.stack_trace] == [str(number) for number in range(950, 1_000)]
    assert error_bytes(record) <= ERROR_BYTES_MAX


def test_half_a_letter_is_no_reason_to_fail() -> None:
    assert error_bytes(error_object(ValueError("\ud800" * ERROR_BYTES_MAX))) <= ERROR_BYTES_MAX
