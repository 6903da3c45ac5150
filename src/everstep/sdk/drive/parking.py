"""Who waits for what in an event loop, and when it is worth asking for news of it."""

import asyncio
import time
from collections.abc import Callable, Iterable

from everstep.core.model import Operation, OperationId
from everstep.sdk.replay.journal import Journal

POLL_SECONDS = (0.05, 1.0, 10.0)
"""While something runs, news of parked operations is asked for: soonest after a due moment, first and longest
interval where no moment is known."""


class Parking:
    """Owns the futures of parked scripts, by operation."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._parked: dict[OperationId, list[asyncio.Future[None]]] = {}

    def __len__(self) -> int:
        return len(self._parked)

    def park(self, operation_id: OperationId) -> asyncio.Future[None]:
        """A future that is done when the operation has moved."""
        moved: asyncio.Future[None] = self._loop.create_future()
        self._parked.setdefault(operation_id, []).append(moved)
        return moved

    def forget(self, operation_id: OperationId, moved: asyncio.Future[None]) -> None:
        """Nobody waits here any more: the author cancelled it."""
        others = [other for other in self._parked.pop(operation_id, ()) if other is not moved]
        if others:
            self._parked[operation_id] = others

    def release(self, news: Iterable[Operation]) -> bool:
        """Wake those whose operation has moved. Whether there were any."""
        moved = [operation.id for operation in news if not self._journal.is_waiting(operation.id)]
        woken = [future for operation_id in moved for future in self._parked.pop(operation_id, ())]
        for future in woken:
            wake(future)
        return bool(woken)

    def due_in(self) -> float | None:
        """Seconds until the earliest known due moment, perhaps negative; None where no moment is known."""
        known = (self._journal.get(operation_id) for operation_id in self._parked)
        dues = [operation.due_at for operation in known if operation is not None and operation.due_at is not None]
        return min(dues) / 1000 - time.time() if dues else None


class Poll:
    """Owns the timer that asks for news: at the next due moment, or at ever longer intervals."""

    def __init__(self, parking: Parking, ask: Callable[[], None]) -> None:
        self._parking = parking
        self._ask = ask
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._interval = POLL_SECONDS[1]

    def schedule(self) -> None:
        """Set the timer anew; somebody has parked."""
        self.stop()
        self._timer = self._loop.call_later(self._seconds(), self._ring)

    def hasten(self) -> None:
        """There was news, so there may be more soon."""
        self._interval = POLL_SECONDS[1]

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _seconds(self) -> float:
        soonest, _, longest = POLL_SECONDS
        due_in = self._parking.due_in()
        return self._interval if due_in is None else min(max(due_in, soonest), longest)

    def _ring(self) -> None:
        self._timer = None
        if len(self._parking):
            self._interval = min(self._interval * 2, POLL_SECONDS[2])
            self._ask()
            self.schedule()


def wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
