"""Hurrying: what time alone would do is done now, and nothing else is."""

import pytest

from everstep.core.machine.commands import Hurry
from everstep.core.model import Action, Kind, OperationId, Status
from everstep.core.refusal import Code, Refused
from tests.core.machine.factories import a_wait, an_error, an_update
from tests.core.machine.life import Life, live

W, A = OperationId("w"), OperationId("a")


def code_of(life: Life, command: Hurry) -> Code:
    with pytest.raises(Refused) as caught:
        life.do(command)
    return caught.value.code


def test_a_wait_that_is_skipped_elapses_now_and_wakes_the_function() -> None:
    life = live()
    life.save(a_wait(wait_seconds=3600))
    life.suspend()
    life.do(Hurry(operation_id=W), after_ms=5)
    wait = life.operation("w")
    assert (wait.status, wait.ended_at, wait.due_at) == (Status.SUCCEEDED, life.now, None)
    assert life.history()[-1] == "WaitSucceeded w"
    assert life.owed == 2
    assert life.begin().updated_operation_ids == (W,)


def test_a_step_that_pauses_before_its_next_attempt_may_begin_it_now() -> None:
    life = live()
    life.save(an_update(Action.RETRY, error=an_error(), retry_delay_seconds=600))
    life.suspend()
    life.do(Hurry(operation_id=A))
    assert life.operation("a").status is Status.READY
    assert life.owed == 2


def test_an_invocation_that_failed_is_made_again_at_once() -> None:
    life = live()
    life.crash("Busy")
    assert life.owed is None
    life.do(Hurry())
    assert life.owed == 2
    assert life.head.invoke_at is None


def test_hurrying_tells_a_running_function_with_its_next_checkpoint() -> None:
    life = live()
    life.save(a_wait())
    life.do(Hurry(operation_id=W))
    assert life.owed is None
    assert [operation.id for operation in life.save().operations] == [W]


def test_what_the_world_must_answer_cannot_be_hurried() -> None:
    life = live()
    life.save(an_update(Action.START, "c", Kind.CALLBACK), an_update(Action.START))
    assert code_of(life, Hurry(operation_id=OperationId("c"))) is Code.CONFLICT
    assert code_of(life, Hurry(operation_id=A)) is Code.CONFLICT
    assert code_of(life, Hurry()) is Code.CONFLICT
    assert code_of(life, Hurry(operation_id=OperationId("nobody"))) is Code.NOT_FOUND


def test_a_closed_execution_hurries_nothing() -> None:
    life = live()
    life.save(a_wait())
    life.stop()
    assert code_of(life, Hurry(operation_id=W)) is Code.CONFLICT


def test_a_paused_execution_is_not_invoked_because_something_was_hurried() -> None:
    life = live()
    life.save(a_wait())
    life.suspend()
    life.pause()
    life.do(Hurry(operation_id=W))
    assert life.owed is None
    life.resume()
    assert life.owed == 2
