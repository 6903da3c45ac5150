"""`make bench`: everstep and its peers, measured in turn on this machine.

Prints the table, writes `bench/results/latest.json`. Exit code 1 when a row of ours is absent.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import picture, results, table
from bench.environments import Environments
from bench.machine import this_machine, warn_if_busy
from bench.plan import FULL, QUICK, cases
from bench.running import Bench

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
PICTURE = FOLDER.parent / "docs" / "benchmarks.svg"
DOCUMENT = FOLDER.parent / "docs" / "benchmarks.md"


def main() -> int:
    wishes = _parser().parse_args()
    machine, began = this_machine(), time.perf_counter()
    tell = _teller(began)
    warn_if_busy(machine, tell)
    only = {name for name in (wishes.only or "").split(",") if name}
    wanted = [case for case in cases(QUICK if wishes.quick else FULL) if not only or case.workload in only]
    if not wanted:
        raise SystemExit(f"there is no workload {wishes.only}; there are a to j and limit")
    with tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder:
        rows = Bench(Environments(tell), Path(folder), tell).measure(wanted, wishes.rounds)
    found = results.Results(machine=machine, rounds=wishes.rounds, seconds=time.perf_counter() - began, rows=rows)
    results.write(found, RESULTS / ("latest.json" if not only else "partial.json"))
    text = [table.headline(machine, found.rounds, found.seconds), "", *table.lines(rows), "", table.summary(rows)]
    print("\n".join(text))  # noqa: T201 - what it is for
    if wishes.document:
        picture.write(rows, PICTURE)
        headline = table.headline(machine, found.rounds, found.seconds)
        shown = [
            f"![everstep and its peers]({PICTURE.name})",
            "",
            headline,
            table.summary(rows),
            "",
            *table.markdown(rows),
        ]
        picture.put_table(DOCUMENT, shown)
    return 1 if any(row.is_ours and row.value is None for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", metavar="a,f", help="these workloads alone; the result goes to partial.json")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured, at most; default 3")
    parser.add_argument("--quick", action="store_true", help="small: less of everything, for a first look")
    parser.add_argument("--document", action="store_true", help="put table and picture into docs/benchmarks.md")
    return parser


def _teller(began: float) -> Callable[[str], None]:
    def tell(text: str) -> None:
        print(f"{time.perf_counter() - began:6.0f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201 - progress

    return tell


if __name__ == "__main__":
    sys.exit(main())
