"""Forgetting in a file: gone at once, deleted little by little, and in nobody's way."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from everstep.service.stores.sqlite import SqliteStore
from everstep.service.stores.sqlite_garbage import ROWS_AT_ONCE, is_garbage_left, sweep
from everstep.service.stores.sqlite_rows import Removal, rows_of, write
from everstep.service.stores.sqlite_schema import connect, migrate, migrations
from tests.service.stores.deltas import a_birth, a_step, an_origin

TABLES = ("executions", "origins", "operations", "events", "garbage")
SOME = ROWS_AT_ONCE * 3


def a_file(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    migrate(path, connection, migrations())
    return connection


def an_execution(connection: sqlite3.Connection, number: int, steps: int) -> Removal:
    """Write an execution of so many steps; how to forget it."""
    delta = a_birth(an_origin(number))
    write(connection, rows_of(delta))
    for _ in range(steps):
        delta = a_step(delta.arn, delta.head)
        write(connection, rows_of(delta))
    return Removal(arn=delta.arn, version=delta.head.version)


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def test_what_is_forgotten_is_deleted_in_slices_and_nothing_else_is(tmp_path: Path) -> None:
    with closing(a_file(tmp_path / "e.db")) as connection:
        an_execution(connection, 1, 2)
        kept = counts(connection)
        write(connection, an_execution(connection, 2, SOME))
        slices = 1
        while sweep(connection, clock=iter(range(1000)).__next__):  # time is over after each look
            slices += 1
        assert slices > SOME // ROWS_AT_ONCE
        assert counts(connection) == kept


def test_the_number_of_what_is_forgotten_is_not_given_again_while_rows_bear_it(tmp_path: Path) -> None:
    with closing(a_file(tmp_path / "e.db")) as connection:
        write(connection, an_execution(connection, 1, SOME))
        an_execution(connection, 2, 1)
        while sweep(connection):
            pass
        assert counts(connection) == {"executions": 1, "origins": 1, "operations": 2, "events": 3, "garbage": 0}


def test_garbage_of_a_former_process_is_deleted_though_nobody_writes(tmp_path: Path) -> None:
    path = tmp_path / "e.db"
    with closing(a_file(path)) as connection:
        write(connection, an_execution(connection, 1, SOME))
        assert is_garbage_left(connection)

    async def run() -> None:
        store = await SqliteStore.open(path)
        with closing(sqlite3.connect(path)) as stranger:
            async with asyncio.timeout(20):
                while is_garbage_left(stranger):
                    await store.next_due()  # lets the writer work
            assert set(counts(stranger).values()) == {0}
        await store.close()

    asyncio.run(run())


def test_checkpoints_hardly_notice_that_expired_executions_are_collected(tmp_path: Path) -> None:
    print("\n" + asyncio.run(latencies(tmp_path / "e.db", expired=300, steps=20)))  # noqa: T201 - shown with -s


async def latencies(path: Path, *, expired: int, steps: int) -> str:
    """How long a checkpoint takes alone, and while so many executions are forgotten and deleted; asserts the bound."""
    with closing(a_file(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        removals = [an_execution(connection, number, steps) for number in range(2, expired + 2)]
        connection.execute("COMMIT")
    store = await SqliteStore.open(path)
    delta = a_birth(an_origin(1))
    await store.commit(delta)

    async def checkpoint() -> float:
        nonlocal delta
        delta = a_step(delta.arn, delta.head)
        begun = time.perf_counter()
        await store.commit(delta)
        return (time.perf_counter() - begun) * 1000

    async def forget(removal: Removal) -> None:
        await store.forget(removal.arn, removal.version)

    alone = sorted([await checkpoint() for _ in range(400)])
    beside: list[float] = []
    begun = time.perf_counter()
    for first in range(0, expired, 256):  # as many at once as the timers ask for
        forgetting = asyncio.gather(*map(forget, removals[first : first + 256]))
        while not forgetting.done():
            beside.append(await checkpoint())
        await forgetting
    with closing(sqlite3.connect(path)) as stranger:
        while is_garbage_left(stranger):
            beside.append(await checkpoint())
    seconds = time.perf_counter() - begun
    await store.close()
    beside.sort()
    p99 = [values[int(len(values) * 0.99)] for values in (alone, beside)]
    assert p99[1] < 250, beside[-5:]
    return (
        f"{expired} expired executions of {steps} steps deleted in {seconds:.1f} s beside {len(beside)} checkpoints; "
        f"checkpoint p50/p99/max: alone {alone[200]:.1f}/{p99[0]:.1f}/{alone[-1]:.1f} ms, "
        f"beside {beside[len(beside) // 2]:.1f}/{p99[1]:.1f}/{beside[-1]:.1f} ms"
    )
