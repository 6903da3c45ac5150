"""Functions of ours that are paused while they run: the real service, the real SDK, both drivers."""

from collections.abc import Callable
from typing import Any

import pytest

from everstep import AsyncDurableContext, DurableContext, StepContext, durable_execution
from everstep.core.machine.commands import Command, Pause, Resume
from everstep.core.model import Arn, ExecutionStatus
from everstep.sdk.handler import DurableFunction
from everstep.testing.world import World

AN_HOUR = 3_600


class Stage:
    """Two steps with a pause in the first one's body; what ran is kept in `ran`."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.interrupt: Callable[[], None] = lambda: None

    def first(self, step: StepContext) -> str:
        self.ran.append("first")
        interrupt, self.interrupt = self.interrupt, lambda: None
        interrupt()
        return "1"

    def second(self, step: StepContext) -> str:
        self.ran.append("second")
        return "2"


def blocking(stage: Stage) -> DurableFunction[Any]:
    @durable_execution
    def function(event: Any, context: DurableContext) -> Any:
        return [context.step(stage.first), context.step(stage.second)]

    return function


def awaiting(stage: Stage) -> DurableFunction[Any]:
    @durable_execution
    async def function(event: Any, context: AsyncDurableContext) -> Any:
        return [await context.step(stage.first), await context.step(stage.second)]

    return function


def a_world(function: DurableFunction[Any]) -> tuple[World, Arn]:
    world = World({function.name: function})
    return world, world.start(function.name, None)


def ask(world: World, arn: Arn, command: Command) -> None:
    world.hand.run(world.service.submit(arn, command))


def rest(world: World, arn: Arn, status: ExecutionStatus) -> None:
    """Let the world go on until the execution stands there."""
    while world.summary(arn).head.status is not status or world.summary(arn).head.invocation is not None:
        assert world.step(), world.summary(arn).head


@pytest.mark.parametrize("driver", [blocking, awaiting])
def test_a_function_that_is_paused_stops_after_what_it_saved_and_goes_on_from_there(
    driver: Callable[[Stage], DurableFunction[Any]],
) -> None:
    stage = Stage()
    world, arn = a_world(driver(stage))
    stage.interrupt = lambda: ask(world, arn, Pause(reason="let me look"))

    rest(world, arn, ExecutionStatus.PAUSED)
    assert stage.ran == ["first"]
    assert not world.summary(arn).head.failures

    ask(world, arn, Resume())
    ended = world.run_until_closed(arn)

    assert (ended.head.status, ended.head.result) == (ExecutionStatus.SUCCEEDED, '["1","2"]')
    assert stage.ran == ["first", "second"]
    types = [event.type.value for event in world.history(arn)]
    assert types.count("InvocationCompleted") == 2
    assert [t for t in types if t.startswith("Execution")] == [
        "ExecutionStarted",
        "ExecutionPaused",
        "ExecutionResumed",
        "ExecutionSucceeded",
    ]


def test_a_month_of_waiting_passes_during_a_pause() -> None:
    @durable_execution
    def sleeper(event: Any, context: DurableContext) -> str:
        context.wait(30 * 24 * AN_HOUR)
        return "rested"

    world, arn = a_world(sleeper)
    assert world.step()
    ask(world, arn, Pause())
    while not any(event.type.value == "WaitSucceeded" for event in world.history(arn)):
        assert world.step()
    assert world.summary(arn).head.invocations == 1
    ask(world, arn, Resume())
    assert world.run_until_closed(arn).head.result == '"rested"'
