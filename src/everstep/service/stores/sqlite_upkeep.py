"""What an operator does with a store file: save it, check it, make it smaller, bring it forward.

    back_up, check     beside a running service, which they do not hold up: they read one moment of the file
    vacuum, upgrade    alone: they take the lock that a service holds

Everything raises StoreError with a sentence for people, and calls `progress(done, total)` now and then, in units of
its own.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from everstep.core.machine.state import Head, Origin
from everstep.core.model import Operation
from everstep.core.wire.stored import UnreadableRecordError, load_effect, load_record
from everstep.service.ports import StoreError
from everstep.service.stores.sqlite_garbage import ROWS, sweep
from everstep.service.stores.sqlite_reads import read_events
from everstep.service.stores.sqlite_schema import connect, errors_for_people, judge, migrate, migrations, take_lock

Progress: TypeAlias = Callable[[int, int], None]

PAGES_AT_ONCE = 4096
"""Pages copied between two reports of progress: 16 MB."""
FINDINGS_MAX = 100
PROGRESS_EVERY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large the file was and is, in bytes."""

    before: int
    after: int


def back_up(path: Path, target: Path, progress: Progress) -> int:
    """Copy the store as it is at this moment to a new file; its size in bytes.

    The copy has the target's name only once it is whole, checked and on disk.
    """
    if target.exists():
        raise StoreError(f"{target} exists: name a new file, so that an older backup is not lost")
    if not target.parent.is_dir():
        raise StoreError(f"{target} cannot be made: there is no folder {target.parent}, make it first")
    partial = target.with_name(f"{target.name}.partial")
    try:
        with _opened(path) as source, errors_for_people(target):
            partial.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as copy, _one_moment(source):
                source.backup(copy, pages=PAGES_AT_ONCE, progress=lambda _, left, total: progress(total - left, total))
                # A file of its own, without a log beside it, so that it can be copied and moved as any other.
                copy.execute("PRAGMA journal_mode = DELETE")
                found: str = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreError(
                    f"{path} is damaged ({found}): no backup was made of it; `everstep store check` says more"
                )
            _put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def check(path: Path, progress: Progress) -> list[str]:
    """Read the whole file, every record of it; what is wrong, as sentences. At most FINDINGS_MAX."""
    newest = len(migrations())
    with _opened(path) as connection:
        format_: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if format_ < newest:
            raise StoreError(f"{path} has the older format {format_}: run `everstep store migrate {path}` first")
        found: list[str] = []
        with _one_moment(connection):
            for finding in _findings(connection, progress):
                found.append(finding)
                if len(found) == FINDINGS_MAX:
                    break
        return found


def vacuum(path: Path) -> Sizes:
    """Write the file anew without the room that forgotten executions have left in it."""
    path = _existing(path)
    with errors_for_people(path), _alone(path) as connection:
        before = path.stat().st_size
        free = shutil.disk_usage(path.parent).free
        if free < 2 * before:
            raise StoreError(f"{path} cannot be vacuumed: that takes {2 * before} bytes of free disk, there are {free}")
        migrate(path, connection, migrations())
        while sweep(connection):
            pass
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Sizes(before=before, after=path.stat().st_size)


def upgrade(path: Path) -> tuple[int, int]:
    """Bring the file forward to this program's format, as every start does; the formats before and after."""
    path = _existing(path)
    with errors_for_people(path), _alone(path) as connection:
        return migrate(path, connection, migrations())


def _existing(path: Path) -> Path:
    if not path.exists():
        raise StoreError(f"there is no store at {path}: check the path")
    return path.resolve()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file for reading, beside whoever uses it."""
    path = _existing(path)
    with errors_for_people(path):
        judge(path)
        # Not `mode=ro`: reading a log that a killed service left behind takes the right to write its index.
        with contextlib.closing(connect(path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            yield connection


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[sqlite3.Connection]:
    judge(path)
    lock = take_lock(path)
    try:
        with contextlib.closing(connect(path)) as connection:
            yield connection
    finally:
        lock.release()


@contextlib.contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is read inside is of one moment. A backup without it would begin again with every checkpoint."""
    connection.execute("BEGIN")
    try:
        connection.execute("SELECT 1 FROM executions LIMIT 1").fetchone()
        yield
    finally:
        connection.rollback()


def _put_in_place(partial: Path, target: Path) -> None:
    with open(partial, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(partial, target)
    if hasattr(os, "O_DIRECTORY"):  # Windows knows no handles of folders, and needs none.
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


_TITLE = "*** in database main ***"
"""What SQLite writes above its complaints."""


def _findings(connection: sqlite3.Connection, progress: Progress) -> Iterator[str]:
    try:
        complaints = [line for (line,) in connection.execute(f"PRAGMA integrity_check({FINDINGS_MAX})")]
        yield from (line for complaint in complaints for line in complaint.splitlines() if line not in ("ok", _TITLE))
        yield from _strays(connection)
        numbers = [number for (number,) in connection.execute("SELECT id FROM executions ORDER BY id")]
        for done, number in enumerate(numbers, start=1):
            yield from _wrong_with(connection, number)
            if done % PROGRESS_EVERY == 0 or done == len(numbers):
                progress(done, len(numbers))
        for effect_id, record in connection.execute("SELECT id, record FROM effects"):
            with _told(f"effect {effect_id}") as wrong:
                load_effect(record)
            yield from wrong
    except sqlite3.DatabaseError as error:
        yield f"the file cannot be read on: {error}"


def _strays(connection: sqlite3.Connection) -> Iterator[str]:
    """Rows of executions that there are not."""
    for table in ("origins", *ROWS):
        count: int = connection.execute(
            f"SELECT count(*) FROM {table} WHERE execution NOT IN (SELECT id FROM executions)"
            " AND execution NOT IN (SELECT execution FROM garbage)"
        ).fetchone()[0]
        if count:
            yield f"{count} rows of {table} belong to no execution"


def _wrong_with(connection: sqlite3.Connection, number: int) -> Iterator[str]:
    """What is wrong with one execution."""
    arn, version, record = connection.execute(
        "SELECT arn, version, head FROM executions WHERE id = ?", (number,)
    ).fetchone()
    with _told(arn) as wrong:
        head = load_record(Head, record)
        if head.version != version:
            wrong.append(f"{arn}: its record says version {head.version}, its row {version}")
        origins = connection.execute("SELECT record FROM origins WHERE execution = ?", (number,)).fetchall()
        if [load_record(Origin, origin).arn for (origin,) in origins] != [arn]:
            wrong.append(f"{arn}: its origin is missing, or another execution's")
        found = connection.execute("SELECT seq, record FROM operations WHERE execution = ? ORDER BY seq", (number,))
        operations = [(seq, load_record(Operation, text).seq) for seq, text in found]
        if any(seq != told for seq, told in operations) or len(operations) != head.operations:
            wrong.append(f"{arn}: has {len(operations)} operations, its head counts {head.operations}")
        events = read_events(connection, arn, -1, None, False)
        if [event.event_id for event in events] != list(range(1, head.events + 1)):
            wrong.append(f"{arn}: its events are not numbered from 1 to {head.events}")
    yield from wrong


@contextlib.contextmanager
def _told(subject: str) -> Iterator[list[str]]:
    """Sentences about a subject; one that cannot be read is one of them."""
    wrong: list[str] = []
    try:
        yield wrong
    except UnreadableRecordError as error:
        wrong.append(f"{subject}: {error}")
