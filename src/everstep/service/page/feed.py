"""Changes as they come, for whoever watches.

    note --> the last 10,000 notes <-- each watcher, at its own pace

A watcher has no queue: it knows the number up to which it has seen, and reads on from there. One that falls behind
further than the notes reach is told to load everything again. So watching costs the service nothing that grows, however
slow a watcher is.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from everstep.core.machine.delta import Delta
from everstep.core.model import Arn, ExecutionStatus, Millis

NOTES_MAX = 10_000
COALESCE_SECONDS = 0.05
"""Changes that come within this time are told as one."""
ALIVE_SECONDS = 15.0
"""A connection on which nothing is said for longer may be cut by something on its way."""


class NoteKind(StrEnum):
    CHANGE = "change"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that happened to an execution."""

    kind: NoteKind
    arn: Arn
    status: ExecutionStatus | None = None
    at: Millis | None = None
    events: int = 0
    operations: int = 0
    number: int = 0
    """LOG: of its last line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a watcher is told at once."""

    id: str
    """After which the stream goes on when it is asked for again."""
    notes: tuple[Note, ...] = ()
    """The newest one of each execution and kind; empty: still alive."""
    is_reset: bool = False
    """Notes were lost before these."""


class Feed:
    """Owns the notes. Belongs to one event loop."""

    def __init__(self, stream: str, notes_max: int = NOTES_MAX) -> None:
        self.stream = stream
        """Another one with each start of the service, so that nobody goes on in a stream that is over."""
        self._notes: deque[Note] = deque(maxlen=notes_max)
        self._count = 0
        self._watchers: set[asyncio.Event] = set()
        self._is_closed = False

    def note(self, delta: Delta) -> None:
        """A change is durable."""
        head = delta.head
        self.tell(
            Note(
                kind=NoteKind.CHANGE,
                arn=delta.arn,
                status=head.status,
                at=head.changed_at,
                events=head.events,
                operations=head.operations,
            )
        )

    def tell(self, note: Note) -> None:
        self._count += 1
        self._notes.append(note)
        for watcher in self._watchers:
            watcher.set()

    def close(self) -> None:
        """Every watcher's stream ends."""
        self._is_closed = True
        for watcher in self._watchers:
            watcher.set()

    async def watch(self, after: str | None = None, arn: Arn | None = None) -> AsyncIterator[News]:
        """News from now on, or from `after` on; of all executions, or of one. Ends with the service."""
        seen = self._place(after) if after is not None else self._count
        awake = asyncio.Event()
        self._watchers.add(awake)
        try:
            yield News(id=self._id(self._count if seen is None else seen), is_reset=seen is None)
            seen = self._count if seen is None else seen
            while not self._is_closed:
                if seen == self._count:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(ALIVE_SECONDS):  # `wait_for` of 3.11 may swallow a cancellation
                            await awake.wait()
                    await asyncio.sleep(COALESCE_SECONDS)
                awake.clear()
                is_reset, notes = self._since(seen, arn)
                seen = self._count
                yield News(id=self._id(seen), notes=notes, is_reset=is_reset)
        finally:
            self._watchers.discard(awake)

    def _since(self, seen: int, arn: Arn | None) -> tuple[bool, tuple[Note, ...]]:
        missing = self._count - seen
        if missing > len(self._notes):
            return True, ()
        newest = islice(self._notes, len(self._notes) - missing, None)
        latest = {(note.arn, note.kind): note for note in newest if arn in (None, note.arn)}
        return False, tuple(latest.values())

    def _id(self, number: int) -> str:
        return f"{self.stream}-{number}"

    def _place(self, after: str) -> int | None:
        """The number that an id stands for; None for one from which the stream cannot go on."""
        stream, _, number = after.rpartition("-")
        if stream != self.stream or not (number.isascii() and number.isdigit() and len(number) < 16):
            return None
        place = int(number)
        return place if self._count - len(self._notes) <= place <= self._count else None
