"""Pauses: the function rests, the world does not, and nothing is lost between the two."""

import pytest

from everstep.core.limits import IDEMPOTENCY_WINDOW_MS, PAUSE_REQUESTS_KEPT_MAX, SECONDS_MAX
from everstep.core.machine.commands import (
    AnswerCallback,
    BeginInvocation,
    CallbackSuccess,
    Checkpoint,
    ChildEnded,
    Pause,
    Resume,
    Stop,
    Target,
)
from everstep.core.messages import CheckpointRequest
from everstep.core.model import Action, ExecutionStatus, InvokeOptions, Kind, OperationId, Status
from everstep.core.refusal import Code, Refused
from tests.core.machine.factories import START, TIMEOUT_SECONDS, a_wait, an_end, an_error, an_update
from tests.core.machine.life import Life, live

RUNNING, PAUSING, PAUSED = ExecutionStatus.RUNNING, ExecutionStatus.PAUSING, ExecutionStatus.PAUSED
TIMEOUT_AT = START + TIMEOUT_SECONDS * 1000


def asleep(wait_seconds: int = 60) -> Life:
    life = live()
    life.save(a_wait(wait_seconds=wait_seconds))
    life.suspend()
    return life


def pausing() -> Life:
    life = live()
    life.pause()
    return life


# --------------------------------------------------------------------------- how a pause begins
def test_an_execution_that_sleeps_is_paused_at_once() -> None:
    life = asleep()
    life.do(Pause(reason="let me look"))
    assert life.head.status is PAUSED
    told = life.events[-1]
    assert (told.type, told.reason, told.timeout_paused) == ("ExecutionPaused", "let me look", True)
    assert told.requested_at == told.at == life.now


def test_an_invocation_that_is_owed_is_held_back_until_the_end_of_the_pause() -> None:
    life = Life()
    life.pause()
    assert (life.head.status, life.owed) == (PAUSED, None)
    assert life.do(BeginInvocation(number=1, id="late")).response is None
    life.resume()
    assert (life.head.status, life.owed) == (RUNNING, 2)
    assert life.history() == ["ExecutionStarted", "ExecutionPaused", "ExecutionResumed"]


def test_a_function_that_runs_pauses_at_its_next_checkpoint_which_is_saved_and_answered_without_a_token() -> None:
    life = pausing()
    assert (life.head.status, life.history()) == (PAUSING, ["ExecutionStarted"])
    life.pass_unnoticed(seconds=3)
    reply = life.save(an_update(Action.START), an_update(Action.SUCCEED, payload='"paid"'))
    assert (reply.token, reply.operations) == (None, ())
    assert (life.operation("a").status, life.operation("a").result) == (Status.SUCCEEDED, '"paid"')
    assert life.head.status is PAUSED
    assert life.history()[-1] == "ExecutionPaused"
    assert (life.events[-1].requested_at, life.events[-1].at) == (START, START + 3_000)


@pytest.mark.parametrize("end", ["suspend", "succeed", "fail", "crash", "lose"])
def test_an_interrupted_invocation_is_made_again_whatever_it_answers(end: str) -> None:
    life = pausing()
    life.save()
    getattr(life, end)()
    assert (life.head.status, life.owed) == (PAUSED, None)
    life.resume()
    assert life.owed == 2
    assert life.history()[-3:] == ["ExecutionPaused", "InvocationCompleted", "ExecutionResumed"]


def test_an_interrupted_invocation_that_is_still_running_at_the_end_of_the_pause_may_not_write_again() -> None:
    life = pausing()
    life.save()
    life.resume()
    assert (life.head.status, life.owed) == (RUNNING, None)
    assert life.refusal_to_save() == "Invalid checkpoint token"
    life.suspend()
    assert life.owed == 2


def test_a_function_that_goes_to_sleep_by_itself_pauses_without_being_interrupted() -> None:
    life = live()
    life.save(a_wait(wait_seconds=60))
    life.pause()
    life.suspend()
    assert (life.head.status, life.history()[-2:]) == (PAUSED, ["InvocationCompleted", "ExecutionPaused"])
    life.resume()
    assert life.owed is None, "nothing happened that the function has not seen"


@pytest.mark.parametrize("by_checkpoint", [True, False])
def test_a_function_that_ends_before_the_pause_begins_has_ended(by_checkpoint: bool) -> None:
    life = pausing()
    if by_checkpoint:
        assert life.save(an_end(Action.SUCCEED, payload="7")).token is None
    else:
        life.succeed("7")
    assert (life.head.status, life.head.result) == (ExecutionStatus.SUCCEEDED, "7")
    assert "ExecutionPaused" not in life.history()


def test_a_lost_reply_to_the_interrupting_checkpoint_is_given_again() -> None:
    life = pausing()
    first = life.save(an_update(Action.START), client_token="once")
    again = life.save(an_update(Action.START), client_token="once")
    assert first == again


def test_the_news_that_an_interrupted_invocation_was_not_told_are_told_to_the_next() -> None:
    life = live()
    life.save(a_wait(wait_seconds=5))
    life.pause()
    life.pass_unnoticed(seconds=5)
    assert life.save().operations == ()
    life.suspend()
    life.resume()
    assert life.begin().updated_operation_ids == ("w",)


# --------------------------------------------------------------------------- what goes on meanwhile
def test_waits_and_retries_complete_during_a_pause_and_are_told_at_its_end() -> None:
    life = live()
    life.save(a_wait(wait_seconds=5), an_update(Action.RETRY, retry_delay_seconds=7))
    life.suspend()
    life.pause()
    life.pass_time(seconds=10)
    assert (life.operation("w").status, life.operation("a").status) == (Status.SUCCEEDED, Status.READY)
    assert (life.head.status, life.owed) == (PAUSED, None)
    life.resume()
    assert set(life.begin().updated_operation_ids) == {"w", "a"}


def test_a_callback_is_answered_during_a_pause() -> None:
    life = live()
    life.save(an_update(Action.START, "c", Kind.CALLBACK))
    life.suspend()
    life.pause()
    life.do(AnswerCallback(operation_id=OperationId("c"), answer=CallbackSuccess(payload="yes")))
    assert (life.operation("c").result, life.owed) == ("yes", None)
    life.resume()
    assert life.begin().updated_operation_ids == ("c",)


def test_a_called_function_ends_during_a_pause() -> None:
    life = live()
    call = an_update(Action.START, "i", Kind.CHAINED_INVOKE, invoke=InvokeOptions(function_name="pay"))
    targets = {"pay": Target(is_durable=False, execution_timeout_seconds=60)}
    life.do(Checkpoint(request=CheckpointRequest(token=life.token, updates=(call,)), targets=targets))
    life.suspend()
    life.pause()
    effect_id = f"call/{life.execution.arn}/i"
    life.do(
        ChildEnded(operation_id=OperationId("i"), effect_id=effect_id, status=ExecutionStatus.SUCCEEDED, result="7")
    )
    assert (life.operation("i").result, life.owed) == ("7", None)
    life.resume()
    assert life.begin().updated_operation_ids == ("i",)


def test_a_failed_invocation_waits_out_its_back_off_and_then_for_the_end_of_the_pause() -> None:
    life = live()
    life.crash("Sandbox.Timedout")
    life.pause()
    life.pass_time(seconds=3_600)
    assert (life.head.invoke_at, life.owed) == (None, None)
    life.resume()
    assert life.owed == 2


def test_a_pause_does_not_shorten_a_back_off() -> None:
    life = live()
    life.crash("Sandbox.Timedout")
    life.pause()
    life.resume()
    assert life.owed is None
    assert life.head.invoke_at is not None


def test_a_paused_execution_can_be_stopped() -> None:
    life = asleep()
    life.pause()
    life.stop(an_error())
    assert (life.head.status, life.head.pause) == (ExecutionStatus.STOPPED, None)
    assert life.history()[-1] == "ExecutionStopped"


# --------------------------------------------------------------------------- its own time
def test_the_time_of_an_execution_stands_still_while_it_is_paused() -> None:
    life = asleep(wait_seconds=SECONDS_MAX)
    life.pass_unnoticed(seconds=100)
    life.pause()
    life.pass_unnoticed(seconds=10 * TIMEOUT_SECONDS)
    life.resume()
    assert life.head.timeout_at == TIMEOUT_AT + 10 * TIMEOUT_SECONDS * 1000
    life.pass_time(seconds=TIMEOUT_SECONDS - 101)
    assert life.head.status is RUNNING
    life.pass_time(seconds=1)
    assert life.head.status is ExecutionStatus.TIMED_OUT


def test_the_time_between_the_request_and_the_beginning_of_a_pause_counts() -> None:
    life = pausing()
    life.pass_unnoticed(seconds=100)
    life.suspend()
    life.pass_unnoticed(seconds=50)
    life.resume()
    assert life.head.timeout_at == TIMEOUT_AT + 50_000


def test_the_time_of_an_execution_goes_on_if_the_caller_wants_it() -> None:
    life = asleep(wait_seconds=SECONDS_MAX)
    life.pause(timeout_paused=False)
    assert life.head.timeout_at == TIMEOUT_AT
    life.pass_time(seconds=TIMEOUT_SECONDS)
    assert (life.head.status, life.history()[-1]) == (ExecutionStatus.TIMED_OUT, "ExecutionTimedOut")


def test_even_an_execution_whose_time_stands_still_ends_with_the_longest_time_there_is() -> None:
    life = asleep(wait_seconds=SECONDS_MAX)
    life.pause()
    assert life.head.timeout_at == START + SECONDS_MAX * 1000
    life.pass_unnoticed(seconds=SECONDS_MAX - 10)
    life.resume()
    assert life.head.timeout_at == START + SECONDS_MAX * 1000
    life.pause()
    life.pass_time(seconds=10)
    assert life.head.status is ExecutionStatus.TIMED_OUT


# --------------------------------------------------------------------------- at the wrong time, and twice
def closed() -> Life:
    life = live()
    life.succeed()
    return life


def paused() -> Life:
    life = asleep()
    life.pause()
    return life


@pytest.mark.parametrize("life", [pausing, paused, closed])
def test_only_a_running_execution_can_be_paused(life: object) -> None:
    assert callable(life)
    refuse(life(), Pause())


@pytest.mark.parametrize("life", [asleep, closed])
def test_only_a_pause_can_be_ended(life: object) -> None:
    assert callable(life)
    refuse(life(), Resume())


@pytest.mark.parametrize("command", [Pause(), Resume()])
def test_what_comes_when_the_time_is_up_comes_too_late(command: Pause | Resume) -> None:
    life = paused() if isinstance(command, Resume) else asleep()
    life.pass_unnoticed(seconds=SECONDS_MAX)
    refuse(life, command)


def refuse(life: Life, command: Pause | Resume) -> None:
    with pytest.raises(Refused) as refused:
        life.do(command)
    assert (refused.value.code, refused.value.arn) == (Code.CONFLICT, life.execution.arn)
    assert life.execution.arn in refused.value.message


def test_a_pause_that_is_called_off_before_it_begins_leaves_no_trace() -> None:
    life = pausing()
    life.resume()
    assert (life.head.status, life.head.timeout_at) == (RUNNING, TIMEOUT_AT)
    assert life.save(an_update(Action.START)).token is not None
    assert life.history() == ["ExecutionStarted", "StepStarted a"]


def test_the_same_request_again_changes_nothing_even_when_the_world_moved_on() -> None:
    life = asleep()
    pause, resume = Pause(client_token="p", reason="r"), Resume(client_token="r")
    life.do(pause)
    assert life.do(pause).is_empty
    life.do(resume)
    assert life.do(resume).is_empty
    assert life.do(pause).is_empty, "a pause that was repeated late must not pause again"
    life.do(Stop())
    assert life.do(pause).is_empty


def test_a_request_is_known_again_for_fifteen_minutes() -> None:
    life = paused()
    life.do(Resume(client_token="r"))
    life.pass_unnoticed(seconds=IDEMPOTENCY_WINDOW_MS / 1000)
    assert life.do(Resume(client_token="r")).is_empty
    life.pass_unnoticed(seconds=0.001)
    refuse(life, Resume(client_token="r"))


@pytest.mark.parametrize("other", [Pause(client_token="p", timeout_paused=False), Resume(client_token="p")])
def test_a_token_belongs_to_one_request(other: Pause | Resume) -> None:
    life = asleep()
    life.do(Pause(client_token="p"))
    assert life.refusal_of(other) == "The ClientToken belongs to a request with other parameters."


def test_only_so_many_requests_are_kept() -> None:
    life = asleep()
    for number in range(PAUSE_REQUESTS_KEPT_MAX):
        life.do(Pause(client_token=f"p{number}"))
        life.do(Resume(client_token=f"r{number}"))
    assert len(life.head.pause_requests) == PAUSE_REQUESTS_KEPT_MAX
    assert life.head.pause_requests[-1].client_token == f"r{PAUSE_REQUESTS_KEPT_MAX - 1}"
