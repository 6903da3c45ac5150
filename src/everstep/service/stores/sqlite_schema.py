"""The file of a SQLite store: whose it is, which format it has, and how an older one is brought forward.

Ours carry an application id; `user_version` is the number of the last migration that was applied. A file that is not
ours, or is newer than this program, is recognised at a glance that leaves no trace. Migrations only go forward, one
transaction each: a process that dies in one leaves the format that it found.

A file is checked before it is used, because a service that runs on a damaged one spreads the damage. The check reads
the whole file, at some 500 MB a second, so larger ones than `CHECKED_AT_START_BYTES_MAX` are left to
`everstep store check`: a restart must not take a minute.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal, TypeAlias

from everstep.service.ports import StoreError
from everstep.service.stores.filelock import FileLock, HeldError

APPLICATION_ID = 0x45565354
"""`EVST` in the header of every file of ours."""
BUSY_SECONDS = 5.0
"""How long to wait for a stranger (a backup, the sqlite3 shell) that locks the file for a moment."""

CHECKED_AT_START_BYTES_MAX = 256 * 1024 * 1024
LOG_BYTES_MAX = 64 * 1024 * 1024
"""To this the write-ahead log is cut once it has been put into the file; a long backup may have let it grow."""

Synchronous: TypeAlias = Literal["OFF", "NORMAL", "FULL", "EXTRA"]
"""How far a commit reaches before it is acknowledged; FULL survives a power cut, NORMAL a crash of the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open file: one connection that writes, one that only reads, and the lock that keeps other services out."""

    path: Path
    writer: sqlite3.Connection
    reader: sqlite3.Connection
    lock: FileLock

    def close(self) -> None:
        """Close the reader first, so that the writer, as the last one, puts the log back into the file."""
        try:
            self.reader.close()
            self.writer.close()
        finally:
            self.lock.release()


def open_database(path: Path, synchronous: Synchronous) -> Database:
    """Open the store at this path, make it if there is none; raises StoreError with one sentence for people."""
    path = path.resolve()  # One file has one lock, whichever link led to it.
    with errors_for_people(path), contextlib.ExitStack() as undo:
        judge(path)
        lock = take_lock(path)
        undo.callback(lock.release)
        writer = undo.enter_context(contextlib.closing(connect(path)))
        if path.stat().st_size <= CHECKED_AT_START_BYTES_MAX:
            _refuse_damage(path, writer)
        migrate(path, writer, migrations())
        _tune(path, writer, synchronous)
        reader = undo.enter_context(contextlib.closing(connect(path)))
        reader.execute("PRAGMA query_only = ON")
        undo.pop_all()
        return Database(path=path, writer=writer, reader=reader, lock=lock)


def take_lock(path: Path) -> FileLock:
    """Keep every other service away from the store at this (resolved) path. Raises HeldError."""
    return FileLock.take(path.with_name(f"{path.name}.lock"))


@contextlib.contextmanager
def errors_for_people(path: Path) -> Iterator[None]:
    try:
        yield
    except HeldError as error:
        raise StoreError(
            f"{path} is in use by {error.owner}: stop that service first, or choose another store file"
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used as a store file ({error.strerror or error}): check the path and its permissions"
        ) from error
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise _not_ours(path) from error
        raise StoreError(
            f"{path} cannot be opened as a store ({error}): restore it from a copy, or choose another store file"
        ) from error


def judge(path: Path) -> None:
    """Raise StoreError unless what is at this path, if anything, is ours to use."""
    if not path.parent.is_dir():
        raise StoreError(f"{path} cannot be made: there is no folder {path.parent}, make it first")
    if not path.exists():
        return
    if not path.is_file():
        raise StoreError(f"{path} is not a file: choose another store file")
    if path.stat().st_size == 0:
        return
    with contextlib.closing(_glance(path)) as glance:
        application: int = glance.execute("PRAGMA application_id").fetchone()[0]
        version: int = glance.execute("PRAGMA user_version").fetchone()[0]
        tables = {name for (name,) in glance.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        columns = {row[1] for row in glance.execute("PRAGMA table_info(executions)")}
    if application != APPLICATION_ID and tables == {"executions"} and "durable_execution_arn" in columns:
        raise StoreError(
            f"{path} was written by the official emulator, whose executions everstep cannot read: "
            "move the file away (everstep then makes its own), or choose another store file"
        )
    # Nothing is left of a file whose very first change was undone.
    if application != APPLICATION_ID and path.stat().st_size > 0:
        raise _not_ours(path)
    _judge_format(path, version, len(migrations()))


def _glance(path: Path) -> sqlite3.Connection:
    """A connection for a look at a file that may be anybody's."""
    # A program died in the middle of a change, perhaps ours in the first one of all. The file alone says nothing before
    # that change is undone, which is what every program that opens it does first.
    if _is_beside(path, "-journal"):
        return connect(path)
    # Or it died while the log was put back into the file, which then makes sense only together with its log.
    if _is_beside(path, "-wal"):
        return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    # Immutable: SQLite takes no lock, replays no journal and writes no side file. Reading the header by hand would do
    # worse than that, because closing any handle of a file drops all POSIX locks that this process has on it.
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)


def _is_beside(path: Path, suffix: str) -> bool:
    side = path.with_name(path.name + suffix)
    return side.exists() and side.stat().st_size > 0


def _not_ours(path: Path) -> StoreError:
    return StoreError(f"{path} is not a store of everstep: choose another store file, or move this one away")


def _judge_format(path: Path, version: int, newest: int) -> None:
    if version > newest:
        raise StoreError(
            f"{path} was written by a newer everstep (format {version}, this one knows up to {newest}): "
            "upgrade everstep, or choose another store file"
        )


def connect(path: Path) -> sqlite3.Connection:
    """A connection without transactions of its own making, which may move between threads (one uses it at a time)."""
    return sqlite3.connect(os.fspath(path), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _refuse_damage(path: Path, connection: sqlite3.Connection) -> None:
    found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(
            f"{path} is damaged ({found.splitlines()[-1]}): keep a copy of it and of {path.name}-wal,"
            f" see all of it with `everstep store check {path}`, and put the newest backup in its place"
        )


def migrate(path: Path, connection: sqlite3.Connection, scripts: Sequence[str]) -> tuple[int, int]:
    """Bring the file forward to the last of the scripts; the formats before and after. Raises StoreError."""
    # The glance saw only the file; a log that was not yet put back into it may know better.
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    _judge_format(path, version, len(scripts))
    for number, script in enumerate(scripts[version:], start=version + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{script}\n"
                f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {number};\nCOMMIT;"
            )
        except sqlite3.Error:
            connection.rollback()
            raise
    return version, len(scripts)


def migrations() -> list[str]:
    """The scripts in order; the name of each begins with its number, from 0001 without gaps."""
    folder = resources.files("everstep.service.stores") / "migrations" / "sqlite"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [file.read_text(encoding="utf-8") for file in files]


def _tune(path: Path, connection: sqlite3.Connection, synchronous: Synchronous) -> None:
    mode: str = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreError(f"{path} is on a file system without shared memory for SQLite: choose a local disk")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES_MAX}")
    if synchronous in {"FULL", "EXTRA"}:
        # macOS acknowledges a plain fsync before the disk has written anything.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
