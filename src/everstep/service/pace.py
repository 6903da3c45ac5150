"""How fast time passes while everything waits.

    something runs            1 s of the world is 1 s: nobody's work gets shorter
    everything waits          1 s of waiting takes `scale` s of the world; with scale 0 it is skipped

So histories show the durations that the functions asked for, and a function is never late because time was hurried.
Only the moments of waiting shrink: waits, delays before retries, the time that callbacks and executions are given.

Rule: skipping never ends what may end by itself. An execution's timeout is not skipped to, and a callback's only
after the outside has had `ANSWER_SECONDS` of the world to answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from everstep.core.machine.state import Execution
from everstep.core.model import ExecutionStatus, Kind, Millis
from everstep.service.ports import Clock

ANSWER_SECONDS = 5.0


class PacedClock:
    """A clock that shows the world's time while something runs, and paced time while everything waits."""

    def __init__(self, clock: Clock, scale: float, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        assert scale >= 0, scale
        self._clock = clock
        self._scale = scale
        self._answer_seconds = answer_seconds
        self._read = self._shown = self._rested_since = clock.now()
        self._is_resting = True
        self._listeners: list[Callable[[], None]] = []

    def may_skip(self) -> bool:
        """Whether everything waits, and nothing should be waited for."""
        return self._scale == 0 and self._is_resting

    def now(self) -> Millis:
        return Millis(self._shown + round((self._clock.now() - self._read) / self._factor))

    def seconds_until(self, moment: Millis) -> float:
        """How long the world takes until this clock shows the moment, if nothing changes."""
        return (moment - self.now()) / 1000 * self._factor

    def rest(self, is_resting: bool) -> None:
        """From now on everything waits, or something runs."""
        if is_resting != self._is_resting:
            self._set(self.now())
            self._is_resting = is_resting
            self._rested_since = self._read
            for listener in self._listeners:
                listener()

    def skip(self, skip: "Skip") -> float:
        """Jump forward, never back, unless the outside has time left to answer; that time, in seconds, else 0."""
        rested = (self._clock.now() - self._rested_since) / 1000
        left = self._answer_seconds - rested if skip.is_asked else 0.0
        if left <= 0:
            self._set(max(self.now(), skip.moment))
        return max(left, 0.0)

    def listen(self, listener: Callable[[], None]) -> None:
        """Be told whenever the pace changes."""
        self._listeners.append(listener)

    @property
    def _factor(self) -> float:
        return self._scale if self._is_resting and self._scale else 1.0

    def _set(self, shown: Millis) -> None:
        self._read, self._shown = self._clock.now(), shown


@dataclass(frozen=True, slots=True, order=True)
class Skip:
    """A moment that may be skipped to."""

    moment: Millis
    is_asked: bool
    """Whether a callback gives up then, which the outside may still answer."""


def next_skip(executions: Iterable[Execution]) -> Skip | None:
    """The next moment at which time changes one of them, other than by the end of its own patience."""
    return min((skip for execution in executions if (skip := _skip(execution)) is not None), default=None)


def _skip(execution: Execution) -> Skip | None:
    if execution.head.status is not ExecutionStatus.RUNNING:
        return None
    moments = (execution.head.invoke_at, execution.operations.next_due())
    moment = min((moment for moment in moments if moment is not None), default=None)
    if moment is None:
        return None
    is_asked = any(o.kind is Kind.CALLBACK and o.due_at == moment for o in execution.operations)
    return Skip(moment, is_asked)
