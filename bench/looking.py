"""What it costs to look for executions among 100,000: the processor time of each question of the page.

    python -m bench.looking [--executions 100000] [--rounds 60] [--store FILE]

Prints the median and the 99th percentile of the processor time of each question, as the store answers it. Exit code 1
when one of them takes more than 50 ms. With --store the file is kept, and used again when it is there.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path

from everstep.core.machine.delta import Delta
from everstep.core.machine.state import Head, Origin
from everstep.core.model import ErrorObject, ExecutionStatus, Kind, Millis, Operation, OperationId, Status
from everstep.core.names import ExecutionName
from everstep.core.wire.attributes import SUB_TYPE
from everstep.service.catalogue import Search
from everstep.service.stores.sqlite import SqliteStore

BEGAN = Millis(1_700_000_000_000)
APART_MS = 6_000
ALLOWED_MS = 50.0
FAILED, RUNNING, SUCCEEDED = ExecutionStatus.FAILED, ExecutionStatus.RUNNING, ExecutionStatus.SUCCEEDED

Question = Callable[[], Awaitable[object]]


def main() -> int:
    wishes = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="everstep-looking-") as folder:
        file = wishes.store or Path(folder) / "looking.db"
        return asyncio.run(_measure(file, wishes, is_filled=file.exists()))


async def _measure(file: Path, wishes: argparse.Namespace, *, is_filled: bool) -> int:
    store = await SqliteStore.open(file, synchronous="OFF")
    try:
        if not is_filled:
            births = map(_birth, range(wishes.executions))
            while some := list(islice(births, 500)):
                await asyncio.gather(*map(store.commit, some))
        print(f"{'question':<34} {'median':>9} {'p99':>9}   among {wishes.executions} executions")  # noqa: T201
        slowest = 0.0
        for name, ask in _questions(store, wishes.executions).items():
            took = sorted([await _cpu_ms(ask) for _ in range(wishes.rounds)])
            p99 = took[min(len(took) - 1, len(took) * 99 // 100)]
            slowest = max(slowest, p99)
            print(f"{name:<34} {took[len(took) // 2]:>6.1f} ms {p99:>6.1f} ms")  # noqa: T201
        return 1 if slowest > ALLOWED_MS else 0
    finally:
        await store.close()


def _questions(store: SqliteStore, count: int) -> dict[str, Question]:
    """What the page asks, with each of its filters."""
    middle = Millis(BEGAN + count // 2 * APART_MS)

    def listed(limit: int = 50, after: str | None = None, **members: object) -> Question:
        return lambda: store.search(Search(**members), limit=limit, after=after, oldest_first=False)  # type: ignore[arg-type]  # bench only

    def counted(**members: object) -> Question:
        return lambda: store.counts(Search(**members))  # type: ignore[arg-type]  # bench only

    def drawn(buckets: int = 60, **members: object) -> Question:
        width = count * APART_MS // buckets + 1
        search = Search(**members)  # type: ignore[arg-type]  # bench only
        return lambda: store.histogram(search, start=BEGAN, width_ms=width, buckets=buckets)

    failed = frozenset({FAILED})
    return {
        "list, first page": listed(),
        "list, 1,000 lines": listed(1_000),
        "list, page in the middle": listed(after=f"{middle}.{count // 2}"),
        "list by status": listed(statuses=failed),
        "list by two statuses": listed(statuses=frozenset({FAILED, RUNNING})),
        "list by function": listed(function="order-3"),
        "list by function and status": listed(function="order-3", statuses=failed),
        "list by part of a name": listed(name="customer-777"),
        "list by a name nobody has": listed(name="zebra"),
        "list by text in errors": listed(error="declined"),
        "list by text in no error": listed(error="zebra"),
        "list by attribute": listed(attributes=(("customer", '"c77"'),)),
        "list by time": listed(started_after=BEGAN, started_before=middle),
        "counts": counted(),
        "counts by function": counted(function="order-3"),
        "counts by part of a name": counted(name="customer-777"),
        "counts by text in errors": counted(error="declined"),
        "counts by attribute": counted(attributes=(("customer", '"c77"'),)),
        "histogram": drawn(),
        "histogram, 500 buckets": drawn(500),
        "histogram by status": drawn(statuses=failed),
        "histogram by function": drawn(function="order-3"),
        "histogram by part of a name": drawn(name="customer-777"),
        "histogram by text in errors": drawn(error="declined"),
        "histogram by attribute": drawn(attributes=(("customer", '"c77"'),)),
        "span": lambda: store.span(Search()),
        "span by part of a name": lambda: store.span(Search(name="customer-777")),
        "functions": store.by_function,
    }


async def _cpu_ms(ask: Question) -> float:
    """The store answers in a thread of its own, so it is the whole process whose time is taken."""
    began = time.process_time()
    await ask()
    return (time.process_time() - began) * 1000


def _birth(number: int) -> Delta:
    name = ExecutionName(
        function=f"order-{number % 10}", name=f"customer-{number}", execution_id=f"{number:012d}", version="$LATEST"
    )
    at = Millis(BEGAN + number * APART_MS)
    origin = Origin(
        arn=name.arn,
        execution_id=name.execution_id,
        name=name.name,
        function=name.function,
        version=name.version,
        function_arn=name.function_arn,
        input="{}",
        started_at=at,
        timeout_seconds=3600,
    )
    head = Head(version=1, operations=2, status=SUCCEEDED, ended_at=at, changed_at=at)
    match number % 20:
        case 0:
            head = Head(version=1, operations=2, changed_at=at)
        case 1:
            error = ErrorObject(type="CardDeclined", message=f"card {number} was declined")
            head = Head(version=1, operations=2, status=FAILED, ended_at=at, error=error, changed_at=at)
        case _:
            pass
    marked = Operation(
        id=OperationId(f"a{number}"), kind=Kind.STEP, status=Status.SUCCEEDED, started_at=at, seq=1, attempt=1,
        sub_type=SUB_TYPE, result=f'{{"customer": "c{number % 1000}"}}',
    )  # fmt: skip
    due = Millis(at + 3_600_000)
    wait = Operation(id=OperationId("w"), kind=Kind.WAIT, status=Status.STARTED, started_at=at, seq=2, due_at=due)
    return Delta(arn=name.arn, base_version=0, head=head, origin=origin, operations=(marked, wait))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.looking", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--store", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
