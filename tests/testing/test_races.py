"""Races of `async def` code: what was told once is told again in the same order, whatever the machine does."""

import asyncio
from typing import Any

from everstep import AsyncDurableContext, durable_execution
from everstep.testing import DurableFunctionTestRunner
from everstep.testing.histories import recorded_from
from everstep.testing.replay import replay
from tests.testing.races import ANSWERS, race_of


def test_a_callback_that_a_task_waits_for_is_handed_out_once() -> None:
    """The first run hands it out in a task of the SDK's, a replay passes by in the author's."""
    handed_out: list[str] = []

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> list[Any]:
        async def ask(name: str) -> Any:
            return await context.wait_for_callback(lambda id_, _: handed_out.append(name), name)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ask(name)) for name in ("first", "second")]
        return [task.result() for task in tasks]

    answers = {"first": (60, "yes"), "second": (120, "no")}
    assert DurableFunctionTestRunner(handler, callbacks=answers).run().value == ["yes", "no"]
    assert handed_out == ["first", "second"]


def test_a_timer_that_rang_in_vain_fits_its_history() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> int:
        async with asyncio.timeout(60):
            return await context.step(lambda step: 1, "quick")

    result = DurableFunctionTestRunner(handler).run()
    assert replay(handler, recorded_from(result.arn, result.events)) is None


SEEDS = range(150)


def test_races_by_chance_are_told_again_in_the_same_order() -> None:
    """Within an execution, each of whose invocations replays the ones before, and when it is over."""
    for seed in SEEDS:
        race = race_of(seed)
        result = DurableFunctionTestRunner(race, callbacks=ANSWERS, allow_unused=True).run().ensure_succeeded()
        difference = replay(race, recorded_from(result.arn, result.events))
        assert difference is None, f"race {seed}: {difference}\n\n{result.timeline()}"


def test_a_sequence_takes_no_time_and_what_races_a_millisecond_for_each_end() -> None:
    @durable_execution
    async def sequence(event: Any, context: AsyncDurableContext) -> None:
        await context.step(lambda step: 1, "one")
        await context.wait_for_callback(lambda id_, _: None, "approval")
        await context.run_in_child_context(lambda inner: inner.step(lambda step: 2, "two"), "room")
        await context.wait(3600)

    @durable_execution
    async def race(event: Any, context: AsyncDurableContext) -> None:
        await context.step(lambda step: 0, "alone")
        await asyncio.gather(*(context.step(lambda step: 1, f"step {number}") for number in range(3)))

    assert DurableFunctionTestRunner(sequence, callbacks={"approval": "yes"}).run().duration_seconds == 3600
    result = DurableFunctionTestRunner(race).run()
    first, *others = [one.record.ended_at for one in result.get_all_operations()]
    assert first == result.events[0].at
    assert others == sorted(others, key=lambda at: at or 0)
    assert 0 < result.duration_seconds <= 0.003
