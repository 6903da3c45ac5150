"""The order of a checkpoint's rules, and that a refused batch leaves nothing behind."""

import pytest

from everstep.core.limits import Limits
from everstep.core.machine.commands import Checkpoint
from everstep.core.messages import CheckpointRequest
from everstep.core.model import Action, ErrorObject, ExecutionStatus, Kind, OperationId, Status, Update
from tests.core.machine.factories import (
    a_token,
    a_wait,
    an_end,
    an_error,
    an_execution,
    an_operation,
    an_update,
)
from tests.core.machine.life import live
from tests.core.machine.moves import refusal

NOWHERE = OperationId("nowhere")
ROOM = OperationId("room")
LIMITS = Limits(step_payload_bytes_max=10, error_bytes_max=10, operations_max=4, sync_output_bytes_max=10)
TOO_LONG = "x" * 11
LARGE_ERROR = ErrorObject(message=TOO_LONG)

SAME_ID = "Cannot checkpoint multiple operations with the same ID."
ERROR_SIZE = "Error object size must be less than or equal to 10 bytes."
STEP_SIZE = "STEP output payload size must be less than or equal to 10 bytes."
OUTPUT_SIZE = "Execution output payload size must be less than or equal to 10 bytes."

START, SUCCEED, FAIL, RETRY, CANCEL = Action.START, Action.SUCCEED, Action.FAIL, Action.RETRY, Action.CANCEL
known = OperationId("known")

BATCHES: list[tuple[list[Update], str]] = [
    # Each batch breaks the rule whose message it gets and one or more that come later.
    ([an_end(), an_end(), an_update(START)], "Cannot checkpoint multiple EXECUTION updates."),
    ([an_end(), an_update(START), an_update(START)], "EXECUTION checkpoint must be the last update."),
    ([an_update(START, parent_id=NOWHERE), an_update(START, parent_id=NOWHERE)], SAME_ID),
    ([an_update(START, known, Kind.WAIT, parent_id=NOWHERE)], "Invalid parent operation id."),
    (
        [an_update(START, known, Kind.WAIT, sub_type="no", name="no", parent_id=ROOM)],
        "Inconsistent operation type.",
    ),
    ([an_update(START, known, sub_type="no", name="no", parent_id=ROOM)], "Inconsistent operation subtype."),
    ([an_update(START, known, name="no", parent_id=ROOM)], "Inconsistent operation name."),
    ([an_update(FAIL, known, parent_id=ROOM, error=LARGE_ERROR)], "Inconsistent parent operation id."),
    ([an_update(CANCEL, known, error=LARGE_ERROR, payload=TOO_LONG)], ERROR_SIZE),
    ([an_update(CANCEL, known, payload=TOO_LONG)], STEP_SIZE),
    ([an_update(CANCEL, known, retry_delay_seconds=1)], "Invalid STEP action."),
    ([an_update(SUCCEED, "done", error=an_error("", ""))], "Invalid current STEP state to close."),
    ([an_update(START, "done", retry_delay_seconds=1)], "Invalid current STEP state to start."),
    ([an_update(SUCCEED, "new", error=an_error("", ""))], "Cannot provide an Error for SUCCEED action."),
    ([an_update(START, "new", retry_delay_seconds=1)], "Invalid StepOptions for the given action."),
    ([an_update(START, "new-1"), an_update(START, "new-2")], "An execution cannot have more than 4 operations."),
    # Within the end of the execution the same order holds.
    ([an_end(START, error=ErrorObject(message="x" * (6 * 1024 * 1024 + 1)), payload=TOO_LONG)], "Error object size"),
    ([an_end(START, payload=TOO_LONG)], OUTPUT_SIZE),
    ([an_end(RETRY)], "Invalid EXECUTION action."),
    ([an_end(FAIL, payload="1")], "Cannot provide a Payload for FAIL action."),
    ([an_end(SUCCEED, error=an_error())], "Cannot provide an Error for SUCCEED action."),
    # Updates are judged one after the other: a late rule of the first comes before an early rule of the second.
    ([an_update(START, "done"), an_update(START, "new", parent_id=NOWHERE)], "Invalid current STEP state to start."),
]


@pytest.mark.parametrize(("batch", "message"), BATCHES, ids=[message for _, message in BATCHES])
def test_a_batch_that_breaks_several_rules_is_refused_by_the_first(batch: list[Update], message: str) -> None:
    execution = an_execution(
        an_operation(Status.STARTED, "known", name="charge", sub_type="Step"),
        an_operation(Status.SUCCEEDED, "done"),
        an_operation(Status.STARTED, "room", Kind.CONTEXT),
    )
    assert refusal(execution, *batch, limits=LIMITS).startswith(message)


def test_the_token_is_judged_before_the_batch() -> None:
    life = live()
    stale = CheckpointRequest(token=a_token(number=99), updates=(an_end(), an_end()))
    assert life.refusal_of(Checkpoint(request=stale)) == "Invalid checkpoint token"


@pytest.mark.parametrize("action", [SUCCEED, FAIL, RETRY])
def test_a_step_may_start_and_end_in_one_batch(action: Action) -> None:
    life = live()
    life.save(an_update(START), an_update(START, "b"), an_update(action))
    assert life.operation("a").attempt == 1


@pytest.mark.parametrize(
    "batch",
    [
        [an_update(START), an_update(START)],
        [an_update(SUCCEED), an_update(START)],
        [an_update(RETRY), an_update(START)],
        [an_update(START), an_update(RETRY), an_update(SUCCEED)],
        [a_wait(), a_wait(CANCEL)],
        [an_update(START), a_wait(id_="a")],
        [an_update(START, kind=Kind.CONTEXT), an_update(SUCCEED)],
    ],
)
def test_the_same_operation_twice_is_refused_otherwise(batch: list[Update]) -> None:
    assert live().refusal_to_save(*batch) == SAME_ID


def test_the_id_of_the_execution_s_end_is_nobody_s_business() -> None:
    life = live()
    life.save(an_update(START), an_update(SUCCEED), an_update(SUCCEED, kind=Kind.EXECUTION, payload='"done"'))
    assert (life.head.status, life.head.result) == (ExecutionStatus.SUCCEEDED, '"done"')


def test_what_is_not_said_again_is_not_compared() -> None:
    life = live()
    life.save(an_update(START, kind=Kind.CONTEXT, id_="room"))
    life.save(an_update(START, name="charge", sub_type="Step", parent_id=ROOM))
    life.save(an_update(SUCCEED))
    done = life.operation("a")
    assert (done.name, done.sub_type, done.parent_id) == ("charge", "Step", ROOM)


def test_a_parent_may_start_earlier_in_the_batch_but_not_later() -> None:
    room, inside = an_update(START, "room", Kind.CONTEXT), an_update(START, parent_id=ROOM)
    assert live().refusal_to_save(inside, room) == "Invalid parent operation id."
    life = live()
    life.save(room, inside)
    assert life.operation("a").parent_id == ROOM


def test_a_step_is_no_parent() -> None:
    life = live()
    life.save(an_update(START, "room"))
    assert life.refusal_to_save(an_update(START, parent_id=ROOM)) == "Invalid parent operation id."


def test_one_bad_update_refuses_the_batch_and_leaves_the_token() -> None:
    life = live()
    life.save(an_update(START, "before"))
    head, told = life.head, len(life.events)
    good = (an_update(START), an_update(SUCCEED, payload="1"), a_wait(), an_update(SUCCEED, "before"))
    assert life.refusal_to_save(*good, an_update(CANCEL, "bad")) == "Invalid STEP action."
    assert life.head is head
    assert len(life.events) == told
    assert life.operation("before").status is Status.STARTED
    assert life.execution.operations.get(OperationId("a")) is None

    life.save(*good)
    assert life.operation("before").status is Status.SUCCEEDED


def test_a_bad_end_takes_the_updates_before_it_along() -> None:
    life = live()
    assert life.refusal_to_save(an_update(START), an_end(START)) == "Invalid EXECUTION action."
    assert life.head.operations == 0


def test_250_updates_and_more_fit_one_batch() -> None:
    life = live()
    life.save(*(an_update(SUCCEED, f"step-{number}", payload=str(number)) for number in range(600)))
    assert life.head.operations == 600
