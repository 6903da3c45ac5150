"""Loops and figures that every program shares, so that all are counted alike. Standard library only."""

import math
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any


class Pace:
    """Counts the steps of one execution and says when its time is over."""

    def __init__(self, event: dict[str, Any]) -> None:
        self._wanted: int = event["n"]
        self._seconds_max: float = event["seconds_max"]
        self._began = time.perf_counter()
        self._cpu_began = time.process_time()
        self.done = 0

    def numbers(self) -> Iterable[int]:
        """0, 1, ... until all are done or the time is over; one counts as done when the next is asked for."""
        for number in range(self._wanted):
            yield number
            self.done = number + 1
            if time.perf_counter() - self._began > self._seconds_max:
                return

    def report(self) -> dict[str, float]:
        return {
            "done": self.done,
            "seconds": time.perf_counter() - self._began,
            "cpu_seconds": time.process_time() - self._cpu_began,
        }


def rate(report: dict[str, float], n: int) -> dict[str, Any]:
    """Steps per second out of a Pace's report."""
    done = int(report["done"])
    cut = f"stopped after {done:,} of {n:,} steps" if done < n else ""
    return {
        "per_second": done / report["seconds"],
        "cpu_ms_per_step": 1000 * report["cpu_seconds"] / done,
        "note": cut,
    }


def growth_of(cpu_per_step: Callable[[int], float], short: int, long: int, pairs: int) -> dict[str, float]:
    """How many times as much CPU a step takes in a long history as in a short one: the median of pairs.

    CPU and pairs, because a busy machine stretches wall time, and never both halves alike.
    """
    found = []
    for _ in range(pairs):
        fair_short = statistics.median(cpu_per_step(short) for _ in range(3))  # a short run is noisier than a long one
        found.append(cpu_per_step(long) / fair_short)
    return {"growth": statistics.median(found)}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float], unit: str = "ms") -> dict[str, float]:
    return {f"p50_{unit}": percentile(values, 0.5), f"p99_{unit}": percentile(values, 0.99)}


def in_threads(
    total: int, concurrency: int, one: Callable[[int], object], seconds_max: float = 1e9
) -> tuple[int, float]:
    """Do `total` things, so many at a time; how many were begun before the time was over, and the seconds it took.

    The first failure is raised once all threads have ended.
    """
    numbers = iter(range(total))
    lock = threading.Lock()
    failures: list[BaseException] = []
    done = 0
    began = time.perf_counter()

    def work() -> None:
        nonlocal done
        while not failures and time.perf_counter() - began < seconds_max:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                one(number)
            except BaseException as error:
                failures.append(error)
            with lock:
                done += 1

    threads = [threading.Thread(target=work) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return done, time.perf_counter() - began
