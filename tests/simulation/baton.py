"""Threads that take turns: real ones, of which exactly one runs at a time, and somebody else says which.

A function runs in a strand of its own, and so does each of its branches. A strand runs until it waits, or passes the
baton where a race is possible; then whoever owns the baton chooses the next one. So threads, too, can be played again.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from types import TracebackType

PATIENCE_SECONDS = 60
"""After this long without giving the baton back, a strand hangs in something that is not ours."""


@dataclass(slots=True, eq=False)
class Strand:
    """One course of events. Only its baton changes it."""

    name: str
    work: Callable[[], object] | None
    may_run: threading.Lock = field(default_factory=threading.Lock)
    waits_for: Callable[[], bool] | None = None
    """None while it may run."""
    error: BaseException | None = None


class Baton:
    """Owns the strands. `hesitates` says whether a strand that could go on lets others go first."""

    def __init__(self, hesitates: Callable[[], bool]) -> None:
        self._hesitates = hesitates
        self._strands: list[Strand] = []
        self._idle: deque[Strand] = deque()
        """Threads without work: they cost more to begin than to keep."""
        self._back = threading.Lock()
        self._back.acquire()
        self.running: Strand | None = None
        """Who has the baton; None: the owner."""

    # ------------------------------------------------------------------ for the owner
    def start(self, work: Callable[[], object], name: str) -> None:
        """A new strand, which may run from now on."""
        context = copy_context()
        if self._idle:
            strand = self._idle.popleft()
            strand.name, strand.work = name, lambda: context.run(work)
        else:
            strand = Strand(name=name, work=lambda: context.run(work))
            strand.may_run.acquire()
            threading.Thread(target=self._live, args=(strand,), name="strand", daemon=True).start()
        self._strands.append(strand)

    def ready(self) -> list[Strand]:
        """Those that may run, in a fixed order."""
        for strand in self._strands:
            if strand.waits_for is not None and strand.waits_for():
                strand.waits_for = None
        return [strand for strand in self._strands if strand.waits_for is None]

    @property
    def names(self) -> list[str]:
        """Who has not ended."""
        return [strand.name for strand in self._strands]

    def pass_to(self, strand: Strand) -> None:
        """Let it run until it waits or ends. Raises whatever ended it."""
        self.running = strand
        strand.may_run.release()
        if not self._back.acquire(timeout=PATIENCE_SECONDS):
            raise AssertionError(f"{strand.name} hangs: it waits for something that is not in this world")
        self.running = None
        if strand.error is not None:
            raise strand.error

    def close(self) -> None:
        """End the threads that have no work."""
        while self._idle:
            self._idle.popleft().may_run.release()

    # ------------------------------------------------------------------ for the strand that runs
    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Let others run until this holds."""
        strand = self.running
        assert strand is not None, "only a strand can wait"
        strand.waits_for = is_ready
        self._give_back(strand)

    def hesitate(self) -> None:
        """Perhaps somebody else comes first."""
        if self.running is not None and self._hesitates():
            self._give_back(self.running)

    def condition(self) -> "BatonCondition":
        return BatonCondition(self)

    def _give_back(self, strand: Strand) -> None:
        self._back.release()
        strand.may_run.acquire()

    def _live(self, strand: Strand) -> None:
        strand.may_run.acquire()
        while strand.work is not None:
            try:
                strand.work()
            except BaseException as error:
                strand.error = error
            strand.work = None
            self._strands.remove(strand)
            self._idle.append(strand)
            self._give_back(strand)


class BatonCondition:
    """A `threading.Condition` among strands, reentrant as that one is."""

    def __init__(self, baton: Baton) -> None:
        self._baton = baton
        self._holder: Strand | None = None
        self._depth = 0
        self._bells = 0

    def __enter__(self) -> bool:
        self._baton.hesitate()
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.release()

    def acquire(self) -> bool:
        me = self._baton.running
        while self._holder not in (None, me):
            self._baton.wait_until(lambda: self._holder is None)
        self._holder = me
        self._depth += 1
        return True

    def release(self) -> None:
        assert self._holder is self._baton.running, "released by somebody else"
        self._depth -= 1
        if not self._depth:
            self._holder = None

    def wait(self) -> bool:
        heard, depth = self._bells, self._depth
        self._holder, self._depth = None, 0
        self._baton.wait_until(lambda: self._bells > heard and self._holder is None)
        self._holder, self._depth = self._baton.running, depth
        return True

    def notify_all(self) -> None:
        self._bells += 1
