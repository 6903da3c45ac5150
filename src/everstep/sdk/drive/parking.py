"""Who waits for what in an event loop, and when it is worth asking for news of it."""

import asyncio
from collections.abc import Callable, Iterable

from everstep.core.model import Operation, OperationId
from everstep.sdk.drive.polling import Interval
from everstep.sdk.replay.journal import Journal


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

    def operations(self) -> Iterable[OperationId]:
        """What somebody is parked at."""
        return self._parked


class Poll:
    """Owns the timer that asks for news."""

    def __init__(self, parking: Parking, interval: Interval, ask: Callable[[], None]) -> None:
        self._parking = parking
        self._interval = interval
        self._ask = ask
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def schedule(self, operation_id: OperationId) -> None:
        """A script has parked at this operation."""
        if self._interval.awaits(operation_id):
            self._set()

    def hasten(self) -> None:
        """There was news, so there may be more soon."""
        self._interval.hasten()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self) -> None:
        self.stop()
        seconds = self._interval.seconds()
        if seconds is not None:
            self._timer = self._loop.call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if len(self._parking):
            self._ask()
        self._interval.rang(self._parking.operations())
        self._set()


def wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
