"""The script of a step, driven by hand: every row of its table, and what it does with what the body does."""

from dataclasses import replace
from typing import Any

import pytest

from everstep.core.limits import SECONDS_MAX
from everstep.core.model import Action, ErrorObject, Status
from everstep.errors import (
    CheckpointError,
    ExecutionError,
    InvalidStateError,
    RetryableSerDesError,
    SerDesError,
    StepError,
    StepInterruptedError,
)
from everstep.sdk.replay.journal import Journal
from everstep.sdk.replay.requests import Park, Raised, Request, Returned, Run, Save, Script
from everstep.sdk.replay.step import step
from tests.sdk.replay.records import STEP, a_step, after_five_seconds, learned, never, recorded

START = STEP.update(Action.START)


def value_of(script: Script[Any], reply: Returned | Raised | None = None) -> object:
    """What the script ends with, given that it asks for nothing more."""
    with pytest.raises(StopIteration) as end:
        script.send(reply)
    return end.value.value


def body_of(request: Request) -> object:
    assert isinstance(request, Run), request
    return request.body()


def an_error(type_: str = "ValueError", message: str = "declined") -> ErrorObject:
    return ErrorObject(type=type_, message=message)


def declined(request: Request, action: Action, delay: int | None = None) -> None:
    """The request saves this end of an attempt that raised ValueError("declined")."""
    assert isinstance(request, Save), request
    error = request.update.error
    assert error is not None
    assert (error.type, error.message) == ("ValueError", "declined")
    expected = replace(STEP.update(action), error=error, retry_delay_seconds=delay)
    assert request == Save(expected, wait=True)


# --------------------------------------------------------------------------- first runs
def test_a_new_step_saves_its_start_without_waiting_runs_and_saves_its_result() -> None:
    script = step(a_step(lambda attempt: attempt * 10), Journal())
    assert script.send(None) == Save(START, wait=False)
    assert body_of(script.send(None)) == 10
    succeeded = replace(STEP.update(Action.SUCCEED), payload="10")
    assert script.send(Returned(10)) == Save(succeeded, wait=True)
    assert value_of(script) == 10


def test_an_at_most_once_step_runs_only_when_its_start_is_safe() -> None:
    script = step(a_step(at_most_once=True), Journal())
    assert script.send(None) == Save(START, wait=True)
    assert isinstance(script.send(None), Run)


def test_a_first_run_returns_what_a_replay_would_read() -> None:
    script = step(a_step(), Journal())
    script.send(None)
    script.send(None)
    script.send(Returned((1, 2)))
    assert value_of(script) == [1, 2]


def test_a_step_without_a_result_saves_it_as_such() -> None:
    script = step(a_step(), Journal())
    script.send(None)
    script.send(None)
    assert script.send(Returned(None)) == Save(replace(STEP.update(Action.SUCCEED), payload="null"), wait=True)
    assert value_of(script) is None


# --------------------------------------------------------------------------- the table
def test_a_succeeded_step_answers_from_history() -> None:
    journal = Journal([recorded(STEP, Status.SUCCEEDED, attempt=1, result='{"id":7}')])
    assert value_of(step(a_step(), journal)) == {"id": 7}


def test_a_succeeded_step_without_a_payload_has_no_result() -> None:
    journal = Journal([recorded(STEP, Status.SUCCEEDED, attempt=1)])
    assert value_of(step(a_step(), journal)) is None


def test_a_failed_step_raises_what_was_recorded() -> None:
    error = ErrorObject(type="ValueError", message="declined", data="more", stack_trace=("line 3",))
    journal = Journal([recorded(STEP, Status.FAILED, attempt=1, error=error)])
    with pytest.raises(StepError) as raised:
        step(a_step(), journal).send(None)
    failure = raised.value
    assert (failure.error_type, failure.message, failure.data) == ("ValueError", "declined", "more")
    assert failure.stack_trace == ["line 3"]


def test_a_failed_step_without_a_recorded_error_still_fails() -> None:
    journal = Journal([recorded(STEP, Status.FAILED, attempt=1)])
    with pytest.raises(StepError):
        step(a_step(), journal).send(None)


def test_a_pending_step_parks_until_it_has_moved() -> None:
    journal = Journal([recorded(STEP, Status.PENDING, attempt=1)])
    script = step(a_step(), journal)
    assert script.send(None) == Park(STEP.id)
    assert script.send(None) == Park(STEP.id), "woken for nothing, it parks again"
    journal.learn([recorded(STEP, Status.READY, attempt=1)])
    assert script.send(None) == Save(START, wait=False)


def test_a_ready_step_starts_its_next_attempt() -> None:
    script = step(a_step(), Journal([recorded(STEP, Status.READY, attempt=2)]))
    assert script.send(None) == Save(START, wait=False)
    assert body_of(script.send(None)) == 3, "two attempts are over, this is the third"


def test_an_interrupted_attempt_runs_again_without_a_second_start() -> None:
    script = step(a_step(), Journal([recorded(STEP, Status.STARTED)]))
    assert body_of(script.send(None)) == 1


def test_an_interrupted_at_most_once_attempt_does_not_run_and_counts_as_failed() -> None:
    script = step(a_step(at_most_once=True, retry_delay=after_five_seconds), Journal([recorded(STEP, Status.STARTED)]))
    request = script.send(None)
    assert isinstance(request, Save), request
    update = request.update
    assert (update.action, update.retry_delay_seconds, request.wait) == (Action.RETRY, 5, True)
    assert update.error is not None
    assert update.error.type == "everstep.errors.StepInterruptedError"


def test_an_interrupted_at_most_once_step_without_retries_fails_as_step_error() -> None:
    seen: list[tuple[type[Exception], int]] = []

    def remember(error: Exception, attempts: int) -> int | None:
        seen.append((type(error), attempts))
        return None

    journal = Journal([recorded(STEP, Status.STARTED, attempt=2)])
    script = step(a_step(at_most_once=True, retry_delay=remember), journal)
    request = script.send(None)
    assert isinstance(request, Save), request
    assert request.update.action is Action.FAIL
    learned(journal, request.update)
    with pytest.raises(StepError) as raised:
        script.send(None)
    assert raised.value.error_type == "everstep.errors.StepInterruptedError"
    assert seen == [(StepInterruptedError, 3)]


# --------------------------------------------------------------------------- bodies that raise
def test_a_step_that_raises_saves_its_retry_before_it_parks() -> None:
    journal = Journal()
    script = step(a_step(retry_delay=after_five_seconds), journal)
    script.send(None)
    script.send(None)
    request = script.send(Raised(ValueError("declined")))
    declined(request, Action.RETRY, 5)
    assert isinstance(request, Save)
    learned(journal, request.update)
    assert script.send(None) == Park(STEP.id)


def test_a_step_that_gives_up_raises_its_error_as_every_replay_will() -> None:
    journal = Journal()
    script = step(a_step(retry_delay=never), journal)
    script.send(None)
    script.send(None)
    request = script.send(Raised(ValueError("declined")))
    declined(request, Action.FAIL)
    assert isinstance(request, Save)
    learned(journal, request.update)
    with pytest.raises(StepError) as first:
        script.send(None)
    with pytest.raises(StepError) as replayed:
        step(a_step(), journal).send(None)
    assert vars(first.value) == vars(replayed.value)
    assert vars(first.value.__cause__) == vars(replayed.value.__cause__)


@pytest.mark.parametrize(("asked", "saved"), [(0, 1), (-3, 1), (7, 7), (10**9, SECONDS_MAX)])
def test_a_retry_delay_is_kept_within_what_the_service_takes(asked: int, saved: int) -> None:
    script = step(a_step(retry_delay=lambda error, attempts: asked), Journal())
    script.send(None)
    script.send(None)
    request = script.send(Raised(ValueError("declined")))
    declined(request, Action.RETRY, saved)


def test_an_attempt_that_comes_due_at_once_goes_on_in_the_same_invocation() -> None:
    journal = Journal()
    script = step(a_step(retry_delay=after_five_seconds), journal)
    script.send(None)
    script.send(None)
    script.send(Raised(ValueError("declined")))
    journal.learn([recorded(STEP, Status.READY, attempt=1)])
    assert script.send(None) == Save(START, wait=False)
    assert body_of(script.send(None)) == 2


@pytest.mark.parametrize(
    "error", [ExecutionError("stop"), CheckpointError("no answer"), RetryableSerDesError("not now")]
)
def test_an_error_that_ends_the_invocation_is_not_the_steps(error: Exception) -> None:
    script = step(a_step(retry_delay=after_five_seconds), Journal())
    script.send(None)
    script.send(None)
    with pytest.raises(type(error)) as raised:
        script.send(Raised(error))
    assert raised.value is error


def test_a_service_that_does_not_answer_with_the_step_is_named_as_the_culprit() -> None:
    script = step(a_step(retry_delay=after_five_seconds), Journal())
    script.send(None)
    script.send(None)
    script.send(Raised(ValueError("declined")))
    with pytest.raises(InvalidStateError, match="did not answer with it"):
        script.send(None)


# --------------------------------------------------------------------------- serializers that fail
def refusing(value: object) -> Any:
    raise SerDesError("cannot", "author.Kind", "details")


def test_a_result_that_cannot_be_written_fails_the_step_before_a_success_is_saved() -> None:
    journal = Journal()
    script = step(a_step(encode=refusing, retry_delay=after_five_seconds), journal)
    script.send(None)
    script.send(None)
    request = script.send(Returned(object()))
    assert isinstance(request, Save), request
    assert request.update.action is Action.FAIL, "trying again would not help"
    learned(journal, request.update)
    with pytest.raises(SerDesError, match="cannot"):
        script.send(None)
    with pytest.raises(SerDesError, match="cannot"):
        step(a_step(), journal).send(None)


def test_a_result_that_cannot_be_read_back_fails_the_step_too() -> None:
    script = step(a_step(decode=refusing), Journal())
    script.send(None)
    script.send(None)
    request = script.send(Returned(1))
    assert isinstance(request, Save), request
    assert request.update.action is Action.FAIL


def test_a_serializer_that_may_work_later_saves_nothing() -> None:
    def not_now(value: object) -> str:
        raise RetryableSerDesError("key service is busy")

    script = step(a_step(encode=not_now), Journal())
    script.send(None)
    script.send(None)
    with pytest.raises(RetryableSerDesError):
        script.send(Returned(1))


def test_a_saved_result_that_cannot_be_read_is_an_error_of_the_serializer() -> None:
    journal = Journal([recorded(STEP, Status.SUCCEEDED, result="?")])
    with pytest.raises(SerDesError):
        step(a_step(decode=refusing), journal).send(None)
