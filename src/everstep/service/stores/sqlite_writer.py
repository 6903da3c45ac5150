"""One thread that writes, and many that wait: the group commit.

    commit -+                       +- one transaction, one fsync -+
    commit -+-> queue -> take all -> |  delta  delta  delta  …      | -> one call back into the loop -> all futures
    commit -+                       +------------------------------+

While one transaction is on its way to the disk, the next deltas gather in the queue; they then share the next
fsync. A single writer needs no retries on a busy database, and the order of the queue is the order of the file.

While nobody waits, the thread sweeps garbage, a slice at a time; where somebody always waits, every
`BATCHES_BETWEEN_SWEEPS` transactions, so that garbage cannot grow for ever.
"""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from everstep.service.ports import NameTakenError, StaleVersionError, StoreError
from everstep.service.stores.sqlite_garbage import is_garbage_left, sweep
from everstep.service.stores.sqlite_rows import Change, Removal, write

logger = logging.getLogger(__name__)

BATCHES_BETWEEN_SWEEPS = 20
SWEEP_AGAIN_SECONDS = 5.0
"""After a slice that the disk refused: deleting can wait, writing cannot."""

_Outcome: TypeAlias = Exception | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    change: Change
    done: asyncio.Future[None]


class Writer:
    """Owns the writing connection until `drain` has returned."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Begin; must be called on the event loop that will commit."""
        self._connection = connection
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._is_open = True
        self._has_garbage = is_garbage_left(connection)
        # A daemon, because a program that ends without closing its store must not hang; what is lost then was never
        # acknowledged.
        self._thread = threading.Thread(target=self._run, name="everstep-sqlite-writer", daemon=True)
        self._thread.start()

    async def write(self, change: Change) -> None:
        """Return when the change is on disk; raises StaleVersionError, NameTakenError or StoreError if it is not.

        A caller who is cancelled meanwhile does not learn the outcome; the change may still be written.
        """
        if not self._is_open:
            raise StoreError(f"{self._path} is closed")
        done = self._loop.create_future()
        self._queue.put(_Waiting(change, done))
        await done

    async def drain(self) -> None:
        """Write what was begun and end the thread. May be called again."""
        if self._is_open:
            self._is_open = False
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        is_open = True
        patience = 0.0
        batches = 0
        while is_open:
            taken = self._take(patience if self._has_garbage else None)
            batch = [waiting for waiting in taken if waiting is not None]
            is_open = len(batch) == len(taken)
            if batch:
                outcomes = self._write_all([waiting.change for waiting in batch])
                self._has_garbage |= any(isinstance(waiting.change, Removal) for waiting in batch)
                with contextlib.suppress(RuntimeError):  # The loop is closed: nobody waits for an answer any more.
                    self._loop.call_soon_threadsafe(_tell, batch, outcomes)
            batches += 1
            if self._has_garbage and (not taken or batches >= BATCHES_BETWEEN_SWEEPS):
                patience = self._sweep()
                batches = 0

    def _take(self, seconds_max: float | None) -> list[_Waiting | None]:
        """Everything that waits; blocks until there is something, or for so long."""
        taken: list[_Waiting | None] = []
        with contextlib.suppress(queue.Empty):
            taken.append(self._queue.get(timeout=seconds_max))
            while True:
                taken.append(self._queue.get_nowait())
        return taken

    def _sweep(self) -> float:
        """Delete a slice of garbage; after how many idle seconds the next one may follow."""
        try:
            self._has_garbage = sweep(self._connection)
        except sqlite3.Error as error:
            logger.warning("%s: forgotten executions could not be deleted yet: %s", self._path, error)
            return SWEEP_AGAIN_SECONDS
        return 0.0

    def _write_all(self, batch: Sequence[Change]) -> list[_Outcome]:
        """Write the batch in one transaction. A refused change fails alone; an error undoes the whole transaction."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._write_one(change) for change in batch]
            self._connection.execute("COMMIT")
        except Exception as error:  # Whatever it was, the thread must go on: a dead writer would hang every caller.
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            if len(batch) > 1:  # Perhaps one of them is to blame: each alone, so that the others do not pay for it.
                return [outcome for change in batch for outcome in self._write_all([change])]
            return [self._failure(error) for _ in batch]
        return outcomes

    def _write_one(self, change: Change) -> _Outcome:
        try:
            write(self._connection, change)
        except (StaleVersionError, NameTakenError) as refusal:
            return refusal
        return None

    def _failure(self, error: Exception) -> StoreError:
        failure = StoreError(f"{self._path} could not be written ({error}): nothing of this change was saved")
        failure.__cause__ = error
        return failure


def _tell(batch: Sequence[_Waiting], outcomes: Sequence[_Outcome]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.done.done():  # Its caller was cancelled.
            continue
        if outcome is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(outcome)
