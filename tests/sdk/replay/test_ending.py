"""What the handler did becomes what the function answers."""

from typing import Any

import pytest

from everstep.core.limits import OUTPUT_BYTES_MAX
from everstep.core.messages import InvocationOutput, InvocationStatus
from everstep.core.model import Action, Kind
from everstep.errors import CheckpointError, ExecutionError, InvocationError
from everstep.sdk.replay.ending import PENDING, Failed, Finished, HandlerEnd, Suspended, end
from everstep.sdk.replay.requests import Save


def answer(became: HandlerEnd) -> InvocationOutput:
    """The answer to an end that needs nothing saved."""
    with pytest.raises(StopIteration) as finished:
        end(became).send(None)
    output: InvocationOutput = finished.value.value
    return output


def saved_first(became: HandlerEnd) -> tuple[Save, InvocationOutput]:
    """What is saved as the execution's end, and the answer after that."""
    script = end(became)
    request = script.send(None)
    assert isinstance(request, Save), request
    assert request.wait
    assert request.update.kind is Kind.EXECUTION
    with pytest.raises(StopIteration) as finished:
        script.send(None)
    return request, finished.value.value


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), ({"a": [1, 2.5, True]}, '{"a":[1,2.5,true]}'), ((1, 2), "[1,2]"), ("é", '"é"')],
)
def test_a_result_is_plain_json(value: object, text: str) -> None:
    assert answer(Finished(value)) == InvocationOutput(status=InvocationStatus.SUCCEEDED, result=text)


def test_a_result_with_half_a_character_is_mended_so_that_it_can_travel() -> None:
    assert answer(Finished("a\ud800")).result == '"a\ufffd"'


def circle() -> list[Any]:
    inner: list[Any] = []
    inner.append(inner)
    return inner


@pytest.mark.parametrize("value", [object(), {1, 2}, float("nan"), {(1, 2): 3}, circle(), b"bytes"])
def test_a_result_that_is_not_json_fails_the_execution_with_its_type_named(value: object) -> None:
    output = answer(Finished(value))
    assert output.status is InvocationStatus.FAILED
    assert output.result is None
    assert output.error is not None
    assert output.error.type == "everstep.errors.SerDesError"
    assert type(value).__name__ in (output.error.message or "")


@pytest.mark.parametrize(("letter", "size"), [("x", 1), ("é", 2), ("漢", 3), ("😀", 4)])
def test_a_result_too_large_to_return_is_saved_as_the_end(letter: str, size: int) -> None:
    room = (OUTPUT_BYTES_MAX - len('""')) // size
    assert answer(Finished(letter * room)).result == f'"{letter * room}"'
    save, output = saved_first(Finished(letter * (room + 1)))
    assert save.update.action is Action.SUCCEED
    assert save.update.payload == f'"{letter * (room + 1)}"'
    assert output == InvocationOutput(status=InvocationStatus.SUCCEEDED, result="")


def test_an_error_of_any_size_is_returned() -> None:
    output = answer(Failed(ValueError("x" * OUTPUT_BYTES_MAX)))
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert "(cut, " in (output.error.message or "")


def test_an_error_that_leaves_the_handler_fails_the_execution() -> None:
    output = answer(Failed(KeyError("order")))
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert (output.error.type, output.error.message) == ("KeyError", "'order'")


def test_a_suspended_handler_answers_that_it_is_not_done() -> None:
    assert answer(Suspended()) == PENDING


@pytest.mark.parametrize("error", [InvocationError("again"), CheckpointError("no answer")])
def test_what_another_invocation_may_mend_is_raised(error: InvocationError) -> None:
    with pytest.raises(InvocationError) as raised:
        end(Failed(error)).send(None)
    assert raised.value is error


@pytest.mark.parametrize(
    "error",
    [
        ExecutionError("never"),
        CheckpointError("too large", code="InvalidParameterValueException", status=400, retryable=False),
    ],
)
def test_what_no_invocation_can_mend_fails_the_execution(error: Exception) -> None:
    output = answer(Failed(error))
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert output.error.message == str(error)
