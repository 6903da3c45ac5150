"""Time, ids, chance and running code in a world that we own: nothing here waits, and nothing depends on chance."""

import random
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from everstep.core.model import Millis
from everstep.service.world import RealClock

T = TypeVar("T")

EPOCH = Millis(1_767_225_600_000)
"""2026-01-01T00:00:00Z: where virtual time begins, so that histories of tests are the same every day."""


class MovableClock(Protocol):
    """A clock that can be brought to a moment."""

    def now(self) -> Millis: ...

    def advance_to(self, moment: Millis) -> None:
        """Come back at this moment, or earlier when the clock is rung."""
        ...

    def ring(self) -> None:
        """Something happened that whoever waits for a moment wants to know."""
        ...


class VirtualClock:
    """Stands still until somebody moves it."""

    def __init__(self, start: Millis = EPOCH) -> None:
        self._now = start

    def now(self) -> Millis:
        return self._now

    def advance_to(self, moment: Millis) -> None:
        """Jump forward; never back."""
        self._now = max(self._now, moment)

    def ring(self) -> None:
        """Nobody ever waits here."""


class WaitingClock(RealClock):
    """The time of the real world; to come to a moment is to wait for it."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def advance_to(self, moment: Millis) -> None:
        self._rung.wait(max(0, moment - self.now()) / 1000)
        self._rung.clear()

    def ring(self) -> None:
        self._rung.set()


class CountingIds:
    """Ids in order of asking: `id-1`, `id-2` …; with a seed other ones."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._prefix = f"id-{seed}" if seed else "id"

    def new(self) -> str:
        with self._lock:
            self._count += 1
            return f"{self._prefix}-{self._count}"


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, the chance that jitter is made of is the same every time; afterwards it is as it was."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


class Hand:
    """Runs coroutines that never wait, by hand: no event loop, no other thread, and one at a time.

    The service's logic over a store in memory is of that sort. A coroutine that does wait is a mistake of ours.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        with self._lock:
            try:
                coroutine.send(None)
            except StopIteration as finished:
                value: T = finished.value
                return value
            finally:
                coroutine.close()
        raise AssertionError(f"{coroutine} waits for something, but nothing here can make it go on")

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Inside, others may run coroutines; for the holder of the hand while a function of the author's runs.

        It may run in another thread, as `async def` handlers do when the test has an event loop of its own.
        """
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
