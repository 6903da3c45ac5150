"""What a step costs, and whether it costs more in a long history: sequential steps at several lengths.

Two settings: over HTTP, with `everstep serve` on a SQLite file (synchronous=FULL, so every step waits for the disk)
and `everstep host` as programs of their own; and the in-process runner of `everstep.testing`.
"""

import http.client
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.functions import many_steps
from demo.programs import free_port, start
from everstep.testing import DurableFunctionTestRunner

APP = Path(__file__).parent / "functions.py"
LENGTHS = (100, 1_000, 2_500)
ROUNDS = 3
GROWTH_MAX = 1.2
"""A step of the longest execution may cost this many times what one of the shortest does."""

Measure = Callable[[int], float]
"""Runs that many steps; how many seconds they took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Medians of one setting."""

    setting: str
    seconds_per_step: dict[int, float]
    """By the number of steps in the execution."""

    @property
    def growth(self) -> float:
        return self.seconds_per_step[LENGTHS[-1]] / self.seconds_per_step[LENGTHS[0]]

    def lines(self) -> Iterator[str]:
        yield f"{self.setting}, median of {ROUNDS} rounds"
        for length, seconds in self.seconds_per_step.items():
            yield f"  {length:>6,} steps  {1 / seconds:>8,.0f} steps/s  {seconds * 1000:>7.3f} ms per step"
        verdict = "as promised" if self.growth <= GROWTH_MAX else "MORE THAN PROMISED"
        yield (
            f"  cost of a step at {LENGTHS[-1]:,} against {LENGTHS[0]}: {self.growth:.2f} "
            f"(at most {GROWTH_MAX}: {verdict})"
        )


def measured(setting: str, measure: Measure) -> Costs:
    """Rounds in turns, so that a disturbance of the machine meets all lengths alike."""
    measure(LENGTHS[0])  # warms up connections and imports
    found: dict[int, list[float]] = {length: [] for length in LENGTHS}
    for _ in range(ROUNDS):
        for length in LENGTHS:
            found[length].append(measure(length) / length)
    return Costs(setting=setting, seconds_per_step={n: statistics.median(costs) for n, costs in found.items()})


def in_process(steps: int) -> float:
    with DurableFunctionTestRunner(many_steps) as runner:
        seconds: float = runner.run({"steps": steps}).value
    return seconds


@contextmanager
def over_http() -> Iterator[Measure]:
    port = free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="everstep-bench-")))
        endpoint = f"http://127.0.0.1:{port}"
        host = start("host", str(APP), "--port", "0", "--endpoint", endpoint, "--no-reload", folder=folder)
        stack.callback(host.end)
        store = f"sqlite:///{folder / 'bench.db'}"
        service = start(
            "serve", "--port", str(port), "--store", store, "--lambda-endpoint", host.endpoint, folder=folder
        )
        stack.callback(service.end)
        yield lambda steps: invoke(endpoint, steps)


def invoke(endpoint: str, steps: int) -> float:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=300)
    connection.request("POST", "/2015-03-31/functions/many_steps/invocations", json.dumps({"steps": steps}))
    seconds = json.loads(connection.getresponse().read())
    connection.close()
    assert isinstance(seconds, float), seconds
    return seconds


def all_settings() -> Iterator[Costs]:
    with over_http() as measure:
        yield measured("over HTTP, SQLite with synchronous=FULL", measure)
    yield measured("in-process runner", in_process)
