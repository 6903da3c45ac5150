"""What the official SDK runs for the bench: the twins of `everstep_functions`."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from aws_durable_execution_sdk_python import BatchResult, DurableContext, StepContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration, MapConfig

from bench.contestants.timing import Pace


def count(number: int, _: StepContext) -> int:
    return number


@durable_execution
def many_steps(event: dict[str, Any], context: DurableContext) -> dict[str, float]:
    pace = Pace(event)
    for number in pace.numbers():
        context.step(partial(count, number), name="count")
    return pace.report()


@durable_execution
def five_steps(event: dict[str, Any], context: DurableContext) -> int:
    return sum(context.step(partial(count, number), name="count") for number in range(5))


@durable_execution
def fan_out(event: dict[str, Any], context: DurableContext) -> int:
    def one(room: DurableContext, item: int, index: int, items: Sequence[int]) -> int:
        return room.step(lambda _: item, name="echo")

    config: MapConfig[int] = MapConfig(max_concurrency=event["concurrency"])
    batch: BatchResult[int] = context.map(list(range(event["items"])), one, "items", config)
    return sum(batch.get_results())


@durable_execution
def sleeper(event: dict[str, Any], context: DurableContext) -> float:
    began = context.step(lambda _: time.time(), name="note the time")
    context.wait(Duration.from_seconds(event["seconds"]), name="sleep")
    return time.time() - began - float(event["seconds"])


@durable_execution
def called_back(event: dict[str, Any], context: DurableContext) -> float:
    context.create_callback(name="answer").result()
    return time.time()
