"""Rooms: the code of one context while it runs, and the operations whose outcomes it was not told yet."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from everstep.core.model import Millis

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Room:
    """Owns what its code waits for."""

    parent: "Room | None" = None
    """The room that it was entered from."""
    asked: "set[Asked[Any]]" = field(default_factory=set)
    wait: Callable[[int], asyncio.Future[None]] | None = None
    """Begins a durable wait of so many seconds that takes no place among the author's operations."""
    tasks: int = 0
    """Tasks of the author's own that have not ended."""

    @property
    def is_crowded(self) -> bool:
        """Whether there may be a race, here or around."""
        room: Room | None = self
        while room is not None:
            if len(room.asked) > 1 or room.tasks:
                return True
            room = room.parent
        return False

    def begin(self, task: asyncio.Task[Any]) -> None:
        """The author made a task."""
        self.tasks += 1
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[Any]) -> None:
        self.tasks -= 1

    def leave(self) -> None:
        """Nobody waits here any more."""
        for asked in tuple(self.asked):
            asked.future.cancel()


ROOM: ContextVar[Room | None] = ContextVar("everstep_room", default=None)
"""The innermost room whose code is running; None in the handler's own."""


class Asked(Generic[T]):
    """One operation that an author has asked for."""

    def __init__(self, room: Room, number: int, future: asyncio.Future[T], moment: Callable[[], Millis | None]) -> None:
        self.room = room
        self.number = number
        """In the order of asking."""
        self.future = future
        self.moment = moment
        """When it ended; None for what leaves no record of its end."""
        self.tell: Callable[[], None] | None = None
        """Tells the outcome, once it is known."""
        self.turn: asyncio.Future[None] | None = None
        """What it waits for before it does anything new, if it does."""
        self.task: asyncio.Task[T] | None = None
        """What works for it, if anything has to."""
        room.asked.add(self)
        future.add_done_callback(self._done)

    def release(self) -> None:
        """Tell the outcome, if somebody still waits for it."""
        assert self.tell is not None, self.number
        self.room.asked.discard(self)
        if not self.future.done():
            self.tell()

    def _done(self, future: asyncio.Future[T]) -> None:
        self.room.asked.discard(self)
        if not future.cancelled():
            future.exception()  # so that asyncio does not complain of one that nobody awaits
        elif self.task is not None:
            self.task.cancel()
