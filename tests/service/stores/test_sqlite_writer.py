"""The group commit: who shares a transaction, and who pays for an error."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from everstep.core.machine.delta import Delta
from everstep.service.ports import NameTakenError, StaleVersionError, StoreError
from everstep.service.stores.sqlite_rows import rows_of
from everstep.service.stores.sqlite_schema import open_database
from everstep.service.stores.sqlite_writer import Writer
from tests.service.stores.deltas import a_birth, a_change, a_step, an_origin


@asynccontextmanager
async def a_writer(path: Path) -> AsyncIterator[tuple[Writer, sqlite3.Connection]]:
    """A writer and its connection."""
    database = open_database(path, "OFF")
    writer = Writer(database.writer, path)
    try:
        yield writer, database.writer
    finally:
        await writer.drain()
        database.close()


async def written(writer: Writer, deltas: Sequence[Delta]) -> list[BaseException | None]:
    """What became of each delta when all are written at once."""
    return await asyncio.gather(*(writer.write(rows_of(delta)) for delta in deltas), return_exceptions=True)


def count_of(connection: sqlite3.Connection, table: str) -> int:
    count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return count


def test_deltas_that_wait_together_share_transactions(tmp_path: Path) -> None:
    async def run() -> None:
        async with a_writer(tmp_path / "e.db") as (writer, connection):
            statements: list[str] = []
            connection.set_trace_callback(statements.append)
            births = [a_birth(an_origin(number)) for number in range(200)]
            assert await written(writer, births) == [None] * 200
            assert 1 <= statements.count("COMMIT") < 100
            assert count_of(connection, "executions") == 200

    asyncio.run(run())


def test_a_refused_delta_fails_alone(tmp_path: Path) -> None:
    first = a_birth(an_origin(1, unique_name="monday"))
    rival = a_birth(an_origin(2, unique_name="monday"))
    stale = a_change(first.arn, replace(first.head, version=7))
    last = a_birth(an_origin(3))

    async def run() -> None:
        async with a_writer(tmp_path / "e.db") as (writer, connection):
            outcomes = await written(writer, [first, rival, stale, last])
            assert [type(outcome) for outcome in outcomes] == [
                type(None),
                NameTakenError,
                StaleVersionError,
                type(None),
            ]
            assert count_of(connection, "executions") == count_of(connection, "effects") == 2

    asyncio.run(run())


def test_a_full_disk_fails_the_change_whole_and_the_writer_goes_on(tmp_path: Path) -> None:
    birth = a_birth()
    huge = a_step(birth.arn, birth.head, result="x" * 1_000_000)
    small = a_step(birth.arn, birth.head)

    async def run() -> None:
        async with a_writer(tmp_path / "e.db") as (writer, connection):
            await writer.write(rows_of(birth))
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 20}")

            with pytest.raises(StoreError, match=r"could not be written .*full"):
                await writer.write(rows_of(huge))

            assert count_of(connection, "operations") == count_of(connection, "events") == 1
            await writer.write(rows_of(small))
            assert count_of(connection, "operations") == 2

    asyncio.run(run())


def test_an_error_of_one_delta_is_not_paid_by_the_others(tmp_path: Path) -> None:
    births = [a_birth(an_origin(number)) for number in range(10)]
    births[4] = replace(births[4], events=births[4].events * 2)

    async def run() -> None:
        async with a_writer(tmp_path / "e.db") as (writer, connection):
            outcomes = await written(writer, births)
            assert [type(outcome) for outcome in outcomes] == [type(None)] * 4 + [StoreError] + [type(None)] * 5
            assert count_of(connection, "executions") == count_of(connection, "effects") == 9

    asyncio.run(run())


def test_a_cancelled_caller_does_not_disturb_the_others(tmp_path: Path) -> None:
    async def run() -> None:
        async with a_writer(tmp_path / "e.db") as (writer, connection):
            calls = [asyncio.create_task(writer.write(rows_of(a_birth(an_origin(number))))) for number in range(10)]
            await asyncio.sleep(0)
            calls[3].cancel()
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes].count(type(None)) == 9
            await writer.drain()
            assert count_of(connection, "executions") == 10

    asyncio.run(run())
