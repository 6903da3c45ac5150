"""What everstep runs for the bench. Its twins for other libraries stand beside it."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from bench.contestants.timing import Pace
from everstep import AsyncDurableContext, DurableContext, StepContext, durable_execution


def count(number: int, _: StepContext) -> int:
    return number


@durable_execution
def many_steps(event: dict[str, Any], context: DurableContext) -> dict[str, float]:
    """Sequential steps, each on disk before the next begins."""
    pace = Pace(event)
    for number in pace.numbers():
        context.step(partial(count, number), name="count")
    return pace.report()


@durable_execution
def five_steps(event: dict[str, Any], context: DurableContext) -> int:
    return sum(context.step(partial(count, number), name="count") for number in range(5))


@durable_execution
def fan_out(event: dict[str, Any], context: DurableContext) -> int:
    """A step for each item."""

    def one(room: DurableContext, item: int, index: int, items: Sequence[int]) -> int:
        return room.step(lambda _: item, name="echo")

    batch = context.map(range(event["items"]), one, "items", max_concurrency=event["concurrency"])
    return sum(batch.get_results())


@durable_execution
async def fan_out_async(event: dict[str, Any], context: AsyncDurableContext) -> int:
    async def one(room: AsyncDurableContext, item: int, index: int, items: Sequence[int]) -> int:
        return await room.step(lambda _: item, "echo")

    batch = await context.map(range(event["items"]), one, "items", max_concurrency=event["concurrency"])
    return sum(batch.get_results())


@durable_execution
def sleeper(event: dict[str, Any], context: DurableContext) -> float:
    """How many seconds later than promised it was called again."""
    began = context.step(lambda _: time.time(), name="note the time")
    context.wait(event["seconds"], name="sleep")
    return time.time() - began - float(event["seconds"])


@durable_execution
def called_back(event: dict[str, Any], context: DurableContext) -> float:
    """When it heard of its answer."""
    context.create_callback(name="answer").result()
    return time.time()
