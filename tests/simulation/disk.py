"""A store on a disk that may lose power: a log of frames with checksums, of which the last may not have arrived.

    append a frame --> (written, not committed) --> sync --> (committed, not replied) --> answer

What is synced survives. What is not may be there, be gone, be cut or be spoilt when the disk is read again; recovery
takes frames from the front as long as their checksums are right, and forgets the rest.
"""

import asyncio
import pickle
import struct
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from everstep.core.machine.delta import Delta
from everstep.core.model import Arn
from everstep.service.ports import NameTakenError, StaleVersionError, StoreError
from everstep.service.stores.memory import MemoryStore
from tests.simulation.points import Fault, Stage, change_of

_HEADER = struct.Struct("<II")

Reach = Callable[[str], Awaitable[None]]
"""A labelled point is reached; whoever dies there does not come back."""


@dataclass(slots=True)
class Disk:
    """Owns the bytes that survive a crash, and the state that they stand for."""

    fate: Random
    store: MemoryStore = field(default_factory=MemoryStore)
    """What the synced frames amount to."""
    tail: Delta | None = None
    """What is written and not synced. It becomes bytes only when somebody has to read it back."""
    frames: int = 0

    def crash(self) -> tuple[Fault | None, list[Delta]]:
        """Power fails, and comes back: what became of the unsynced tail, if there was one, and what it still held."""
        if self.tail is None:
            return None, []
        tail = bytearray(frame_of(pickle.dumps(self.tail)))
        self.tail = None
        fault = self.fate.choice([Fault.TAIL_LOST, Fault.TAIL_TORN, Fault.TAIL_CORRUPTED, Fault.TAIL_KEPT])
        if fault is Fault.TAIL_LOST:
            tail.clear()
        elif fault is Fault.TAIL_TORN:
            del tail[self.fate.randrange(len(tail)) :]
        elif fault is Fault.TAIL_CORRUPTED:
            tail[self.fate.randrange(len(tail))] ^= 1 << self.fate.randrange(8)
        kept: list[Delta] = [pickle.loads(frame) for frame in read_frames(bytes(tail))]
        applied = []
        for delta in kept:
            with suppress(NameTakenError, StaleVersionError):  # it would have been refused, had it come so far
                self.apply(delta)
                applied.append(delta)
        return fault, applied

    def apply(self, delta: Delta) -> None:
        """A frame is safe."""
        coroutine = self.store.commit(delta)
        try:
            coroutine.send(None)
        except StopIteration:
            self.frames += 1


def frame_of(payload: bytes) -> bytes:
    return _HEADER.pack(len(payload), zlib.crc32(payload)) + payload


def read_frames(data: bytes) -> list[bytes]:
    """The payloads up to the first frame that is cut or spoilt."""
    found: list[bytes] = []
    at = 0
    while at + _HEADER.size <= len(data):
        length, checksum = _HEADER.unpack_from(data, at)
        payload = data[at + _HEADER.size : at + _HEADER.size + length]
        if len(payload) != length or zlib.crc32(payload) != checksum or not payload:
            break
        found.append(payload)
        at += _HEADER.size + length
    return found


class DiskStore:
    """A `Store` of one incarnation of the service. It reads what is committed, and writes one frame at a time."""

    def __init__(
        self,
        disk: Disk,
        reach: Reach,
        refuses: Callable[[Delta], Fault | None],
        note: Callable[[Delta], None],
        about_to_write: Callable[[Delta], None],
    ) -> None:
        self._disk = disk
        self._reach = reach
        self._refuses = refuses
        self._note = note
        self._about_to_write = about_to_write
        self._writing = asyncio.Lock()
        kept = disk.store
        self.load, self.summary, self.events, self.list = kept.load, kept.summary, kept.events, kept.list
        self.due, self.next_due, self.effects, self.live = kept.due, kept.next_due, kept.effects, kept.live
        self.close = kept.close

    async def commit(self, delta: Delta) -> None:
        change = change_of(delta)
        async with self._writing:
            self._about_to_write(delta)
            await self._reach(f"{Stage.BEFORE_WRITE}: {change}")
            match self._refuses(delta):
                case Fault.DISK_FULL:
                    raise StoreError("the disk is full")
                case Fault.RACE_LOST:
                    raise StaleVersionError(f"somebody else changed {delta.arn}")
                case _:
                    pass
            self._disk.tail = delta
            await self._reach(f"{Stage.WRITTEN}: {change}")
            self._disk.tail = None
            self._disk.apply(delta)  # may refuse: then the frame is taken back, as a transaction is
            self._note(delta)
            await self._reach(f"{Stage.COMMITTED}: {change}")

    async def forget(self, arn: Arn, version: int) -> None:
        async with self._writing:
            await self._disk.store.forget(arn, version)

    async def drop(self, effect_id: str) -> None:
        async with self._writing:
            await self._disk.store.drop(effect_id)
