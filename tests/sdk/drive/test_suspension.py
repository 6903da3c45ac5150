"""How an invocation goes on, waits and ends, in both drivers."""

import threading
from collections.abc import Generator
from typing import Any

import pytest

from everstep import RetryPresets, StepConfig, StepContext, StepError
from everstep.core.messages import CheckpointRequest, InvocationStatus
from tests.sdk.drive.fake_service import FakeService
from tests.sdk.drive.plots import Telling, as_async_def, as_def, both_drivers

Story = Generator[Any, Any, Any]
TWICE = StepConfig(retry_strategy=RetryPresets.fixed(1))
GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
PATIENCE_SECONDS = 10


def seven(step: StepContext) -> int:
    return 7


def decline(step: StepContext) -> int:
    raise ValueError("declined")


@both_drivers
@pytest.mark.parametrize("is_local", [True, False])
def test_a_quick_step_is_saved_in_one_call(told: Telling, is_local: bool) -> None:
    def plot(event: Any, context: Any) -> Story:
        return (yield context.step(seven, "charge"))

    services = [FakeService(is_local=is_local) for _ in range(10)]
    for service in services:
        output = service.invoke(told(plot))
        assert (output.status, output.result) == (InvocationStatus.SUCCEEDED, "7")
        assert service.told == ["STEP START charge", "STEP SUCCEED charge"]
    # A machine that is busy elsewhere may make a quick step a slow one, but not ten times in a row.
    assert 1 in [len(service.calls) for service in services]


@both_drivers
def test_the_start_of_a_long_step_is_sent_by_itself_while_it_runs(told: Telling) -> None:
    arrived = threading.Event()

    def before(request: CheckpointRequest) -> None:
        arrived.set()

    def long(step: StepContext) -> bool:
        return arrived.wait(PATIENCE_SECONDS)

    def plot(event: Any, context: Any) -> Story:
        return (yield context.step(long, "long"))

    service = FakeService(before=before)
    assert service.invoke(told(plot)).result == "true"
    assert service.batches == [["STEP START long"], ["STEP SUCCEED long"]]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("everstep") and told is as_def]


@both_drivers
def test_a_local_service_is_not_called_for_what_nobody_waits_for(told: Telling) -> None:
    service = FakeService(is_local=True)
    seen: list[int] = []

    def look(step: StepContext) -> None:
        seen.append(len(service.calls))

    def plot(event: Any, context: Any) -> Story:
        yield context.step(look, "first")
        yield context.step(look, "second")
        return None

    service.invoke(told(plot))
    assert seen == [0, 1]


@both_drivers
def test_a_wait_suspends_and_the_next_invocation_goes_on_behind_it(told: Telling) -> None:
    runs: list[str] = []

    def note(step: StepContext) -> int:
        runs.append("ran")
        return len(runs)

    def plot(event: Any, context: Any) -> Story:
        before = yield context.step(note, "before")
        yield context.wait(60, "night")
        after = yield context.step(note, "after")
        return [before, after]

    service, function = FakeService(), told(plot)
    assert service.invoke(function).status is InvocationStatus.PENDING
    assert service.invoke(function).status is InvocationStatus.PENDING, "too early: nothing has moved"
    assert runs == ["ran"]
    service.let_time_pass()
    assert service.invoke(function).result == "[1,2]"
    assert service.told == [
        *("STEP START before", "STEP SUCCEED before"),
        "WAIT START night",
        *("STEP START after", "STEP SUCCEED after"),
    ]


@both_drivers
def test_a_failed_attempt_waits_outside_and_runs_again(told: Telling) -> None:
    attempts: list[int] = []

    def flaky(step: StepContext) -> str:
        attempts.append(step.attempt)
        if step.attempt < 3:
            raise ConnectionError("try again")
        return "done"

    def plot(event: Any, context: Any) -> Story:
        return (yield context.step(flaky, "flaky", TWICE))

    service = FakeService()
    assert service.run(told(plot)).result == '"done"'
    assert attempts == [1, 2, 3]
    again = ["STEP START flaky", "STEP RETRY flaky"]
    assert service.told == [*again, *again, "STEP START flaky", "STEP SUCCEED flaky"]


@both_drivers
def test_an_author_may_catch_what_a_step_raises_now_and_on_every_replay(told: Telling) -> None:
    caught: list[object] = []

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.step(decline, "charge", GIVE_UP)
        except StepError as error:
            caught.append((error.error_type, error.message, repr(error.__cause__)))
        yield context.wait(1)
        return "refused"

    service = FakeService()
    assert service.run(told(plot)).result == '"refused"'
    assert len(caught) == 2
    assert caught[0] == caught[1]


# --------------------------------------------------------------------------- what authors catch
@both_drivers
def test_no_except_exception_swallows_a_suspension(told: Telling) -> None:
    swallowed: list[Exception] = []

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.wait(60)
        except Exception as error:
            swallowed.append(error)
        return "went on"

    assert FakeService().invoke(told(plot)).status is InvocationStatus.PENDING
    assert swallowed == []


@both_drivers
def test_even_a_handler_that_catches_everything_does_not_end_while_it_waits(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.wait(60)
        except BaseException:  # the rude author is the point
            return "went on"
        return "waited"

    service = FakeService()
    assert service.run(told(plot)).result == '"waited"'
    assert service.told == ["WAIT START"]


@both_drivers
@pytest.mark.parametrize("is_local", [True, False])
def test_what_a_finally_asks_for_during_a_suspension_is_not_recorded(told: Telling, is_local: bool) -> None:
    cleaned: list[str] = []

    def clean(step: StepContext) -> None:
        cleaned.append("cleaned")

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.wait(60)
        finally:
            yield context.step(clean, "clean")
            yield context.wait(1)

    service, function = FakeService(is_local=is_local), told(plot)
    assert service.invoke(function).status is InvocationStatus.PENDING
    assert (service.told, cleaned) == (["WAIT START"], [])
    assert service.run(function).status is InvocationStatus.SUCCEEDED
    assert cleaned == ["cleaned"], "it runs when its place has come"


@both_drivers
def test_a_finally_that_raises_during_a_suspension_changes_nothing(told: Telling) -> None:
    waited: list[bool] = []

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.wait(60)
            waited.append(True)
        finally:
            if not waited:
                raise RuntimeError("clumsy")
        return "waited"

    assert FakeService().run(told(plot)).result == '"waited"'


# --------------------------------------------------------------------------- interrupted attempts
@both_drivers
def test_an_attempt_that_was_cut_off_runs_again_without_a_second_start(told: Telling) -> None:
    runs: list[int] = []

    def crash_first(step: StepContext) -> str:
        runs.append(step.attempt)
        if len(runs) == 1:
            raise SystemExit(137)
        return "done"

    def plot(event: Any, context: Any) -> Story:
        yield context.step(seven, "before")
        return (yield context.step(crash_first, "crash", StepConfig()))

    service = FakeService()
    function = told(plot)
    with pytest.raises(SystemExit):
        service.invoke(function)
    assert service.invoke(function).result == '"done"'
    assert runs == [1, 1], "the same attempt"


@pytest.mark.parametrize("crash", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("told", [as_def, as_async_def], ids=["def", "async def"])
def test_what_a_finally_asks_for_during_a_crash_is_not_recorded(told: Telling, crash: type[BaseException]) -> None:
    """Recorded there, it would take the place of the operation that comes next when all goes well."""
    if told is as_async_def and crash is KeyboardInterrupt:
        pytest.skip("interrupts reach the main thread, and that runs the loop, not the body")

    def fall(step: StepContext) -> None:
        raise crash

    def plot(event: Any, context: Any) -> Story:
        try:
            yield context.step(fall, "fall")
        finally:
            yield context.step(seven, "clean")

    service = FakeService()
    with pytest.raises(crash):
        service.invoke(told(plot))
    assert "STEP START clean" not in service.told
    assert "STEP FAIL fall" not in service.told
