"""Which of the author's own tasks asks for an operation.

Operations are numbered by the order of their calls. Where code splits into tasks (`gather`, `TaskGroup`) there is no
such order: the first run goes as fast as its steps, a replay answers everything that one task asks for before the
next has begun. So each task is a lane that counts for itself, and lanes are numbered as their tasks are made:

    handler  1  2  create_task ~1 --- ~1-1  ~1-2  create_task ~1~1 --- ~1~1-1 ...
                   create_task ~2 --- ~2-1
             3

Tasks made while a body runs (a step's, ours) are nobody's lane.

A lane learns what time it is from the outcomes that it takes: by `await`, or by `result()`, as `gather` does for it.
That an operation has ended proves nothing, because on a replay many have ended that the first run still waited for.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, TypeAlias, TypeVar

from everstep.core.model import Millis
from everstep.sdk.drive.rooms import ROOM
from everstep.sdk.replay.lane import Lane

T = TypeVar("T")

Moment: TypeAlias = Callable[[], Millis | None]
"""When an operation ended; None for what leaves no record of its end."""


def never() -> None:
    """Nobody knows, or nobody shall."""


LANE: ContextVar[Lane | None] = ContextVar("everstep_lane", default=None)


def running() -> Lane | None:
    """The lane that is running."""
    return LANE.get()


@contextmanager
def first_lane() -> Iterator[None]:
    """Inside, the author's code of one context runs."""
    outside = LANE.set(Lane())
    try:
        yield
    finally:
        LANE.reset(outside)


class Told(asyncio.Future[T]):
    """A future that tells the lane which takes its outcome of which moment it is."""

    moment: Moment = staticmethod(never)
    claim: Callable[[], None] = staticmethod(never)
    """Told when it is awaited."""

    def __await__(self) -> Generator[Any, None, T]:
        if not self.done():
            self.claim()
        try:
            return (yield from super().__await__())
        finally:
            self._tell()

    def result(self) -> T:
        try:
            return super().result()
        finally:
            self._tell()

    def _tell(self) -> None:
        lane = LANE.get()
        if lane is not None and self.done() and not self.cancelled():
            lane.see(self.moment())


def promise(loop: asyncio.AbstractEventLoop, moment: Moment) -> Told[Any]:
    """A future without an outcome yet."""
    future: Told[Any] = Told(loop=loop)
    future.moment = moment
    return future


class ToldTask(Told[T], asyncio.Task[T]):
    """The same for what takes time."""


def make_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> "asyncio.Task[Any]":
    """The loop's task factory. A task for which the author brings a context of its own stays in the present lane."""
    lane = LANE.get()
    if lane is None or options.get("context") is not None:
        return asyncio.Task(coroutine, loop=loop, **options)
    forked = lane.fork()
    options["context"] = copy_context()
    options["context"].run(LANE.set, forked)
    task: ToldTask[Any] = ToldTask(coroutine, loop=loop, **options)
    task.moment = lambda: forked.seen
    room = ROOM.get()
    if room is not None:
        room.begin(task)
    return task


def laneless_task(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task of ours, which asks for nothing itself."""
    context = copy_context()
    context.run(LANE.set, None)
    return asyncio.Task(coroutine, loop=loop, context=context)
