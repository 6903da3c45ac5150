"""everstep's in-process test runner: the whole system in one thread, nothing on disk."""

import time
from collections.abc import Callable
from typing import Any

from bench.contestants import everstep_functions as functions
from bench.contestants.answering import answer
from bench.contestants.timing import growth_of, in_threads, rate
from everstep.core.limits import Limits
from everstep.testing import DurableFunctionTestRunner

QUOTAS_OFF = Limits(operations_max=10**9, written_bytes_max=10**15)


def run(function: Any, event: object) -> Any:
    with DurableFunctionTestRunner(function, limits=QUOTAS_OFF) as runner:
        return runner.run(event).value


def warm() -> dict[str, Any]:
    run(functions.many_steps, {"n": 20, "seconds_max": 5})
    return {}


def steps(n: int, seconds_max: float) -> dict[str, Any]:
    return rate(run(functions.many_steps, {"n": n, "seconds_max": seconds_max}), n)


def growth(short: int, long: int, pairs: int) -> dict[str, Any]:
    def cpu_per_step(n: int) -> float:
        return float(steps(n, 100)["cpu_ms_per_step"])

    return growth_of(cpu_per_step, short, long, pairs)


def throughput(executions: int, concurrency: int, seconds_max: float) -> dict[str, Any]:
    done, seconds = in_threads(executions, concurrency, lambda _: run(functions.five_steps, {}), seconds_max)
    return {"per_second": done / seconds}


def fan_out(items: int, is_async: bool, concurrency: int) -> dict[str, Any]:
    function = functions.fan_out_async if is_async else functions.fan_out
    began = time.perf_counter()
    assert run(function, {"items": items, "concurrency": concurrency}) == sum(range(items))
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
