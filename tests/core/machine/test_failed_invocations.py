"""What becomes of an invocation that failed: again at once, again later, or the end."""

import pytest

from everstep.core.limits import LIMITS, Limits
from everstep.core.machine.commands import Crashed
from everstep.core.model import ErrorObject, ExecutionStatus
from tests.core.machine.factories import a_wait, an_error
from tests.core.machine.life import live

AT_ONCE = ["Runtime.ExitError", "Runtime.ImportModuleError", "Sandbox.Died", "Extension.Crash"]
WITH_BACKOFF = ["Sandbox.Timedout", "ValueError", "TooManyRequestsException", "runtime.lowercase", "", None]


@pytest.mark.parametrize("type_", AT_ONCE)
def test_a_sandbox_that_died_is_replaced_at_once_up_to_three_times_in_a_row(type_: str) -> None:
    life = live()
    for number in (2, 3, 4):
        life.crash(type_)
        assert life.begin().invocation.number == number
    life.crash(type_)
    assert life.head.status is ExecutionStatus.FAILED
    assert life.head.error == ErrorObject(type=type_, message="gone")
    assert [event.error.type for event in life.events if event.error] == [type_] * 5


@pytest.mark.parametrize("type_", WITH_BACKOFF)
def test_any_other_failure_waits_twice_as_long_each_time_up_to_five_minutes(type_: str | None) -> None:
    life = live()
    for seconds in (1, 2, 4, 8, 16, 32, 64, 128, 256, 300):
        life.crash(type_)
        assert life.owed is None
        life.pass_time(seconds=seconds - 0.001)
        assert life.owed is None
        life.pass_time(seconds=0.001)
        life.begin()
    life.crash(type_)
    assert life.head.status is ExecutionStatus.FAILED


def test_the_number_of_retries_and_their_delays_can_be_set() -> None:
    limits = Limits(crash_retries_max=0, failure_retries_max=1, failure_backoff_ms=10, failure_backoff_ms_max=10)
    life = live(limits=limits)
    life.crash("ValueError")
    life.pass_time(seconds=0.01)
    life.begin()
    life.crash("ValueError")
    assert life.head.status is ExecutionStatus.FAILED

    life = live(limits=limits)
    life.crash("Runtime.ExitError")
    assert life.head.status is ExecutionStatus.FAILED


@pytest.mark.parametrize(
    ("type_", "granted"), [("Runtime.ExitError", LIMITS.crash_retries_max), ("ValueError", LIMITS.failure_retries_max)]
)
def test_an_answer_ends_the_row_of_failures(type_: str, granted: int) -> None:
    life = live()
    for number in range(3):
        for _ in range(granted):
            life.crash(type_)
            life.pass_time(seconds=300)
            life.begin()
        life.save(a_wait(id_=f"w{number}", wait_seconds=1))
        life.suspend()
        life.begin_after(seconds=1)
    assert life.head.status is ExecutionStatus.RUNNING


def test_crashes_and_other_failures_are_counted_apart() -> None:
    """An endpoint that was busy for a while has not used up what a crash is granted, nor the other way round."""
    life = live()
    for _ in range(LIMITS.crash_retries_max):
        life.crash("TooManyRequestsException")
        life.begin_after(seconds=300)
    for _ in range(LIMITS.crash_retries_max):
        life.crash("Runtime.ExitError")
        life.begin()
    life.crash("TooManyRequestsException")
    life.pass_time(seconds=7.999)
    assert life.owed is None
    life.begin_after(seconds=0.001)
    life.crash("Runtime.ExitError")
    assert life.head.status is ExecutionStatus.FAILED


def test_an_invocation_that_was_lost_is_made_again_and_is_nobody_s_failure() -> None:
    life = live()
    for _ in range(50):
        life.lose()
        life.begin()
    assert (life.head.status, life.head.failures) == (ExecutionStatus.RUNNING, 0)
    assert [event.error.type for event in life.events if event.error] == ["Service.Restarted"] * 50


def test_what_ripens_during_a_backoff_waits_for_its_end() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1))
    life.crash("Sandbox.Timedout")
    life.begin_after(seconds=1)
    life.crash("Sandbox.Timedout")
    life.pass_time(seconds=1)
    assert life.owed is None
    life.pass_time(seconds=1)
    assert life.owed == 3


def test_a_crash_is_told_with_its_error() -> None:
    life = live()
    life.end(Crashed(error=an_error("Runtime.ExitError", "exit status 1")))
    assert life.history()[1:] == ["InvocationCompleted"]
    assert life.events[-1].error == an_error("Runtime.ExitError", "exit status 1")
