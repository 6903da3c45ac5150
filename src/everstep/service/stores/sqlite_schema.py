"""The file of a SQLite store: whose it is, which format it has, and how an older one is brought forward.

A file that is not ours is recognised by the first bytes of its header, read as bytes: letting SQLite look would
already replay its journal or write side files. Ours carry an application id; `user_version` is the number of the
last migration that was applied. Migrations only go forward, one transaction each.
"""

import contextlib
import os
import sqlite3
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

Synchronous: TypeAlias = Literal["OFF", "NORMAL", "FULL", "EXTRA"]
"""How far a commit reaches before it is acknowledged; FULL survives a power cut, NORMAL a crash of the program."""

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100


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
    try:
        _judge(path, _header(path))
        lock = FileLock.take(path.with_name(f"{path.name}.lock"))
    except HeldError as error:
        raise StoreError(
            f"{path} is in use by {error.owner}: stop that service first, or choose another store file"
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used as a store file ({error.strerror or error}): check the path and its permissions"
        ) from error
    with contextlib.ExitStack() as undo:
        undo.callback(lock.release)
        try:
            writer = undo.enter_context(contextlib.closing(_connect(path)))
            _migrate(path, writer)
            _tune(path, writer, synchronous)
            reader = undo.enter_context(contextlib.closing(_connect(path)))
            reader.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise StoreError(
                f"{path} cannot be opened as a store ({error}): restore it from a copy, or choose another store file"
            ) from error
        undo.pop_all()
    return Database(path=path, writer=writer, reader=reader, lock=lock)


def _header(path: Path) -> bytes:
    """The first bytes of the file; empty for a file that is empty or not there yet."""
    if not path.parent.is_dir():
        raise StoreError(f"{path} cannot be made: there is no folder {path.parent}, make it first")
    if not path.exists():
        return b""
    if not path.is_file():  # Reading a pipe would wait for ever.
        raise StoreError(f"{path} is not a file: choose another store file")
    with path.open("rb") as file:
        return file.read(_HEADER_BYTES)


def _judge(path: Path, header: bytes) -> None:
    """Raise StoreError unless a file that begins like this is ours to use."""
    if not header:
        return
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise StoreError(f"{path} is not a SQLite database: choose another store file, or move this one away")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StoreError(f"{path} is a SQLite database of another program: choose another store file")
    _judge_format(path, int.from_bytes(header[60:64], "big"))


def _judge_format(path: Path, version: int) -> None:
    newest = len(_migrations())
    if version > newest:
        raise StoreError(
            f"{path} was written by a newer everstep (format {version}, this one knows up to {newest}): "
            "upgrade everstep, or choose another store file"
        )


def _connect(path: Path) -> sqlite3.Connection:
    """A connection without transactions of its own making, which may move between threads (one uses it at a time)."""
    return sqlite3.connect(os.fspath(path), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _migrate(path: Path, connection: sqlite3.Connection) -> None:
    # The header may lag behind a log that was not yet put back, so the format is judged again by SQLite's own eyes.
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    _judge_format(path, version)
    for number, script in enumerate(_migrations()[version:], start=version + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{script}\n"
                f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {number};\nCOMMIT;"
            )
        except sqlite3.Error:
            connection.rollback()
            raise


def _migrations() -> list[str]:
    """The scripts in order; the name of each begins with its number, from 0001 without gaps."""
    folder = resources.files("everstep.service.stores") / "migrations" / "sqlite"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [file.read_text(encoding="utf-8") for file in files]


def _tune(path: Path, connection: sqlite3.Connection, synchronous: Synchronous) -> None:
    mode: str = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise StoreError(f"{path} is on a file system without shared memory for SQLite: choose a local disk")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    if synchronous in {"FULL", "EXTRA"}:
        # macOS acknowledges a plain fsync before the disk has written anything.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
