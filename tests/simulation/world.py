"""A world in which everything goes wrong that may: it owns time, chance, and who runs next.

    turn: one strand of a function, or a few handles of the service's loop, or whatever is on the agenda
          `- nothing of these: time jumps to the next moment

One number makes all of it, so a run can be played again to the last turn; `trace` is its fingerprint.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from random import Random
from typing import Protocol

from everstep.core.model import Millis
from everstep.testing.virtual import EPOCH
from tests.invariants.record import AnyCall, Deed, Span
from tests.simulation.baton import Baton
from tests.simulation.loop import HandLoop
from tests.simulation.points import Coverage, Fault

HANDLES_MAX = 24
"""Of the service's loop, in one turn: enough to get on, few enough to be overtaken anywhere."""
CALM_HANDLES = 200
NOTICED_AFTER_MS = 62_000
"""A clock that was moved is noticed by the service's timers after this long at the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How likely each accident is, whenever it could happen; drawn anew for every run."""

    service_dies: float
    """At each of its points."""
    worker_dies: float
    """At each of its points."""
    network: float
    """Each way in which a message can go wrong."""
    disk: float
    """A write that is refused."""
    overtakes: float
    """A thread that lets another one go first."""
    repeats: float
    """An effect that is performed again, an invocation of which sight is lost."""
    orders: float
    """Somebody stops, pauses, resumes or deletes, at each opportunity."""
    clock: float
    """The clock is moved, at each opportunity."""

    @classmethod
    def drawn(cls, fate: Random) -> "Odds":
        worse = fate.choice([0.3, 1, 1, 3])
        return cls(
            service_dies=0.008 * worse,
            worker_dies=0.01 * worse,
            network=0.02 * worse,
            disk=0.01 * worse,
            overtakes=0.2,
            repeats=0.03 * worse,
            orders=fate.choice([0, 0, 0.04]),
            clock=fate.choice([0, 0, 0.012]),
        )


class Server(Protocol):
    """The incarnation of the service that is there now."""

    @property
    def loop(self) -> HandLoop: ...


class World:
    """Owns what is above."""

    def __init__(self, seed: int) -> None:
        self.fate = Random(seed)
        self.odds = Odds.drawn(self.fate)
        self.is_calm = False
        """Faults have stopped."""
        self.now = EPOCH
        self.coverage = Coverage()
        self.calls: list[AnyCall] = []
        self.deeds: list[Deed] = []
        self.troubles: list[Span] = []
        self.skew_ms_max = 0
        self.turns = 0
        self.server: Server | None = None
        self.baton = Baton(lambda: self.goes_wrong(Fault.BRANCH_OVERTAKEN, self.odds.overtakes))
        self._offset = 0
        self._ids = count(1)
        self._agenda: list[tuple[int, int, str, Callable[[], object]]] = []
        self._order = count()
        self._trace = blake2b(digest_size=8)

    # ------------------------------------------------------------------ clock and ids, as the service has them
    def clock(self) -> Millis:
        """What clocks on the wall show."""
        return Millis(self.now + self._offset)

    def new_id(self) -> str:
        return f"id-{next(self._ids)}"

    def move_clock(self, by_ms: int) -> None:
        """Somebody sets the clock."""
        before = self.clock()
        self._offset += by_ms
        self.skew_ms_max += max(0, -by_ms)
        self.troubles.append(Span(begin=min(before, self.clock()), end=max(before, self.clock()) + NOTICED_AFTER_MS))

    # ------------------------------------------------------------------ chance
    def happens(self, odds: float) -> bool:
        return not self.is_calm and odds > 0 and self.fate.random() < odds

    def goes_wrong(self, fault: Fault, odds: float) -> bool:
        """Whether this accident happens here; it is counted."""
        if not self.happens(odds):
            return False
        self.coverage.faults[fault] += 1
        return True

    def dies_at(self, point: str, odds: float) -> bool:
        """Whether a process dies at this labelled point."""
        self.coverage.reached[point] += 1
        if not self.happens(odds):
            return False
        self.coverage.died_at[point] += 1
        return True

    # ------------------------------------------------------------------ going on
    def later(self, delay_ms: int, what: str, act: Callable[[], object]) -> None:
        heapq.heappush(self._agenda, (self.now + delay_ms, next(self._order), what, act))

    def turn(self) -> bool:
        """Something happens. False: nothing can ever happen again."""
        self.turns += 1
        strands = self.baton.ready()
        loop = self.server.loop if self.server is not None else None
        has_work = loop is not None and loop.is_ready
        is_due = bool(self._agenda) and self._agenda[0][0] <= self.now
        options = len(strands) + has_work + is_due
        if not options:
            return self._pass_time(loop)
        pick = int(self.fate.random() * options)
        if pick < len(strands):
            self._note(strands[pick].name)
            self.baton.pass_to(strands[pick])
        elif has_work and pick == len(strands):
            assert loop is not None
            self._note("service")
            loop.turn(CALM_HANDLES if self.is_calm else 1 + int(self.fate.random() * HANDLES_MAX))
        else:
            _, _, what, act = heapq.heappop(self._agenda)
            self._note(what)
            act()
        self.now = Millis(self.now + (self.turns & 3 == 0))
        return True

    def _pass_time(self, loop: HandLoop | None) -> bool:
        moments = [self._agenda[0][0]] if self._agenda else []
        if loop is not None and loop.due_at is not None:
            moments.append(loop.due_at)
        if not moments:
            return False
        self.now = Millis(max(self.now, min(moments)))
        return True

    # ------------------------------------------------------------------ the fingerprint
    def _note(self, what: str) -> None:
        self._trace.update(f"{self.now} {what}\n".encode())

    @property
    def trace(self) -> str:
        return self._trace.hexdigest()
