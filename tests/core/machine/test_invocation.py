"""The life of an invocation, and what becomes of its answer."""

import pytest

from everstep.core.limits import LIMITS
from everstep.core.machine.commands import BeginInvocation, InvocationEnded, Lost, Returned
from everstep.core.machine.delta import Begun
from everstep.core.machine.state import InvocationPhase
from everstep.core.messages import InvocationOutput, InvocationStatus
from everstep.core.model import Action, ErrorObject, ExecutionStatus, Kind
from tests.core.machine.factories import START, a_wait, an_end, an_error, an_origin, an_update
from tests.core.machine.life import Life, live

SUCCEEDED, FAILED, PENDING = InvocationStatus.SUCCEEDED, InvocationStatus.FAILED, InvocationStatus.PENDING


def returned(status: InvocationStatus, result: str | None = None, error: ErrorObject | None = None) -> Returned:
    return Returned(output=InvocationOutput(status=status, result=result, error=error))


# --------------------------------------------------------------------------- begin and end
def test_an_execution_is_born_with_an_invocation_owed() -> None:
    life = Life()
    assert life.owed == 1
    assert life.history() == ["ExecutionStarted"]
    (started,) = life.events
    assert (started.id, started.name, started.input) == ("execution-1", "order-7", '"World"')
    assert started.execution_timeout_seconds == 86_400


def test_an_invocation_that_begins_gets_its_id_its_token_and_the_time() -> None:
    life = Life()
    life.pass_unnoticed(seconds=2)
    begun = life.begin()
    assert (begun.invocation.number, begun.invocation.id) == (1, "invocation-1")
    assert (begun.invocation.phase, begun.invocation.started_at) == (InvocationPhase.LIVE, START + 2_000)
    assert begun.updated_operation_ids == ()


def test_an_effect_that_is_performed_twice_begins_one_invocation() -> None:
    life = live()
    token = life.token
    assert life.do(BeginInvocation(number=1, id="again")).response is None
    assert life.token == token
    life.save()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_end_that_is_not_the_live_invocation_s_changes_nothing(number: int) -> None:
    life = Life()
    assert life.do(InvocationEnded(number=number, end=Lost())).is_empty
    life.begin()
    if number != 1:
        assert life.do(InvocationEnded(number=number, end=Lost())).is_empty
    life.succeed("1")
    assert life.do(InvocationEnded(number=1, end=returned(FAILED))).is_empty


def test_the_end_of_an_invocation_is_told_with_its_times_and_before_what_follows_from_it() -> None:
    life = live()
    life.pass_unnoticed(seconds=3)
    life.succeed('"done"')
    completed, succeeded = life.events[-2:]
    assert (completed.request_id, completed.id, completed.error) == ("invocation-1", None, None)
    assert (completed.invocation_started_at, completed.invocation_ended_at) == (START, START + 3_000)
    assert (succeeded.type, succeeded.result) == ("ExecutionSucceeded", '"done"')


def test_an_effect_performed_late_does_not_swallow_a_wake_up() -> None:
    """The wait is due, nobody noticed yet, and a dispatcher performs an effect for the second time."""
    life = live()
    life.save(a_wait(wait_seconds=1))
    life.suspend()
    life.pass_unnoticed(seconds=1)
    assert not isinstance(life.do(BeginInvocation(number=1, id="again")).response, Begun)
    assert life.begin().updated_operation_ids == ("w",)


# --------------------------------------------------------------------------- what answers mean
@pytest.mark.parametrize(
    ("output", "message"),
    [
        (None, "Invalid Status in invocation output."),
        (InvocationOutput(status=SUCCEEDED, error=ErrorObject()), "Cannot provide an Error for SUCCEEDED status."),
        (InvocationOutput(status=FAILED, result=""), "Cannot provide a Result for FAILED status."),
    ],
)
def test_an_answer_of_no_sense_fails_the_execution_at_once(output: InvocationOutput | None, message: str) -> None:
    life = live()
    life.end(Returned(output=output))
    assert life.head.status is ExecutionStatus.FAILED
    assert life.head.error == ErrorObject(type="InvalidParameterValueException", message=message)
    assert life.history() == ["ExecutionStarted", "InvocationCompleted", "ExecutionFailed"]
    assert life.events[1].error is None
    assert life.events[2].error == life.head.error


@pytest.mark.parametrize("result", [None, "", "null", '"Hello"'])
def test_success_closes_the_execution_with_its_result(result: str | None) -> None:
    life = live()
    life.pass_unnoticed(seconds=1)
    life.succeed(result)
    assert (life.head.status, life.head.result) == (ExecutionStatus.SUCCEEDED, result)
    assert life.head.ended_at == START + 1_000


@pytest.mark.parametrize("error", [None, an_error()])
def test_failure_closes_the_execution_with_or_without_an_error(error: ErrorObject | None) -> None:
    life = live()
    life.fail(error)
    assert (life.head.status, life.head.error) == (ExecutionStatus.FAILED, error)


@pytest.mark.parametrize(("is_async", "limit"), [(False, 6_291_456), (True, 1_048_576)])
def test_a_result_may_be_as_large_as_its_caller_can_take(is_async: bool, limit: int) -> None:
    origin = an_origin(is_async=is_async)
    largest = "ü" * (limit // 2)
    life = live(origin)
    life.succeed(largest)
    assert life.head.result == largest

    life = live(origin)
    life.succeed(largest + "x")
    assert (life.head.status, life.head.result) == (ExecutionStatus.FAILED, None)
    assert life.head.error is not None
    assert life.head.error.message == f"Execution output payload size must be less than or equal to {limit} bytes."


def test_the_answer_after_the_execution_ended_itself_is_a_formality() -> None:
    life = live()
    life.save(an_end(payload='"large"'))
    life.succeed("")
    assert life.head.result == '"large"'
    assert life.history() == ["ExecutionStarted", "ExecutionSucceeded", "InvocationCompleted"]


# --------------------------------------------------------------------------- PENDING
def test_waiting_for_something_wakes_the_function_when_it_is_there() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1), an_update(Action.RETRY, retry_delay_seconds=2))
    life.suspend()
    assert life.owed is None
    life.pass_time(seconds=1)
    assert life.begin().updated_operation_ids == ("w",)
    life.suspend()
    life.pass_time(seconds=1)
    assert life.begin().updated_operation_ids == ("a",)


def test_what_happened_before_the_function_said_pending_wakes_it_at_once() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1))
    life.pass_time(seconds=1)
    assert life.history()[-1] == "WaitSucceeded w"
    life.suspend()
    assert life.begin().updated_operation_ids == ("w",)


def test_what_is_due_when_the_function_says_pending_ripens_after_it() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1))
    life.pass_unnoticed(seconds=1)
    life.suspend()
    assert life.history()[-2:] == ["InvocationCompleted", "WaitSucceeded w"]
    assert life.owed == 2


def test_waits_that_end_while_an_invocation_runs_share_the_next() -> None:
    life = live()
    life.save(*(a_wait(id_=f"w{n}", wait_seconds=n) for n in (1, 2, 3)))
    life.suspend()
    life.pass_time(seconds=1)
    life.begin()
    life.pass_time(seconds=1)
    life.pass_time(seconds=1)
    life.suspend()
    assert life.begin().updated_operation_ids == ("w2", "w3")


def test_pending_with_nothing_to_wait_for_is_asked_again_three_times_in_a_row() -> None:
    life = live()
    life.save(an_update(Action.START), an_update(Action.START, "room", Kind.CONTEXT))
    for number in (2, 3, 4):
        life.suspend()
        assert life.begin().invocation.number == number
    life.suspend()
    assert life.head.status is ExecutionStatus.FAILED
    assert life.head.error == ErrorObject(
        type="InvalidParameterValueException", message="Cannot return PENDING status with no pending operations."
    )


def test_pending_that_news_has_overtaken_is_no_empty_one() -> None:
    life = live()
    for number in range(2 * LIMITS.empty_pendings_max):
        life.save(a_wait(id_=f"w{number}", wait_seconds=1))
        life.pass_time(seconds=1)
        life.suspend()
        life.begin()
    assert (life.head.status, life.head.empty_pendings) == (ExecutionStatus.RUNNING, 0)


def test_a_good_pending_between_empty_ones_is_forgiving() -> None:
    life = live()
    for number in range(3):
        for _ in range(3):
            life.suspend()
            life.begin()
        life.save(a_wait(id_=f"w{number}", wait_seconds=1))
        life.suspend()
        life.pass_time(seconds=1)
        life.begin()
    assert life.head.status is ExecutionStatus.RUNNING
