"""The threads in which functions run: at most so many, made when they are needed and kept for the next function.

They do not keep the process: Python ends while they work, because what they have not saved is done again.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class WorkerThreads:
    """Owns the threads, and who waits for one. Its methods are called in one event loop."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._made = 0
        self._busy = 0
        self._waiting: set[asyncio.Task[Any]] = set()
        self._is_full = False

    async def run(self, work: Callable[[], T]) -> T:
        """What it returns; it must not raise. Raises CancelledError where nothing more may begin."""
        await self._admit()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            result = work()
            with suppress(RuntimeError):  # the loop is closed: nobody is left to hear it
                loop.call_soon_threadsafe(self._end, done, result)

        self._busy += 1
        self._jobs.put(job)
        if self._made < self._busy:
            self._made += 1
            threading.Thread(target=_work, args=(self._jobs,), name=f"everstep-{self._made}", daemon=True).start()
        return await done

    def fill(self) -> None:
        """Let nothing more begin; what waits for a thread is cancelled."""
        self._is_full = True
        for task in self._waiting:
            task.cancel()

    def close(self) -> None:
        """Let the threads end, each when its work has."""
        self.fill()
        for _ in range(self._made):
            self._jobs.put(None)

    async def _admit(self) -> None:
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        self._waiting.add(task)
        try:
            if self._is_full:
                raise asyncio.CancelledError
            await self._free.acquire()
        finally:
            self._waiting.discard(task)

    def _end(self, done: "asyncio.Future[T]", result: T) -> None:
        self._busy -= 1
        self._free.release()
        if not done.done():
            done.set_result(result)


def _work(jobs: "queue.SimpleQueue[Callable[[], None] | None]") -> None:
    while (job := jobs.get()) is not None:
        job()
