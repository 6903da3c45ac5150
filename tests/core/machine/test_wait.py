"""The life of a wait."""

from itertools import product

import pytest

from everstep.core.events import EventType
from everstep.core.model import Action, Kind, Status
from tests.core.machine.factories import START, a_wait, an_error, an_execution, an_operation
from tests.core.machine.life import live
from tests.core.machine.moves import LATER, move, refusal

LEGAL = {(None, Action.START), (Status.STARTED, Action.CANCEL)}
REFUSALS = {
    Action.START: "Cannot start a WAIT operation that already exists.",
    Action.CANCEL: "Cannot cancel a WAIT that does not exist or has already completed.",
}


@pytest.mark.parametrize(("before", "action"), [pair for pair in product([None, *Status], Action) if pair not in LEGAL])
def test_every_pair_without_a_row_is_refused_with_the_documented_words(before: Status | None, action: Action) -> None:
    execution = an_execution(an_operation(before, "w", Kind.WAIT)) if before is not None else an_execution()
    assert refusal(execution, a_wait(action)) == REFUSALS.get(action, "Invalid WAIT action.")


def test_a_wait_that_starts_knows_its_end() -> None:
    after, (event,) = move(None, a_wait(wait_seconds=60, name="cool down"))
    assert (after.status, after.wait_seconds, after.wait_ends_at, after.due_at) == (
        Status.STARTED,
        60,
        LATER + 60_000,
        LATER + 60_000,
    )
    assert (event.type, event.name) == (EventType.WAIT_STARTED, "cool down")
    assert (event.duration_seconds, event.wait_ends_at) == (60, LATER + 60_000)


def test_a_wait_is_over_at_its_end_and_not_a_millisecond_before() -> None:
    life = live()
    life.save(a_wait(wait_seconds=60))
    life.suspend()
    assert life.pass_time(seconds=59.999).is_empty
    assert life.operation("w").status is Status.STARTED
    life.pass_time(seconds=0.001)
    over = life.operation("w")
    assert (over.status, over.ended_at, over.due_at) == (Status.SUCCEEDED, START + 60_000, None)
    assert (over.wait_ends_at, over.wait_seconds) == (START + 60_000, 60)
    assert (life.events[-1].type, life.events[-1].duration_seconds) == (EventType.WAIT_SUCCEEDED, 60)


def test_a_wait_that_the_service_notices_late_ends_when_it_is_noticed() -> None:
    life = live()
    life.save(a_wait(wait_seconds=60))
    life.suspend()
    life.pass_time(seconds=90)
    assert life.operation("w").ended_at == START + 90_000
    assert life.operation("w").wait_ends_at == START + 60_000


def test_a_cancelled_wait_wakes_nobody() -> None:
    life = live()
    life.save(a_wait())
    life.save(a_wait(Action.CANCEL, error=an_error()))
    cancelled = life.operation("w")
    assert (cancelled.status, cancelled.due_at, cancelled.ended_at) == (Status.CANCELLED, None, START)
    assert (life.events[-1].type, life.events[-1].error) == (EventType.WAIT_CANCELLED, an_error())
    assert life.pass_time(seconds=120).is_empty


def test_a_wait_that_is_over_cannot_be_cancelled_even_when_nobody_noticed_before() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1))
    life.pass_unnoticed(seconds=1)
    assert life.refusal_to_save(a_wait(Action.CANCEL)) == REFUSALS[Action.CANCEL]


@pytest.mark.parametrize(("action", "seconds"), [(Action.START, None), (Action.CANCEL, 5)])
def test_a_duration_belongs_to_the_start_alone(action: Action, seconds: int | None) -> None:
    before = [an_operation(Status.STARTED, "w", Kind.WAIT)] if action is Action.CANCEL else []
    update = a_wait(action, wait_seconds=seconds)
    assert refusal(an_execution(*before), update) == "Invalid WaitOptions for the given action."


def test_waits_that_end_together_are_told_in_start_order_within_a_moment_and_by_end_otherwise() -> None:
    life = live()
    life.save(
        a_wait(id_="late", wait_seconds=9),
        a_wait(id_="first", wait_seconds=5),
        a_wait(id_="second", wait_seconds=5),
    )
    life.suspend()
    life.pass_time(seconds=10)
    assert life.history()[-3:] == ["WaitSucceeded first", "WaitSucceeded second", "WaitSucceeded late"]
    assert life.begin().updated_operation_ids == ("first", "second", "late")
