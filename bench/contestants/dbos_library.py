"""DBOS in one process, on a SQLite file (its defaults: a rollback journal, synchronous=FULL) or the database given."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig

from bench.contestants.answering import answer
from bench.contestants.timing import Pace, in_threads, rate, spread


def echo(number: int) -> int:
    return number


async def echo_async(number: int) -> int:
    return number


@DBOS.step()
def count(number: int) -> int:
    return number


@DBOS.step()
async def count_async(number: int) -> int:
    return number


@DBOS.workflow()
def many_steps(event: dict[str, Any]) -> dict[str, float]:
    pace = Pace(event)
    for number in pace.numbers():
        count(number)
    return pace.report()


@DBOS.workflow()
def five_steps() -> int:
    return sum(count(number) for number in range(5))


@DBOS.workflow()
async def many_items(items: int, concurrency: int) -> int:
    """It has no map: steps beside each other, as many at a time, in batches, so that their order is fixed."""
    total = 0
    for start in range(0, items, concurrency):
        batch = range(start, min(items, start + concurrency))
        total += sum(await asyncio.gather(*(count_async(number) for number in batch)))
    return total


@DBOS.step()
def note_the_time() -> float:
    return time.time()


@DBOS.workflow()
def sleeper(seconds: float) -> float:
    began = note_the_time()
    DBOS.sleep(seconds)
    return time.time() - float(began) - seconds


@DBOS.workflow()
def called_back() -> float:
    DBOS.recv("answer", timeout_seconds=60)
    return time.time()


def warm() -> dict[str, Any]:
    many_steps({"n": 20, "seconds_max": 5})
    return {}


def steps(n: int, seconds_max: float) -> dict[str, Any]:
    return rate(many_steps({"n": n, "seconds_max": seconds_max}), n)


def throughput(executions: int, concurrency: int, seconds_max: float) -> dict[str, Any]:
    done, seconds = in_threads(executions, concurrency, lambda _: five_steps(), seconds_max)
    return {"per_second": done / seconds}


def fan_out(items: int, is_async: bool, concurrency: int) -> dict[str, Any]:
    assert is_async, "steps beside each other need an async workflow"
    began = time.perf_counter()
    assert asyncio.run(many_items(items, concurrency)) == sum(range(items))
    return {"seconds": time.perf_counter() - began}


def lateness(samples: int, others: int) -> dict[str, Any]:
    """Its sleepers hold a thread each, in this process, so there are no others."""
    assert not others, "a sleeping workflow holds a thread"
    late: list[float] = []
    in_threads(samples, 10, lambda _: late.append(1000 * sleeper(1)))
    return spread(late)


def callbacks(samples: int) -> dict[str, Any]:
    late: list[float] = []
    for _ in range(samples):
        handle = DBOS.start_workflow(called_back)
        time.sleep(0.1)
        sent = time.time()
        DBOS.send(handle.workflow_id, "1", "answer")
        late.append(1000 * (handle.get_result() - sent))
    return spread(late)


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "warm": warm,
    "steps": steps,
    "throughput": throughput,
    "fan_out": fan_out,
    "lateness": lateness,
    "callbacks": callbacks,
}


def main(url: str = "") -> None:
    with tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder:
        config = DBOSConfig(
            name="bench",
            system_database_url=url or f"sqlite:///{Path(folder) / 'dbos.sqlite'}",
            log_level="ERROR",
            run_admin_server=False,
        )
        DBOS(config=config)
        DBOS.launch()
        answer(TASKS)
        DBOS.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:])
