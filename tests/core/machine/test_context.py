"""The life of a context, and what being inside one means."""

from itertools import product

import pytest

from everstep.core.events import EventType
from everstep.core.limits import Limits
from everstep.core.model import Action, Kind, OperationId, Status, Update
from tests.core.machine.factories import START, a_wait, an_error, an_execution, an_operation, an_update
from tests.core.machine.life import live
from tests.core.machine.moves import LATER, move, refusal

LEGAL = {
    (None, Action.START): Status.STARTED,
    (None, Action.SUCCEED): Status.SUCCEEDED,
    (Status.STARTED, Action.SUCCEED): Status.SUCCEEDED,
    (None, Action.FAIL): Status.FAILED,
    (Status.STARTED, Action.FAIL): Status.FAILED,
}
REFUSALS = {
    Action.START: "Cannot start a CONTEXT operation that already exists.",
    Action.SUCCEED: "Invalid current CONTEXT state to close.",
    Action.FAIL: "Invalid current CONTEXT state to close.",
}
ROOM = OperationId("room")


def a_context(action: Action = Action.START, id_: str = "room", **members: object) -> Update:
    return an_update(action, id_, Kind.CONTEXT, **members)


@pytest.mark.parametrize(("before", "action"), list(LEGAL))
def test_every_legal_move_leads_where_its_row_says(before: Status | None, action: Action) -> None:
    known = an_operation(before, "room", Kind.CONTEXT) if before is not None else None
    after, (event,) = move(known, a_context(action))
    assert after.status is LEGAL[before, action]
    assert after.ended_at == (None if action is Action.START else LATER)
    told = {Action.START: "ContextStarted", Action.SUCCEED: "ContextSucceeded", Action.FAIL: "ContextFailed"}
    assert event.type == told[action]


@pytest.mark.parametrize(("before", "action"), [pair for pair in product([None, *Status], Action) if pair not in LEGAL])
def test_every_pair_without_a_row_is_refused_with_the_documented_words(before: Status | None, action: Action) -> None:
    execution = an_execution(an_operation(before, "room", Kind.CONTEXT)) if before is not None else an_execution()
    assert refusal(execution, a_context(action)) == REFUSALS.get(action, "Invalid CONTEXT action.")


def test_a_context_ends_with_its_result_or_its_error() -> None:
    before = an_operation(Status.STARTED, "room", Kind.CONTEXT)
    succeeded, (event,) = move(before, a_context(Action.SUCCEED, payload='"rich"'))
    assert (succeeded.result, succeeded.error, event.result) == ('"rich"', None, '"rich"')
    failed, (event,) = move(before, a_context(Action.FAIL, error=an_error()))
    assert (failed.result, failed.error, event.error) == (None, an_error(), an_error())


def test_a_result_and_an_error_exclude_each_other() -> None:
    execution = an_execution(an_operation(Status.STARTED, "room", Kind.CONTEXT))
    assert refusal(execution, a_context(Action.FAIL, payload="1")) == "Cannot provide a Payload for FAIL action."
    wrong = a_context(Action.SUCCEED, error=an_error())
    assert refusal(execution, wrong) == "Cannot provide an Error for SUCCEED action."


@pytest.mark.parametrize(("given", "kept"), [(None, False), (False, False), (True, True)])
@pytest.mark.parametrize("action", [Action.SUCCEED, Action.FAIL])
def test_a_context_keeps_whether_its_body_must_run_again(action: Action, given: bool | None, kept: bool) -> None:
    before = an_operation(Status.STARTED, "room", Kind.CONTEXT)
    after, _ = move(before, a_context(action, replay_children=given))
    assert after.replay_children is kept


def test_a_context_and_what_is_in_it_may_begin_and_end_in_one_batch() -> None:
    life = live()
    life.save(
        a_context(),
        a_context(id_="inner", parent_id=ROOM),
        an_update(Action.START, parent_id=OperationId("inner")),
        an_update(Action.SUCCEED, payload="1"),
        a_context(Action.SUCCEED, "inner"),
        a_context(Action.SUCCEED, payload="1"),
    )
    assert life.history()[1:] == [
        "ContextStarted room",
        "ContextStarted inner",
        "StepStarted a",
        "StepSucceeded a",
        "ContextSucceeded inner",
        "ContextSucceeded room",
    ]
    assert [event.parent_id for event in life.events[1:]] == [None, ROOM, "inner", "inner", ROOM, None]


@pytest.mark.parametrize("end", [None, Action.SUCCEED, Action.FAIL])
@pytest.mark.parametrize("kind", [Kind.STEP, Kind.WAIT, Kind.CALLBACK, Kind.CONTEXT])
def test_a_context_is_a_parent_whether_it_is_open_or_closed(end: Action | None, kind: Kind) -> None:
    wait = {"wait_seconds": 1} if kind is Kind.WAIT else {}
    life = live()
    life.save(a_context(), *([a_context(end)] if end is not None else []))
    life.save(an_update(Action.START, "child", kind, parent_id=ROOM, **wait))
    assert life.operation("child").parent_id == ROOM
    assert life.events[-1].parent_id == ROOM


@pytest.mark.parametrize("kind", [Kind.STEP, Kind.WAIT, Kind.CALLBACK, Kind.CHAINED_INVOKE])
def test_nothing_but_a_context_is_a_parent(kind: Kind) -> None:
    execution = an_execution(an_operation(Status.STARTED, "x", kind))
    child = an_update(Action.START, parent_id=OperationId("x"))
    assert refusal(execution, child) == "Invalid parent operation id."


def test_a_parent_must_stand_before_its_child_in_the_batch() -> None:
    child = an_update(Action.START, parent_id=ROOM)
    assert refusal(an_execution(), child, a_context()) == "Invalid parent operation id."
    assert refusal(an_execution(), a_context(parent_id=ROOM)) == "Invalid parent operation id.", "nobody bears himself"


def test_an_operation_does_not_move_to_another_parent() -> None:
    life = live()
    life.save(a_context(), a_context(id_="other"), an_update(Action.START, parent_id=ROOM))
    moved = an_update(Action.SUCCEED, parent_id=OperationId("other"))
    assert life.refusal_to_save(moved) == "Inconsistent parent operation id."
    life.save(an_update(Action.SUCCEED))
    assert life.operation("a").parent_id == ROOM, "what is not said again is kept"


def test_what_ends_inside_a_completed_context_is_told_all_the_same() -> None:
    """A map that completed early leaves a wait behind; whether it matters is for the function to say."""
    life = live()
    life.save(a_context(), a_wait(parent_id=ROOM, wait_seconds=5), a_context(Action.SUCCEED))
    life.suspend()
    assert life.begin_after(seconds=5).updated_operation_ids == ("w",)
    assert life.operation("w").ended_at == START + 5_000
    assert life.events[-1].type is EventType.WAIT_SUCCEEDED


def test_a_context_waits_for_nothing_by_itself() -> None:
    """PENDING with nothing but open contexts is a mistake of the function's, and costs it an invocation."""
    life = live(limits=Limits(empty_pendings_max=1))
    life.save(a_context())
    life.suspend()
    assert (life.owed, life.head.empty_pendings) == (2, 1)
    life.begin()
    life.suspend()
    assert life.head.error is not None
    assert life.head.error.message == "Cannot return PENDING status with no pending operations."
