"""The tasks of a service that speaks the durable-execution API over HTTP, whoever serves it: ours or the emulator.

The functions behind it are those of `everstep_functions` or `official_functions`. Standard library only.
"""

import itertools
import time
from collections.abc import Callable
from typing import Any

from bench.contestants.answering import Task
from bench.contestants.checkpoint_load import checkpoint_load
from bench.contestants.lambda_api import Api
from bench.contestants.timing import growth_of, in_threads, rate, spread


class Served:
    """One service, its functions, and what can be asked of both."""

    def __init__(self, endpoint: str, home: str, *, answers_invoke: bool) -> None:
        """`home` is where the service's functions are; without Invoke, ends are polled for."""
        self._api = Api(endpoint)
        self._endpoint = endpoint
        self._home = home
        self._answers_invoke = answers_invoke
        self._numbers = itertools.count()

    def tasks(self, cpu_seconds: Callable[[], float] | None = None) -> dict[str, Task]:
        """`cpu_seconds` tells what the service and its functions have taken so far, where that is known."""
        found: dict[str, Task] = {
            "warm": self.warm,
            "steps": self.steps,
            "throughput": self.throughput,
            "fan_out": self.fan_out,
            "lateness": self.lateness,
            "callbacks": self.callbacks,
            "checkpoints": self.checkpoints,
        }
        if cpu_seconds is not None:
            found["growth"] = lambda **wanted: self._growth(cpu_seconds, **wanted)
        return found

    def warm(self) -> dict[str, Any]:
        self._run("many_steps", {"n": 5, "seconds_max": 5})
        return {}

    def steps(self, n: int, seconds_max: float) -> dict[str, Any]:
        return rate(self._run("many_steps", {"n": n, "seconds_max": seconds_max}), n)

    def throughput(self, executions: int, concurrency: int, seconds_max: float) -> dict[str, Any]:
        done, seconds = in_threads(executions, concurrency, lambda n: self._run("five_steps", {"n": n}), seconds_max)
        cut = f"stopped after {done:,} of {executions:,}" if done < executions else ""
        return {"per_second": done / seconds, "note": cut}

    def fan_out(self, items: int, is_async: bool, concurrency: int) -> dict[str, Any]:
        began = time.perf_counter()
        function = "fan_out_async" if is_async else "fan_out"
        found = self._run(function, {"items": items, "concurrency": concurrency})
        assert found == sum(range(items)), found
        return {"seconds": time.perf_counter() - began}

    def lateness(self, samples: int, others: int) -> dict[str, Any]:
        """`others` sleep for a day while `samples` sleep for a second each, ten at a time."""
        in_threads(others, 16, lambda _: self._start("sleeper", {"seconds": 86_400}))
        late: list[float] = []
        in_threads(samples, 10, lambda _: late.append(1000 * self._run("sleeper", {"seconds": 1})))
        return spread(late)

    def callbacks(self, samples: int) -> dict[str, Any]:
        late: list[float] = []
        for _ in range(samples):
            arn = self._start("called_back", {})
            callback_id = self._api.open_callback(arn)
            time.sleep(0.05)  # it suspends meanwhile
            sent = time.time()
            self._api.answer_callback(callback_id, b"1")
            late.append(1000 * (self._api.ended(arn) - sent))
        return spread(late)

    def checkpoints(self, clients: int, seconds: float) -> dict[str, Any]:
        return checkpoint_load(self._api, self._endpoint, self._home, clients, seconds)

    def _growth(self, cpu_seconds: Callable[[], float], short: int, long: int, pairs: int) -> dict[str, Any]:
        def cpu_per_step(n: int) -> float:
            before = cpu_seconds()
            self.steps(n, 100)
            return (cpu_seconds() - before) / n

        return growth_of(cpu_per_step, short, long, pairs)

    def _run(self, function: str, event: object) -> Any:
        if self._answers_invoke:
            return self._api.invoke(function, event)
        return self._api.ended(self._start(function, event))

    def _start(self, function: str, event: object) -> str:
        return self._api.start(function, event, f"bench-{time.time_ns()}-{next(self._numbers)}")
