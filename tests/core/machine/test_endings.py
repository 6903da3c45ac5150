"""How an execution ends from outside its function: its time is up, or somebody stops it. In every phase."""

from collections.abc import Callable

import pytest

from everstep.core.limits import DAY_MS
from everstep.core.machine.commands import BeginInvocation, Delete, Start
from everstep.core.machine.decide import decide, due_at
from everstep.core.machine.delta import NotifyParent
from everstep.core.machine.life import execution_operation, is_expired
from everstep.core.machine.state import InvocationPhase, Parent
from everstep.core.model import Action, Arn, ErrorObject, ExecutionStatus, Kind, Millis, OperationId, Status
from everstep.core.refusal import Code, Refused
from tests.core.machine.factories import START, TIMEOUT_SECONDS, a_wait, an_end, an_error, an_origin, an_update
from tests.core.machine.life import Life, live

TIMED_OUT = ErrorObject(message="Execution timed out after 86400 seconds.")


def owed() -> Life:
    return Life()


def running() -> Life:
    life = live()
    life.save(an_update(Action.START), a_wait(wait_seconds=60))
    return life


def suspended() -> Life:
    life = running()
    life.suspend()
    return life


def backing_off() -> Life:
    life = running()
    for _ in range(10):
        life.crash("Sandbox.Timedout")
        if life.head.failures < 10:
            life.begin_after(seconds=300)
    return life


def owed_again() -> Life:
    life = suspended()
    life.pass_time(seconds=60)
    return life


PHASES = [owed, running, suspended, backing_off, owed_again]
Phase = Callable[[], Life]


@pytest.mark.parametrize("phase", PHASES)
def test_the_time_of_an_execution_is_up_in_every_phase(phase: Phase) -> None:
    life = phase()
    life.pass_time(seconds=(START + TIMEOUT_SECONDS * 1000 - 1 - life.now) / 1000)
    assert life.head.status is ExecutionStatus.RUNNING
    life.pass_time(seconds=0.001)
    assert (life.head.status, life.head.error) == (ExecutionStatus.TIMED_OUT, TIMED_OUT)
    assert life.head.ended_at == START + TIMEOUT_SECONDS * 1000
    assert life.history()[-1] == "ExecutionTimedOut"
    assert life.events[-1].error is None, "the reason stands on the execution alone"
    assert_dead(life)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("error", [None, an_error("Operator", "wrong order")])
def test_an_execution_can_be_stopped_in_every_phase(phase: Phase, error: ErrorObject | None) -> None:
    life = phase()
    life.pass_unnoticed(seconds=0.5)
    life.stop(error)
    assert (life.head.status, life.head.error) == (ExecutionStatus.STOPPED, error or ErrorObject())
    assert life.head.ended_at == life.now
    assert (life.history()[-1], life.events[-1].error) == ("ExecutionStopped", error or ErrorObject())
    assert_dead(life)


def assert_dead(life: Life) -> None:
    """Nothing but the end of an invocation that still runs can happen to a closed execution."""
    head, told = life.head, life.history()
    assert due_at(life.execution) is None
    assert life.owed is None
    assert life.pass_time(seconds=1_000_000).is_empty
    assert life.stop(an_error()).is_empty
    assert life.refusal_to_save() == "Invalid checkpoint token"
    if head.invocation is not None:
        assert head.invocation.phase is InvocationPhase.LIVE
        life.suspend()
        told.append("InvocationCompleted")
    assert life.history() == told
    assert (life.head.status, life.head.ended_at, life.head.invocation) == (head.status, head.ended_at, None)


@pytest.mark.parametrize("end", ["succeed", "fail", "crash", "lose", "suspend"])
def test_an_invocation_that_outlives_its_execution_ends_without_effect(end: str) -> None:
    life = running()
    life.stop()
    getattr(life, end)()
    assert life.history()[-2:] == ["ExecutionStopped", "InvocationCompleted"]
    assert (life.head.status, life.head.result) == (ExecutionStatus.STOPPED, None)


@pytest.mark.parametrize("end", ["succeed", "fail", "crash", "lose", "suspend"])
def test_an_answer_that_comes_after_the_time_is_up_comes_too_late(end: str) -> None:
    life = running()
    life.pass_unnoticed(seconds=TIMEOUT_SECONDS)
    getattr(life, end)()
    assert life.history()[-2:] == ["ExecutionTimedOut", "InvocationCompleted"]
    assert (life.head.status, life.head.error) == (ExecutionStatus.TIMED_OUT, TIMED_OUT)


def test_an_invocation_that_begins_after_the_time_is_up_is_not_made() -> None:
    life = Life()
    life.pass_unnoticed(seconds=TIMEOUT_SECONDS)
    assert life.do(BeginInvocation(number=1, id="late")).response is None
    assert life.head.status is ExecutionStatus.TIMED_OUT
    assert life.owed is None


def test_a_stop_that_comes_after_the_time_is_up_comes_too_late() -> None:
    life = running()
    life.pass_unnoticed(seconds=TIMEOUT_SECONDS)
    life.stop(an_error())
    assert life.head.status is ExecutionStatus.TIMED_OUT


@pytest.mark.parametrize("who", ["stop", "pause"])
def test_an_invocation_that_ripens_in_the_very_change_that_calls_it_off_is_never_owed(who: str) -> None:
    life = live()
    life.crash("Sandbox.Timedout")
    life.pass_unnoticed(seconds=1)
    delta = getattr(life, who)()
    assert (delta.effects, delta.performed) == ((), ())
    assert life.owed is None


def test_open_operations_keep_their_last_status() -> None:
    life = running()
    life.save(an_update(Action.RETRY, "b"))
    life.stop()
    assert [o.status for o in life.execution.operations] == [Status.STARTED, Status.STARTED, Status.PENDING]


def test_what_is_due_when_somebody_stops_the_execution_is_told_first() -> None:
    life = suspended()
    life.pass_unnoticed(seconds=60)
    life.stop()
    assert life.history()[-2:] == ["WaitSucceeded w", "ExecutionStopped"]


@pytest.mark.parametrize(
    ("action", "members", "status", "event"),
    [
        (Action.SUCCEED, {"payload": '"done"'}, ExecutionStatus.SUCCEEDED, "ExecutionSucceeded"),
        (Action.SUCCEED, {}, ExecutionStatus.SUCCEEDED, "ExecutionSucceeded"),
        (Action.FAIL, {"error": an_error()}, ExecutionStatus.FAILED, "ExecutionFailed"),
        (Action.FAIL, {}, ExecutionStatus.FAILED, "ExecutionFailed"),
    ],
)
def test_the_function_may_end_its_execution_by_checkpoint(
    action: Action, members: dict[str, object], status: ExecutionStatus, event: str
) -> None:
    life = running()
    reply = life.save(an_update(Action.SUCCEED), an_end(action, **members))
    assert reply.token is None
    assert [o.id for o in reply.operations] == ["a"]
    assert (life.head.status, life.head.result, life.head.error) == (
        status,
        members.get("payload"),
        members.get("error"),
    )
    assert life.history()[-2:] == ["StepSucceeded a", event]
    assert_dead(life)


@pytest.mark.parametrize("status", ["succeed", "fail", "stop"])
def test_a_parent_is_told_how_its_child_ended_exactly_once(status: str) -> None:
    parent = Parent(arn=Arn("arn:parent"), operation_id=OperationId("call"))
    life = live(an_origin(parent=parent))
    getattr(life, status)()
    if status == "stop":
        life.suspend()
    (notice,) = life.outbox.values()
    assert isinstance(notice, NotifyParent)
    assert (notice.parent, notice.status, notice.result) == (parent, life.head.status, life.head.result)
    assert notice.error == life.head.error


def test_a_parent_is_told_of_a_child_whose_time_was_up_in_words_of_its_own() -> None:
    parent = Parent(arn=Arn("arn:parent"), operation_id=OperationId("call"))
    life = Life(an_origin(parent=parent, timeout_seconds=5))
    life.pass_time(seconds=5)
    (notice,) = life.outbox.values()
    assert isinstance(notice, NotifyParent)
    message = "CHAINED_INVOKE timed out after 5 seconds."
    assert notice.error == ErrorObject(type="ChainedInvoke.Timeout", message=message)


def test_the_timeout_counts_from_the_birth() -> None:
    delta = decide(None, Start(origin=an_origin(timeout_seconds=5)), START)
    assert delta.due_at == Millis(START + 5_000)


def test_a_wait_longer_than_the_execution_may_live_never_ends() -> None:
    life = live(an_origin(timeout_seconds=5))
    life.save(a_wait(wait_seconds=6))
    life.suspend()
    assert due_at(life.execution) == START + 5_000
    life.pass_time(seconds=60)
    assert life.history()[-1] == "ExecutionTimedOut"


@pytest.mark.parametrize(
    ("end", "status"),
    [("succeed", Status.SUCCEEDED), ("fail", Status.FAILED), ("stop", Status.STOPPED), (None, Status.STARTED)],
)
def test_the_function_sees_its_execution_as_an_operation(end: str | None, status: Status) -> None:
    life = live()
    if end is not None:
        getattr(life, end)()
    operation = execution_operation(life.execution.origin, life.head)
    assert (operation.id, operation.kind, operation.status) == ("execution-1", Kind.EXECUTION, status)
    assert (operation.name, operation.input, operation.started_at) == ("order-7", '"World"', START)
    assert operation.ended_at == life.head.ended_at


# --------------------------------------------------------------------------- a clock that jumps back
def test_time_never_runs_backwards_within_an_execution() -> None:
    life = live()
    life.save(a_wait(wait_seconds=60))
    life.pass_unnoticed(seconds=-3_600)
    life.save(an_update(Action.START), a_wait(id_="v", wait_seconds=5))
    life.suspend()
    assert {event.at for event in life.events} == {START}
    assert life.operation("v").due_at == START + 5_000
    assert life.pass_time(seconds=3_600).is_empty
    life.pass_time(seconds=5)
    assert life.begin().updated_operation_ids == ("v",)


# --------------------------------------------------------------------------- how it is forgotten
@pytest.mark.parametrize("end", ["succeed", "fail", "stop"])
def test_a_closed_execution_is_kept_as_long_as_it_was_born_to_be_kept(end: str) -> None:
    life = live(an_origin(retention_days=14))
    assert life.head.expires_at is None
    life.pass_unnoticed(seconds=100)
    getattr(life, end)()
    assert life.head.expires_at == due_at(life.execution) == START + 100_000 + 14 * DAY_MS
    assert not is_expired(life.head, Millis(START + 100_000 + 14 * DAY_MS - 1))
    assert is_expired(life.head, Millis(START + 100_000 + 14 * DAY_MS))


def test_an_execution_without_retention_is_kept_for_ever() -> None:
    life = live()
    life.succeed()
    assert (life.head.expires_at, due_at(life.execution)) == (None, None)
    assert not is_expired(life.head, Millis(START + 1_000_000 * DAY_MS))


def test_a_closed_execution_that_somebody_deletes_expires_at_once() -> None:
    life = live(an_origin(retention_days=14))
    life.succeed("7")
    told = life.history()
    life.pass_unnoticed(seconds=3)
    life.delete()
    assert (life.head.status, life.head.expires_at) == (ExecutionStatus.DELETING, START + 3_000)
    assert is_expired(life.head, life.now)
    assert life.history() == told


@pytest.mark.parametrize("phase", PHASES)
def test_an_open_execution_cannot_be_deleted(phase: Phase) -> None:
    life = phase()
    message = life.refusal_of(Delete())
    assert message == f"{life.execution.arn} is RUNNING: only a closed execution can be deleted"


def test_an_execution_is_deleted_once() -> None:
    life = live()
    life.succeed()
    life.delete()
    with pytest.raises(Refused) as refused:
        life.delete()
    assert (refused.value.code, refused.value.arn) == (Code.CONFLICT, life.execution.arn)


def test_an_execution_whose_time_is_up_may_be_deleted_at_once() -> None:
    life = suspended()
    life.pass_unnoticed(seconds=TIMEOUT_SECONDS)
    life.delete()
    assert (life.head.status, life.history()[-1]) == (ExecutionStatus.DELETING, "ExecutionTimedOut")
