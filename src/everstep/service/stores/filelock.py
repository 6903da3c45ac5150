"""One process at a time: a lock of the operating system on a side file, gone when its process dies.

The side file stays behind on purpose. Whoever deletes a lock file may delete the one that somebody else has just
locked; an empty file next to the database harms nobody.
"""

import os
import sys
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    _BYTE_BEYOND_THE_TEXT = 1 << 30
    """Windows keeps others from reading a locked range; the lock sits where no text ever is."""

    def _lock(file: IO[str]) -> None:
        os.lseek(file.fileno(), _BYTE_BEYOND_THE_TEXT, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        os.lseek(file.fileno(), 0, os.SEEK_SET)
else:
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:  # A platform without locks also has no second process that could be kept out.

        def _lock(file: IO[str]) -> None:
            pass
    else:

        def _lock(file: IO[str]) -> None:
            flock(file.fileno(), LOCK_EX | LOCK_NB)


class HeldError(Exception):
    """Another process (or another part of this one) holds the lock."""

    def __init__(self, path: Path, owner: str) -> None:
        super().__init__(f"{path} is locked by {owner}")
        self.owner = owner
        """Who holds it, in words: `process 4711`, or `another process`."""


class FileLock:
    """A held lock; `release` gives it back."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def take(cls, path: Path) -> "FileLock":
        """Lock the file at once or raise HeldError; OSError when the file cannot be made or locked at all."""
        file = open(path, "a+", encoding="ascii", errors="replace")  # noqa: SIM115 - open for as long as it is locked
        try:
            _lock(file)
        except (BlockingIOError, PermissionError) as error:
            raise HeldError(path, _owner(file)) from error
        except OSError:
            file.close()
            raise
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return cls(file)

    def release(self) -> None:
        self._file.close()


def _owner(file: IO[str]) -> str:
    with file:
        file.seek(0)
        text = file.read(20)
    return f"process {text}" if text.isdigit() else "another process"
