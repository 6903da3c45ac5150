"""everstep in one process: an Engine on a SQLite file (synchronous=FULL), its functions in threads."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.contestants.answering import answer
from bench.contestants.everstep_functions import five_steps, many_steps
from bench.contestants.timing import growth_of, in_threads, rate
from everstep.engine import Quotas, SyncEngine

THREADS = 64


def tasks(engine: SyncEngine) -> dict[str, Callable[..., dict[str, Any]]]:
    def warm() -> dict[str, Any]:
        steps(20, 5)
        return {}

    def steps(n: int, seconds_max: float) -> dict[str, Any]:
        return rate(engine.start(many_steps, {"n": n, "seconds_max": seconds_max}).result(), n)

    def throughput(executions: int, concurrency: int, seconds_max: float) -> dict[str, Any]:
        done, seconds = in_threads(
            executions, concurrency, lambda _: engine.start(five_steps, {}).result(), seconds_max
        )
        return {"per_second": done / seconds}

    def growth(short: int, long: int, pairs: int) -> dict[str, Any]:
        def cpu_per_step(n: int) -> float:
            return float(steps(n, 100)["cpu_ms_per_step"])

        return growth_of(cpu_per_step, short, long, pairs)

    return {"warm": warm, "steps": steps, "growth": growth, "throughput": throughput}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder:
        store = f"sqlite:///{Path(folder) / 'bench.db'}"
        with SyncEngine(store, [many_steps, five_steps], threads=THREADS, quotas=Quotas.OFF) as engine:
            answer(tasks(engine))


if __name__ == "__main__":
    main()
