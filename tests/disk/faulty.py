"""A bad disk and a wrong clock for a program of ours: faulty.c, preloaded, and the hand that steers it.

    with `Faulty.made(folder)`: every program started with `environment` has its writes to `folder` counted, refused,
    delayed or written down, as the members say at that moment.

It needs a C compiler and Linux. Where there is none, the tests that stand on it are skipped, and say so.
"""

import ctypes
import mmap
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from struct import Struct

SOURCE = Path(__file__).with_name("faulty.c")
ABSENT = "a bad disk needs Linux and a C compiler (cc), which are not here"


def is_possible() -> bool:
    return sys.platform == "linux" and shutil.which("cc") is not None


class Control(ctypes.Structure):
    """The numbers that the preloaded library looks at before each operation; the same as in faulty.c."""

    _fields_ = tuple(
        (name, ctypes.c_int64)
        for name in ("write_errno", "sync_errno", "sync_micros", "clock_millis", "die_at", "operations")
    )
    write_errno: int
    sync_errno: int
    sync_micros: int
    clock_millis: int
    die_at: int
    operations: int


@dataclass(frozen=True)
class Faulty:
    """A bad disk: where it is, and what is wrong with it (`control`, which may be changed at any time)."""

    library: Path
    folder: Path
    """Whose files are on the bad disk."""
    steering: Path
    trace: Path | None

    @classmethod
    def made(cls, folder: Path, aside: Path, *, traced: bool = False) -> "Faulty":
        """Compile the library, with everything it needs in the folder `aside`."""
        library = aside / "faulty.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"], check=True)
        steering = aside / "faulty.control"
        steering.write_bytes(bytes(ctypes.sizeof(Control)))
        return cls(library, folder.resolve(), steering, aside / "faulty.trace" if traced else None)

    @cached_property
    def control(self) -> Control:
        with self.steering.open("r+b") as file:
            return Control.from_buffer(mmap.mmap(file.fileno(), 0))

    @property
    def environment(self) -> dict[str, str]:
        """What a program must be started with."""
        steered = {
            "LD_PRELOAD": str(self.library),
            "EVERSTEP_FAULTY_CONTROL": str(self.steering),
            "EVERSTEP_FAULTY_FOLDER": str(self.folder),
        }
        return steered if self.trace is None else {**steered, "EVERSTEP_FAULTY_TRACE": str(self.trace)}


class What(IntEnum):
    """What was done to a file."""

    WRITE = 1
    SYNC = 2
    TRUNCATE = 3
    UNLINK = 4


@dataclass(frozen=True, slots=True)
class Done:
    """One operation on a file of the disk."""

    what: What
    path: str
    offset: int
    data: bytes


_HEAD = Struct("qqqq")


def read_trace(path: Path) -> Iterator[Done]:
    """What was written down, in its order."""
    content = path.read_bytes()
    at = 0
    while at < len(content):
        what, path_bytes, offset, data_bytes = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        name = os.fsdecode(content[at : at + path_bytes])
        at += path_bytes
        size = data_bytes if what == What.WRITE else 0
        yield Done(What(what), name, offset, content[at : at + size])
        at += size
