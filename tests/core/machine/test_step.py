"""The life of a step, move by move."""

from itertools import product
from typing import Any

import pytest

from everstep.core.events import Event, EventType
from everstep.core.model import Action, Kind, Millis, Operation, OperationId, Status
from tests.core.machine.factories import START, an_error, an_execution, an_operation, an_update
from tests.core.machine.life import live
from tests.core.machine.moves import LATER, move, refusal

OPEN = (None, Status.STARTED, Status.READY)
"""Where an attempt may end; without START, too."""
LEGAL = {
    (None, Action.START): Status.STARTED,
    (Status.READY, Action.START): Status.STARTED,
    **{(status, Action.SUCCEED): Status.SUCCEEDED for status in OPEN},
    **{(status, Action.FAIL): Status.FAILED for status in OPEN},
    **{(status, Action.RETRY): Status.PENDING for status in OPEN},
}
REFUSALS = {
    Action.START: "Invalid current STEP state to start.",
    Action.SUCCEED: "Invalid current STEP state to close.",
    Action.FAIL: "Invalid current STEP state to close.",
    Action.RETRY: "Invalid current STEP state to re-attempt.",
    Action.CANCEL: "Invalid STEP action.",
}


def a_step(status: Status | None, attempt: int = 0) -> Operation | None:
    ended_at = START if status is not None and status.is_terminal else None
    return an_operation(status, attempt=attempt, ended_at=ended_at) if status is not None else None


def fact_of(events: list[Event]) -> tuple[EventType, int | None, int | None]:
    (event,) = events
    return event.type, event.attempt, event.next_attempt_delay_seconds


@pytest.mark.parametrize(("before", "action"), LEGAL)
def test_every_row_of_the_table_is_a_legal_move(before: Status | None, action: Action) -> None:
    after, events = move(a_step(before), an_update(action))
    assert after.status is LEGAL[before, action]
    assert len(events) == 1


@pytest.mark.parametrize(("before", "action"), [pair for pair in product([None, *Status], Action) if pair not in LEGAL])
def test_every_pair_without_a_row_is_refused_with_the_documented_words(before: Status | None, action: Action) -> None:
    step = a_step(before)
    execution = an_execution(step) if step is not None else an_execution()
    assert refusal(execution, an_update(action)) == REFUSALS[action]


def test_a_step_that_starts_has_no_finished_attempt() -> None:
    after, events = move(None, an_update(Action.START, name="charge", sub_type="Step"))
    assert after == Operation(
        id=OperationId("a"),
        kind=Kind.STEP,
        status=Status.STARTED,
        started_at=LATER,
        name="charge",
        sub_type="Step",
        seq=1,
    )
    (event,) = events
    assert (event.type, event.id, event.name, event.sub_type) == (EventType.STEP_STARTED, "a", "charge", "Step")
    assert (event.event_id, event.at, event.attempt) == (13, LATER, None)


@pytest.mark.parametrize("before", OPEN)
def test_success_keeps_the_result_and_counts_the_attempt(before: Status | None) -> None:
    after, events = move(a_step(before), an_update(Action.SUCCEED, payload='"Hello"'))
    assert (after.result, after.error, after.attempt, after.ended_at) == ('"Hello"', None, 1, LATER)
    assert fact_of(events) == (EventType.STEP_SUCCEEDED, 1, None)
    assert events[0].result == '"Hello"'


@pytest.mark.parametrize("before", OPEN)
def test_failure_keeps_the_error_and_counts_the_attempt(before: Status | None) -> None:
    after, events = move(a_step(before, attempt=2 if before else 0), an_update(Action.FAIL, error=an_error()))
    attempt = 3 if before else 1
    assert (after.result, after.error, after.attempt, after.ended_at) == (None, an_error(), attempt, LATER)
    assert fact_of(events) == (EventType.STEP_FAILED, attempt, None)
    assert events[0].error == an_error()


@pytest.mark.parametrize("before", OPEN)
def test_a_failed_attempt_that_is_retried_is_told_as_a_failure_with_its_delay(before: Status | None) -> None:
    after, events = move(a_step(before), an_update(Action.RETRY, error=an_error(), retry_delay_seconds=7))
    assert (after.error, after.attempt, after.due_at) == (an_error(), 1, LATER + 7_000)
    assert after.ended_at is None
    assert fact_of(events) == (EventType.STEP_FAILED, 1, 7)


def test_a_poll_that_goes_on_is_told_as_a_success_with_its_delay_and_keeps_the_new_state() -> None:
    after, events = move(a_step(Status.STARTED), an_update(Action.RETRY, payload='{"seen":1}', retry_delay_seconds=7))
    assert (after.status, after.result, after.attempt, after.due_at) == (
        Status.PENDING,
        '{"seen":1}',
        1,
        LATER + 7_000,
    )
    assert fact_of(events) == (EventType.STEP_SUCCEEDED, 1, 7)
    assert events[0].result == '{"seen":1}'


def test_a_retry_may_say_neither_error_nor_state() -> None:
    after, events = move(a_step(Status.STARTED), an_update(Action.RETRY))
    assert (after.status, after.result, after.error) == (Status.PENDING, None, None)
    assert fact_of(events) == (EventType.STEP_SUCCEEDED, 1, 5)


def test_attempts_are_counted_when_they_end() -> None:
    life = live()
    seen = []
    life.save(an_update(Action.START))
    seen.append(life.operation("a").attempt)
    for _ in range(2):
        life.save(an_update(Action.RETRY, error=an_error()))
        seen.append(life.operation("a").attempt)
        life.pass_time(seconds=5)
        life.save(an_update(Action.START))
        seen.append(life.operation("a").attempt)
    life.save(an_update(Action.FAIL, error=an_error()))
    seen.append(life.operation("a").attempt)
    assert seen == [0, 1, 1, 2, 2, 3]


def test_a_step_is_ready_when_its_delay_is_over_and_not_a_millisecond_before() -> None:
    life = live()
    life.save(an_update(Action.RETRY, error=an_error(), retry_delay_seconds=5))
    life.pass_time(seconds=4.999)
    assert life.operation("a").status is Status.PENDING
    life.pass_time(seconds=0.001)
    ready = life.operation("a")
    assert (ready.status, ready.due_at, ready.error) == (Status.READY, None, an_error())


def test_a_step_that_becomes_ready_is_no_event() -> None:
    life = live()
    life.save(an_update(Action.START), an_update(Action.RETRY))
    told = len(life.events)
    life.pass_time(seconds=5)
    assert len(life.events) == told


def test_the_last_attempt_stays_readable_while_the_next_one_runs_and_goes_when_it_ends() -> None:
    life = live()
    life.save(an_update(Action.RETRY, payload='"state"'))
    life.pass_time(seconds=5)
    life.save(an_update(Action.START))
    assert life.operation("a").result == '"state"'
    life.save(an_update(Action.FAIL, error=an_error()))
    assert (life.operation("a").result, life.operation("a").error) == (None, an_error())


def test_a_ready_step_may_end_without_being_started_again() -> None:
    life = live()
    life.save(an_update(Action.RETRY))
    life.pass_time(seconds=5)
    life.save(an_update(Action.SUCCEED, payload="1"))
    assert life.operation("a").attempt == 2
    assert life.history()[1:] == ["StepSucceeded a", "StepSucceeded a"]


def test_a_step_keeps_its_start_and_its_place_through_its_life() -> None:
    life = live()
    life.save(an_update(Action.START), an_update(Action.START, "b"))
    life.save(an_update(Action.RETRY, error=an_error()))
    life.pass_time(seconds=5)
    life.save(an_update(Action.START), an_update(Action.SUCCEED))
    done = life.operation("a")
    assert (done.started_at, done.seq, done.ended_at) == (START, 1, START + 5_000)


@pytest.mark.parametrize(
    ("action", "members", "message"),
    [
        (Action.FAIL, {"payload": "1"}, "Cannot provide a Payload for FAIL action."),
        (Action.SUCCEED, {"error": an_error()}, "Cannot provide an Error for SUCCEED action."),
        (Action.START, {"retry_delay_seconds": 1}, "Invalid StepOptions for the given action."),
        (Action.SUCCEED, {"retry_delay_seconds": 1}, "Invalid StepOptions for the given action."),
        (Action.FAIL, {"retry_delay_seconds": 1}, "Invalid StepOptions for the given action."),
        (Action.RETRY, {"retry_delay_seconds": None}, "Invalid StepOptions for the given action."),
        (
            Action.RETRY,
            {"payload": "1", "error": an_error()},
            "Cannot provide both error and payload to RETRY a STEP.",
        ),
    ],
)
def test_members_that_do_not_fit_the_action_are_refused(action: Action, members: dict[str, Any], message: str) -> None:
    assert refusal(an_execution(), an_update(action, **members)) == message


def test_a_delay_counts_from_the_moment_of_the_report() -> None:
    after, _ = move(a_step(Status.STARTED), an_update(Action.RETRY, retry_delay_seconds=31_622_400))
    assert after.due_at == Millis(LATER + 31_622_400_000)
