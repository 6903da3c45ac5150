"""Races of `async def` code: what was told once is told again in the same order, whatever the machine does."""

import asyncio
from typing import Any

from everstep import AsyncDurableContext, durable_execution
from everstep.testing import DurableFunctionTestRunner
from everstep.testing.histories import recorded_from
from everstep.testing.replay import replay


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
