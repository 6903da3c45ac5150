"""async-durable-execution with its local runner: one process, nothing on disk."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any

from async_durable_execution import create_local_runner, durable_callable, durable_execution, step
from async_durable_execution import map as durable_map

from bench.contestants.answering import answer
from bench.contestants.timing import Pace, growth_of, rate

logging.getLogger("async_durable_execution").setLevel(logging.ERROR)


@durable_callable
async def count(number: int) -> int:
    return number


@durable_execution
async def many_steps(event: dict[str, Any]) -> dict[str, float]:
    pace = Pace(event)
    for number in pace.numbers():
        await step(count(number), name="count")
    return pace.report()


@durable_execution
async def five_steps(event: dict[str, Any]) -> int:
    return sum([await step(count(number), name="count") for number in range(5)])


@durable_execution
async def many_items(event: dict[str, Any]) -> int:
    async def one(item: int) -> int:
        return int(await step(count(item), name="echo"))

    batch = await durable_map(one, range(event["items"]), name="items", max_concurrency=event["concurrency"])
    return int(sum(batch.get_results()))


async def result_of(function: Any, event: object) -> Any:
    async with create_local_runner(handler=function, input=event, timeout=300, poll_interval=0.001) as runner:
        return json.loads((await runner.run()).result)


def run(function: Any, event: object) -> Any:
    return asyncio.run(result_of(function, event))


def warm() -> dict[str, Any]:
    run(many_steps, {"n": 20, "seconds_max": 5})
    return {}


def steps(n: int, seconds_max: float) -> dict[str, Any]:
    return rate(run(many_steps, {"n": n, "seconds_max": seconds_max}), n)


def growth(short: int, long: int, pairs: int) -> dict[str, Any]:
    def cpu_per_step(n: int) -> float:
        return float(steps(n, 100)["cpu_ms_per_step"])

    return growth_of(cpu_per_step, short, long, pairs)


def throughput(executions: int, concurrency: int, seconds_max: float) -> dict[str, Any]:
    """Its runner belongs to an event loop, so the executions share one."""

    async def all_of_them() -> tuple[int, float]:
        began, numbers, done = time.perf_counter(), iter(range(executions)), 0

        async def work() -> None:
            nonlocal done
            for _ in numbers:
                if time.perf_counter() - began > seconds_max:
                    return
                await result_of(five_steps, {})
                done += 1

        await asyncio.gather(*(work() for _ in range(concurrency)))
        return done, time.perf_counter() - began

    done, seconds = asyncio.run(all_of_them())
    return {"per_second": done / seconds}


def fan_out(items: int, is_async: bool, concurrency: int) -> dict[str, Any]:
    assert is_async, "it has only async functions"
    began = time.perf_counter()
    assert run(many_items, {"items": items, "concurrency": concurrency}) == sum(range(items))
    return {"seconds": time.perf_counter() - began}


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "warm": warm,
    "steps": steps,
    "growth": growth,
    "throughput": throughput,
    "fan_out": fan_out,
}

if __name__ == "__main__":
    answer(TASKS)
