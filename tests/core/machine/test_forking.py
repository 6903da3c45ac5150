"""Forks: what a new execution knows of an old one, and that it can go on from there."""

import pytest

from everstep.core.machine.commands import AnswerCallback, CallbackSuccess, Past, Start
from everstep.core.machine.decide import decide
from everstep.core.machine.forking import past_before
from everstep.core.machine.state import Source
from everstep.core.model import Action, Kind, OperationId, Status
from everstep.core.names import parse_callback_id
from everstep.core.refusal import Code, Refused
from tests.core.machine.factories import START, an_origin, an_update
from tests.core.machine.life import Life, live

NEW = an_origin("execution-2")


def past(life: Life, operation_id: str) -> Past:
    return past_before(life.execution.operations, life.events, OperationId(operation_id))


def told(past: Past) -> list[str]:
    return [f"{event.type} {event.id}" for event in past.events]


def statuses(past: Past) -> dict[str, Status]:
    return {operation.id: operation.status for operation in past.operations}


def fork(life: Life, operation_id: str) -> Life:
    """The fork, as it is after its birth."""
    brought = past(life, operation_id)
    source = Source(
        arn=life.execution.arn, operation_id=OperationId(operation_id), copied=len(brought.operations), began_at=START
    )
    return Life(an_origin("execution-2", started_at=life.now, source=source), past=brought)


def a_sequence() -> Life:
    """a, b and c, one after the other; every one has ended."""
    life = live()
    for name in "abc":
        life.pass_unnoticed(seconds=1)
        life.save(an_update(Action.START, name))
        life.pass_unnoticed(seconds=1)
        life.save(an_update(Action.SUCCEED, name, payload=f'"{name}"'))
    return life


def test_a_fork_knows_what_had_ended_before_its_operation_began() -> None:
    found = past(a_sequence(), "c")
    assert statuses(found) == {"a": Status.SUCCEEDED, "b": Status.SUCCEEDED}
    assert told(found) == ["StepStarted a", "StepSucceeded a", "StepStarted b", "StepSucceeded b"]
    assert [operation.seq for operation in found.operations] == [1, 2]


def test_a_fork_from_the_first_operation_knows_nothing() -> None:
    assert past(a_sequence(), "a") == Past(operations=(), events=())


def test_what_ran_beside_the_operation_runs_anew() -> None:
    life = live()
    life.save(an_update(Action.START, "slow"), an_update(Action.START, "x"))
    life.save(an_update(Action.SUCCEED, "slow"), an_update(Action.SUCCEED, "x"))
    assert statuses(past(life, "x")) == {}


def test_contexts_around_the_operation_are_brought_along_open() -> None:
    life = live()
    life.save(
        an_update(Action.START, "map", Kind.CONTEXT),
        an_update(Action.START, "item", Kind.CONTEXT, parent_id=OperationId("map")),
        an_update(Action.SUCCEED, "first", parent_id=OperationId("item"), payload="1"),
        an_update(Action.SUCCEED, "x", parent_id=OperationId("item")),
    )
    life.save(an_update(Action.SUCCEED, "item", Kind.CONTEXT), an_update(Action.SUCCEED, "map", Kind.CONTEXT))
    found = past(life, "x")
    assert statuses(found) == {"map": Status.STARTED, "item": Status.STARTED, "first": Status.SUCCEEDED}
    assert told(found) == ["ContextStarted map", "ContextStarted item", "StepSucceeded first"]


def test_a_step_that_failed_before_it_succeeded_brings_all_its_attempts() -> None:
    life = live()
    life.save(an_update(Action.RETRY, "a", payload="1"))
    life.pass_time(seconds=10)
    life.save(an_update(Action.SUCCEED, "a"))
    life.save(an_update(Action.SUCCEED, "x"))
    found = past(life, "x")
    assert told(found) == ["StepSucceeded a", "StepSucceeded a"]
    assert found.operations[0].attempt == 2


def test_an_answered_callback_has_an_id_of_its_own_in_the_fork() -> None:
    life = live()
    life.save(an_update(Action.START, "c", Kind.CALLBACK))
    life.do(AnswerCallback(operation_id=OperationId("c"), answer=CallbackSuccess(payload="1")))
    life.save(an_update(Action.START, "x"))
    callback_id = fork(life, "x").operation("c").callback_id
    assert callback_id is not None
    assert parse_callback_id(callback_id) == (NEW.arn, "c")


def test_an_operation_that_never_was_is_no_place_to_fork_from() -> None:
    with pytest.raises(Refused) as caught:
        past(a_sequence(), "nobody")
    assert caught.value.code is Code.NOT_FOUND


def test_a_fork_goes_on_as_if_it_had_been_there_from_the_beginning() -> None:
    life = a_sequence()
    born = fork(life, "c")
    assert born.history() == [
        "ExecutionStarted", "StepStarted a", "StepSucceeded a", "StepStarted b", "StepSucceeded b"
    ]  # fmt: skip
    assert [event.event_id for event in born.events] == [1, 2, 3, 4, 5]
    assert [event.at for event in born.events] == sorted(event.at for event in born.events)
    assert born.events[0].at == START
    assert (born.head.operations, born.head.written_bytes) == (2, 6)
    assert born.head.timeout_at == life.now + born.execution.origin.timeout_seconds * 1000
    born.begin()
    born.save(an_update(Action.SUCCEED, "c"))
    assert born.operation("c").seq == 3
    born.succeed("null")


def test_a_fork_of_a_fork_is_a_fork() -> None:
    second = fork(fork(a_sequence(), "c"), "b")
    assert second.history() == ["ExecutionStarted", "StepStarted a", "StepSucceeded a"]


def test_the_source_is_left_as_it_was() -> None:
    life = a_sequence()
    before = list(life.execution.operations)
    decide(None, Start(origin=NEW, past=past(life, "c")), life.now)
    assert list(life.execution.operations) == before
