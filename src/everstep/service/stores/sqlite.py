"""Executions in a SQLite file: the store of a single service, durable and without a server.

One thread writes (`sqlite_writer`), one reads; the event loop only encodes and waits. A commit that has returned is
on disk, and every read that begins afterwards sees it.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from everstep.core.events import Event
from everstep.core.machine.delta import Delta, Effect
from everstep.core.machine.state import Execution
from everstep.core.model import Arn, ExecutionStatus, Millis
from everstep.core.wire.stored import UnreadableRecordError
from everstep.service.catalogue import Bucket, FunctionCount, Line, LinePage, Said, SaidPage, Search
from everstep.service.ports import ListQuery, StoreError, Summary, SummaryPage
from everstep.service.stores import sqlite_reads as reads
from everstep.service.stores import sqlite_search as searches
from everstep.service.stores.sqlite_lines import saying
from everstep.service.stores.sqlite_rows import EffectRemoval, Removal, rows_of
from everstep.service.stores.sqlite_schema import Database, Synchronous, open_database
from everstep.service.stores.sqlite_writer import Writer

T = TypeVar("T")


class SqliteStore:
    """A `Store` in one file. Made by `open`, on the event loop that will use it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = Writer(database.writer, database.path)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="everstep-sqlite-reader")
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: str | os.PathLike[str], *, synchronous: Synchronous = "FULL") -> "SqliteStore":
        """Open the store file, or make it; its folder must exist.

        Raises StoreError when the file is not ours, is newer than this program, cannot be used, or is in use by
        another service; such a file is not touched.
        """
        return cls(await asyncio.to_thread(open_database, Path(path), synchronous))

    async def load(self, arn: Arn) -> Execution | None:
        return await self._read(lambda connection: reads.read_execution(connection, arn))

    async def summary(self, arn: Arn) -> Summary | None:
        return await self._read(lambda connection: reads.read_summary(connection, arn))

    async def commit(self, delta: Delta) -> None:
        await self._writer.write(rows_of(delta))

    async def forget(self, arn: Arn, version: int) -> None:
        await self._writer.write(Removal(arn=arn, version=version))

    async def drop(self, effect_id: str) -> None:
        await self._writer.write(EffectRemoval(id=effect_id))

    async def events(
        self, arn: Arn, *, limit: int, after: int | None = None, newest_first: bool = False
    ) -> Sequence[Event]:
        return await self._read(lambda connection: reads.read_events(connection, arn, limit, after, newest_first))

    async def due(self, now: Millis, limit: int) -> Sequence[Arn]:
        return await self._read(lambda connection: reads.read_due(connection, now, limit))

    async def next_due(self) -> Millis | None:
        return await self._read(reads.read_next_due)

    async def effects(self, limit: int) -> Sequence[Effect]:
        return await self._read(lambda connection: reads.read_effects(connection, limit))

    async def live(self, limit: int) -> Sequence[Arn]:
        return await self._read(lambda connection: reads.read_live(connection, limit))

    async def list(self, query: ListQuery) -> SummaryPage:
        return await self._read(lambda connection: reads.read_list(connection, query))

    # ------------------------------------------------------------------ what people ask (`Catalogue`)
    async def search(self, search: Search, *, limit: int, after: str | None, oldest_first: bool) -> LinePage:
        return await self._read(lambda c: searches.read_lines_of(c, search, limit, after, oldest_first))

    async def lines(self, arns: Sequence[Arn]) -> Sequence[Line]:
        return await self._read(lambda connection: searches.read_lines(connection, arns))

    async def counts(self, search: Search) -> Mapping[ExecutionStatus, int]:
        return await self._read(lambda connection: searches.read_counts(connection, search))

    async def span(self, search: Search) -> tuple[Millis, Millis] | None:
        return await self._read(lambda connection: searches.read_span(connection, search))

    async def histogram(self, search: Search, *, start: Millis, width_ms: int, buckets: int) -> Sequence[Bucket]:
        return await self._read(lambda c: searches.read_histogram(c, search, start, width_ms, buckets))

    async def by_function(self) -> Sequence[FunctionCount]:
        return await self._read(searches.read_by_function)

    async def say(self, arn: Arn, said: Sequence[Said], *, keep: int) -> int:
        await self._writer.write(saying(arn, said[-keep:], keep))
        return await self._read(lambda connection: searches.read_last_number(connection, arn))

    async def said(self, arn: Arn, *, limit: int, after: int = 0, operation_id: str | None = None) -> SaidPage:
        return await self._read(lambda connection: searches.read_said(connection, arn, limit, after, operation_id))

    async def close(self) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        # Shielded: a caller who is cancelled must not leave the file half closed and locked.
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        await self._writer.drain()
        await asyncio.to_thread(self._reader.shutdown)
        await asyncio.to_thread(self._database.close)

    async def _read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        if self._closing is not None:
            raise StoreError(f"{self._database.path} is closed")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._reader, question, self._database.reader)
        except (sqlite3.Error, UnreadableRecordError) as error:
            raise StoreError(f"{self._database.path} could not be read ({error})") from error
