"""An event loop of which somebody else turns the handle: no selector, and time that stands still until it is moved.

The service's own tasks run in it. To kill the service is to turn the handle no more.
"""

import asyncio
import heapq
import inspect
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from itertools import count
from math import ceil
from typing import Any, NoReturn, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class HandLoop(asyncio.AbstractEventLoop):
    """Owns what is ready and what is due. `now` is the world's time in milliseconds; it never goes back."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._ready: deque[asyncio.Handle] = deque()
        self._later: list[tuple[int, int, asyncio.TimerHandle]] = []
        """By millisecond: as seconds, moments of one millisecond would differ by noise."""
        self._order = count()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_dead = False

    # ------------------------------------------------------------------ for the owner of the handle
    @property
    def is_ready(self) -> bool:
        while self._later and (self._later[0][2].cancelled() or self._later[0][0] <= self._now()):
            _, _, handle = heapq.heappop(self._later)
            if not handle.cancelled():
                self._ready.append(handle)
        return bool(self._ready)

    @property
    def due_at(self) -> int | None:
        """When something is due that is not due yet."""
        while self._later and self._later[0][2].cancelled():
            heapq.heappop(self._later)
        return self._later[0][0] if self._later else None

    def turn(self, handles_max: int) -> None:
        """Run up to so many of those that are ready, in their order."""
        events._set_running_loop(self)
        try:
            for _ in range(min(handles_max, len(self._ready))):
                if self._is_dead:
                    return
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            events._set_running_loop(None)

    def die(self) -> None:
        """As a process that is killed: nothing of it runs any more, not even its cleanup."""
        self._is_dead = True
        for task in self._tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio has no public way to say so
            coroutine = task.get_coro()
            if inspect.iscoroutine(coroutine) and inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
                coroutine.close()
        self._ready.clear()
        self._later.clear()

    # ------------------------------------------------------------------ for asyncio
    def time(self) -> float:
        return self._now() / 1000

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        if not self._is_dead:
            self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        if not self._is_dead:
            heapq.heappush(self._later, (ceil(round(when * 1000, 2)), next(self._order), handle))
        return handle

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(self, coro: Coroutine[Any, Any, T], **options: Any) -> "asyncio.Task[T]":  # type: ignore[override]
        task: asyncio.Task[T] = asyncio.Task(coro, loop=self, **options)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is passed over when its time comes."""

    def call_exception_handler(self, context: dict[str, Any]) -> NoReturn:
        raise AssertionError(f"the service let an error out: {context}") from context.get("exception")
