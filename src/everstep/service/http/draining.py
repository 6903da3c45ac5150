"""The end that SIGTERM asks for: what runs may end, nothing new begins, all else waits in the store.

SIGTERM -> /ready says no -> running functions end, their checkpoints are still answered -> the sockets close
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from everstep.service.dispatch import Dispatcher
from everstep.service.http.readiness import Readiness


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """How far it has come."""

    found: int
    """Effects that were under way: functions that ran, above all."""
    left: int
    """How many of them have not ended."""
    seconds: float
    """How long it took; 0 at the beginning."""
    seconds_max: float


OnDrain: TypeAlias = Callable[[Drained], None]
"""Hears of it twice: at the beginning and at the end."""


class Draining:
    """Drains a service, once."""

    def __init__(self, dispatcher: Dispatcher, readiness: Readiness, seconds_max: float, on_drain: OnDrain) -> None:
        self._dispatcher = dispatcher
        self._readiness = readiness
        self._seconds_max = seconds_max
        self._on_drain = on_drain

    async def run(self) -> None:
        self._readiness.is_draining = True
        found, begun = self._dispatcher.backlog, time.monotonic()
        self._on_drain(Drained(found=found, left=found, seconds=0.0, seconds_max=self._seconds_max))
        left = await self._dispatcher.drain(self._seconds_max)
        took = time.monotonic() - begun
        self._on_drain(Drained(found=found, left=left, seconds=took, seconds_max=self._seconds_max))
