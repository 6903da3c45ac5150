"""How fast an SDK replays: the same invocation for each of the three that speak the API."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.contestants.synthetic import LambdaContext, envelope

REACHED: list[float] = []
"""When a step's body ran for the first time: the rest of the steps was replayed."""


def note(number: int, _: object = None) -> int:
    REACHED.append(time.perf_counter())
    return number


def everstep_function() -> Any:
    from everstep import DurableContext, durable_execution

    @durable_execution
    def many_steps(event: dict[str, Any], context: DurableContext) -> int:
        for number in range(event["n"]):
            context.step(partial(note, number), name="count")
        return int(event["n"])

    return many_steps


def official_function() -> Any:
    from aws_durable_execution_sdk_python import DurableContext, durable_execution

    @durable_execution
    def many_steps(event: dict[str, Any], context: DurableContext) -> int:
        for number in range(event["n"]):
            context.step(partial(note, number), name="count")
        return int(event["n"])

    return many_steps


def async_durable_function() -> Any:
    from async_durable_execution import durable_callable, durable_execution, step

    @durable_callable
    async def count(number: int) -> int:
        return note(number)

    @durable_execution
    async def many_steps(event: dict[str, Any]) -> int:
        for number in range(event["n"]):
            await step(count(number), name="count")
        return int(event["n"])

    return many_steps


FUNCTIONS: dict[str, Callable[[], Any]] = {
    "everstep": everstep_function,
    "official": official_function,
    "async_durable": async_durable_function,
}


def tasks(function: Any) -> dict[str, Callable[..., dict[str, Any]]]:
    def first_new(operations: int, times: int) -> dict[str, Any]:
        """From the call of the handler to the first operation that is new."""
        event, spent = envelope({"n": operations + 1}, operations), []
        for _ in range(times):
            REACHED.clear()
            began = time.perf_counter()
            output = function(event, LambdaContext())
            assert output["Status"] == "SUCCEEDED", output
            spent.append(REACHED[0] - began)
        seconds = statistics.median(spent)
        return {"ms": 1000 * seconds, "per_second": operations / seconds}

    def only_replaying(operations: int, times: int) -> dict[str, Any]:
        """A whole invocation that replays so many steps and ends."""
        event, spent = envelope({"n": operations}, operations), []
        for _ in range(times):
            began = time.perf_counter()
            output = function(event, LambdaContext())
            spent.append(time.perf_counter() - began)
            assert output["Status"] == "SUCCEEDED", output
        return {"ms": 1000 * statistics.median(spent)}

    return {"first_new": first_new, "only_replaying": only_replaying}
