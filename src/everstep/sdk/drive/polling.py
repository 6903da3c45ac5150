"""When it is worth asking the service for news of what is parked, while something else still runs."""

import time
from collections.abc import Iterable

from everstep.core.model import Millis, OperationId
from everstep.sdk.replay.journal import Journal

SOONEST_SECONDS = 0.05
"""After a due moment: clocks differ a little."""
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 10.0


class Interval:
    """Owns the plan: ask at the earliest known due moment, and where none is known at ever longer intervals."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._seconds = FIRST_SECONDS
        self._next: float | None = None
        """On the monotonic clock; None while nothing is planned."""

    def awaits(self, operation_id: OperationId) -> bool:
        """The operation's script has parked. Whether the plan became earlier."""
        moment = time.monotonic() + self._until(self._due_at(operation_id))
        if self._next is not None and self._next <= moment:
            return False
        self._next = moment
        return True

    def seconds(self) -> float | None:
        """Until the next question; None while none is planned."""
        return None if self._next is None else self._next - time.monotonic()

    def rang(self, parked: Iterable[OperationId]) -> None:
        """The question is asked; plan the next one, if anything is still parked."""
        dues = [self._due_at(operation_id) for operation_id in parked]
        self._seconds = min(self._seconds * 2, LONGEST_SECONDS)
        known = [due for due in dues if due is not None]
        self._next = time.monotonic() + self._until(min(known, default=None)) if dues else None

    def hasten(self) -> None:
        """There was news, so there may be more soon."""
        self._seconds = FIRST_SECONDS

    def _due_at(self, operation_id: OperationId) -> Millis | None:
        known = self._journal.get(operation_id)
        return (known.due_at or known.wait_ends_at) if known is not None else None

    def _until(self, due_at: Millis | None) -> float:
        if due_at is None:
            return self._seconds
        return min(max(due_at / 1000 - time.time(), SOONEST_SECONDS), LONGEST_SECONDS)
