"""Steps that nobody waits for: what is saved when, and what may be lost."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from everstep import (
    AsyncDurableContext,
    Durability,
    DurableContext,
    DurableFunction,
    StepConfig,
    StepContext,
    StepSemantics,
    ValidationError,
    durable_execution,
)
from everstep.core.messages import CheckpointRequest
from everstep.core.model import Action
from everstep.errors import CheckpointError, InvocationError
from everstep.testing import DurableFunctionTestRunner, crash_everywhere
from tests.sdk.drive.fake_service import FakeService

RELAXED = StepConfig(durability="relaxed")


def _same(number: int, step: StepContext) -> int:
    return number


@durable_execution
def sync_story(event: dict[str, int], context: DurableContext) -> int:
    total = 0
    for number in range(event["steps"]):
        total += context.step(partial(_same, number), "count", RELAXED)
    return context.step(lambda _: total, "sum") if event.get("sum") else total


@durable_execution
async def async_story(event: dict[str, int], context: AsyncDurableContext) -> int:
    total = 0
    for number in range(event["steps"]):
        total += await context.step(partial(_same, number), "count", durability="relaxed")
    return await context.step(lambda _: total, "sum") if event.get("sum") else total


both = pytest.mark.parametrize("story", [sync_story, async_story], ids=["sync", "async"])


@both
@pytest.mark.parametrize("is_local", [True, False])
def test_what_follows_takes_relaxed_steps_along(story: DurableFunction[int], is_local: bool) -> None:
    service = FakeService({"steps": 20, "sum": 1}, is_local=is_local)
    assert service.invoke(story).result == "190"
    assert service.told[-2:] == ["STEP START sum", "STEP SUCCEED sum"]
    assert service.told.count("STEP SUCCEED count") == 20
    if is_local:  # elsewhere a slow machine may send some of them in between
        assert len(service.calls) == 1


@both
@pytest.mark.parametrize("is_local", [True, False])
def test_everything_is_saved_before_the_answer(story: DurableFunction[int], is_local: bool) -> None:
    service = FakeService({"steps": 5}, is_local=is_local)
    assert service.invoke(story).result == "10"
    assert service.told.count("STEP SUCCEED count") == 5


@both
def test_so_much_may_be_unsaved_and_no_more(story: DurableFunction[int]) -> None:
    service = FakeService({"steps": 1000}, is_local=True)
    service.invoke(story)
    assert service.told.count("STEP SUCCEED count") == 1000
    assert 8 <= len(service.calls) <= 20  # 2,000 updates, at most 250 in a call


@both
def test_an_answer_that_cannot_be_saved_is_not_given(story: DurableFunction[int]) -> None:
    def full(request: CheckpointRequest) -> None:
        raise CheckpointError("the disk is full", retryable=True)

    with pytest.raises(CheckpointError, match="disk is full"):
        FakeService({"steps": 1}, is_local=True, before=full).invoke(story)


@both
def test_wherever_it_crashes_the_result_is_the_same(story: DurableFunction[int]) -> None:
    crash_everywhere(story, {"steps": 4, "sum": 1})


@both
def test_nothing_is_durable_without_what_came_before(story: DurableFunction[int]) -> None:
    with DurableFunctionTestRunner(story) as runner:
        result = runner.run({"steps": 6, "sum": 1})
    ends = [operation.end_timestamp for operation in result.operations]
    assert all(end is not None for end in ends)
    assert [operation.name for operation in result.operations] == ["count"] * 6 + ["sum"]


@both
def test_a_client_that_breaks_in_its_own_way_ends_the_invocation(story: DurableFunction[int]) -> None:
    def broken(request: CheckpointRequest) -> None:
        raise OSError("a bug of the client's")

    with pytest.raises((InvocationError, OSError)):
        FakeService({"steps": 1, "sum": 1}, is_local=True, before=broken).invoke(story)


def test_a_failed_attempt_is_never_relaxed() -> None:
    attempts: list[int] = []

    def fails_once(step: Any) -> str:
        attempts.append(step.attempt)
        if step.attempt == 1:
            raise OSError("not yet")
        return "done"

    @durable_execution
    def story(event: Any, context: DurableContext) -> str:
        return context.step(fails_once, "try", RELAXED)

    with DurableFunctionTestRunner(story) as runner:
        assert runner.run({}).value == "done"
    assert attempts == [1, 2]


@pytest.mark.parametrize(
    "make",
    [
        lambda: StepConfig(durability="relaxed", step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY),
        lambda: StepConfig(durability="lazy"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], StepConfig]) -> None:
    with pytest.raises(ValidationError, match=r"at most once|'full' or 'relaxed'"):
        make()


def test_full_is_the_default() -> None:
    assert StepConfig().durability is Durability.FULL
    service = FakeService({}, is_local=True)

    @durable_execution
    def story(event: Any, context: DurableContext) -> int:
        return context.step(lambda _: 1, "a") + context.step(lambda _: 2, "b")

    service.invoke(story)
    assert [call[-1].action for call in service.calls] == [Action.SUCCEED, Action.SUCCEED]
