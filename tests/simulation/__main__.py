"""Many seeds in two processes: `make sim SEEDS=20000`.

Fails when a seed shows a violation, when a labelled point was never died at, or when a run was too easy to mean
anything: nothing succeeded, or nothing went wrong. One seed again, in every detail: `--first 17 --seeds 1`.
"""

import argparse
import gc
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import Value
from multiprocessing.sharedctypes import Synchronized

from tests.simulation.points import POINTS, Coverage, Fault
from tests.simulation.run import Outcome, run

CHUNK = 25


@dataclass(slots=True)
class Tally:
    """What became of many seeds."""

    seeds: int = 0
    turns: int = 0
    coverage: Coverage = field(default_factory=Coverage)
    broken: list[Outcome] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        self.seeds += 1
        self.turns += outcome.turns
        self.coverage.add(outcome.coverage)
        if outcome.violations:
            self.broken.append(outcome)

    def add(self, other: "Tally") -> None:
        self.seeds += other.seeds
        self.turns += other.turns
        self.coverage.add(other.coverage)
        self.broken += other.broken

    def complaints(self) -> list[str]:
        """Why the run as a whole proves nothing, or too little."""
        coverage = self.coverage
        found = [f"nothing ever died at: {point}" for point in coverage.missed]
        found += [f"never happened: {fault}" for fault in Fault if not coverage.faults[fault]]
        return found if coverage.executions["SUCCEEDED"] else [*found, "no execution succeeded"]


def play(seeds: Iterable[int]) -> Tally:
    """Play these seeds, here and now."""
    tally = Tally()
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # a service that loses its disk has much to say
    try:
        for seed in seeds:
            tally.count(run(seed))
    finally:
        logging.disable(before)  # in a test's process others have something to say afterwards
    return tally


def play_all(first: int, seeds: int, processes: int) -> Iterator[Tally]:
    """Play them side by side; what is known so far, again and again."""
    chunks = [range(at, min(at + CHUNK, first + seeds)) for at in range(first, first + seeds, CHUNK)]
    tally = Tally()
    with ProcessPoolExecutor(processes, initializer=_settle_down, initargs=(Value("i"),)) as pool:
        for part in pool.map(play, chunks):
            tally.add(part)
            yield tally


def _settle_down(taken: "Synchronized[int]") -> None:
    """Stay on one core: strands that hand the baton on would wait for each other's core most of the time."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        with taken.get_lock():
            number, taken.value = taken.value, taken.value + 1
        os.sched_setaffinity(0, {cores[number % len(cores)]})
    gc.freeze()
    gc.set_threshold(50_000)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--until-found", action="store_true", help="one after the other, until one is broken")
    arguments = parser.parse_args()
    if arguments.until_found:
        return find_first(range(arguments.first, arguments.first + arguments.seeds))
    began = time.monotonic()
    tally, told = Tally(), 0
    for tally in play_all(arguments.first, arguments.seeds, arguments.processes):
        rate = tally.seeds / (time.monotonic() - began)
        sys.stderr.write(f"\r{tally.seeds:>7} of {arguments.seeds} seeds, {rate:.1f}/s, {len(tally.broken)} broken ")
        sys.stderr.flush()
        for outcome in tally.broken[told:]:
            _say(f"seed {outcome.seed}: " + "\n    ".join(str(violation) for violation in outcome.violations[:5]))
        told = len(tally.broken)
    sys.stderr.write("\n")
    report(tally, time.monotonic() - began)
    return 1 if tally.broken or tally.complaints() else 0


def find_first(seeds: Iterable[int]) -> int:
    """Play them until one is broken, and say which."""
    for seed in seeds:
        tally = play([seed])
        for outcome in tally.broken:
            _say(f"seed {seed}: {outcome.violations[0]}")
            return 1
    _say("violations: 0")
    return 0


def report(tally: Tally, seconds: float) -> None:
    coverage = tally.coverage
    _say(f"{tally.seeds} seeds in {seconds:.0f} s: {tally.seeds / seconds:.1f} seeds/s, {tally.turns} turns")
    _table("executions ended", coverage.executions.items())
    _table("faults", coverage.faults.items())
    _table(
        f"deaths at labelled points ({len(POINTS) - len(coverage.missed)} of {len(POINTS)})", coverage.died_at.items()
    )
    for complaint in tally.complaints():
        _say(complaint)
    _say(f"violations: {len(tally.broken)} of {tally.seeds} seeds")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _table(title: str, rows: Iterable[tuple[str, int]]) -> None:
    _say(title)
    for name, times in sorted(rows, key=lambda row: -row[1]):
        _say(f"    {times:>9}  {name}")


if __name__ == "__main__":
    sys.exit(main())
