"""What a disk may hold after a power cut, by the strictest reading of the rules.

What was fsynced is there. Of what was written since, every sector may be there or not, or be garbage; the last write
may have got half way; and a file that was made, cut or deleted may be as before, because a folder has to be synced
as well. Nothing else is promised, and nothing else is given here.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

from tests.disk.faulty import Done, What

SECTOR_BYTES = 512


class Loss(StrEnum):
    """What became of everything that was not synced."""

    ALL = "all of it is lost"
    NONE = "none of it is lost"
    TORN = "the last write is torn"
    SECTORS = "some sectors of it are lost"
    GARBAGE = "some sectors of it are garbage"


@dataclass(slots=True)
class _File:
    synced: bytes = b""
    """What a power cut cannot take."""
    pending: list[Done] = field(default_factory=list)
    """What was done since, in its order."""


@dataclass(slots=True)
class Disk:
    """The files of one folder; changed by `do` alone."""

    files: dict[str, _File] = field(default_factory=dict)
    durable: dict[str, _File] = field(default_factory=dict)
    """What the folder itself holds since it was synced last."""

    def do(self, done: Done) -> None:
        match done.what:
            case What.WRITE | What.TRUNCATE:
                self.files.setdefault(done.path, _File()).pending.append(done)
            case What.UNLINK:
                self.files.pop(done.path, None)
            case What.SYNC if done.path in self.files:
                file = self.files[done.path]
                file.synced = _applied(file.synced, file.pending)
                file.pending = []
            case What.SYNC:
                self.durable = dict(self.files)

    def after_power_cut(self, loss: Loss, chance: Random) -> dict[str, bytes]:
        """The files that there are when the power is back."""
        keeps_folder = loss is Loss.NONE or (loss is not Loss.ALL and chance.random() < 0.5)
        files = self.files if keeps_folder else self.durable
        return {path: _applied(file.synced, _left(file.pending, loss, chance)) for path, file in files.items()}


def disks(trace: list[Done]) -> Iterator[tuple[Done, Disk]]:
    """The disk after each operation. It goes on to change."""
    disk = Disk()
    for done in trace:
        disk.do(done)
        yield done, disk


def put_into(folder: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (folder / Path(path).name).write_bytes(content)


def frozen(disk: Disk) -> Disk:
    return deepcopy(disk)


def _applied(content: bytes, pending: list[Done]) -> bytes:
    image = bytearray(content)
    for done in pending:
        if done.what is What.TRUNCATE:
            del image[done.offset :]
            image.extend(bytes(done.offset - len(image)))
            continue
        image.extend(bytes(max(0, done.offset - len(image))))  # a hole
        image[done.offset : done.offset + len(done.data)] = done.data
    return bytes(image)


def _left(pending: list[Done], loss: Loss, chance: Random) -> list[Done]:
    """What of the pending operations reached the disk."""
    match loss:
        case Loss.ALL:
            return []
        case Loss.NONE:
            return pending
        case Loss.TORN:
            return pending[:-1] + [_torn(done, chance) for done in pending[-1:]]
        case Loss.SECTORS:
            return [part for done in pending for part in _sectors(done) if chance.random() < 0.5]
        case Loss.GARBAGE:
            return [_spoilt(part, chance) for done in pending for part in _sectors(done)]


def _torn(done: Done, chance: Random) -> Done:
    if done.what is not What.WRITE:
        return done
    return Done(done.what, done.path, done.offset, done.data[: chance.randrange(len(done.data) + 1)])


def _sectors(done: Done) -> Iterator[Done]:
    """A write, cut at the sectors of the disk."""
    if done.what is not What.WRITE:
        yield done
        return
    at = done.offset
    end = done.offset + len(done.data)
    while at < end:
        until = min(end, at - at % SECTOR_BYTES + SECTOR_BYTES)
        yield Done(done.what, done.path, at, done.data[at - done.offset : until - done.offset])
        at = until


def _spoilt(done: Done, chance: Random) -> Done:
    if done.what is not What.WRITE or chance.random() < 0.7:
        return done
    return Done(done.what, done.path, done.offset, chance.randbytes(len(done.data)))
