"""Watches the time: a timer is a saved due moment and a query, never a callback held in memory."""

import asyncio
import logging
from contextlib import suppress

from everstep.core.machine.delta import Delta
from everstep.core.machine.state import Execution
from everstep.core.model import Arn, Millis
from everstep.core.refusal import Refused
from everstep.service.pace import PacedClock, next_skip
from everstep.service.ports import Clock, Store, StoreError
from everstep.service.service import Service

logger = logging.getLogger(__name__)

DUE_AT_ONCE_MAX = 256
SLEEP_SECONDS_MAX = 60.0
"""A clock that was set forward is noticed after this long at the latest."""
RETRY_SECONDS = 1.0
_FAR = Millis(2**62)


async def tick(service: Service, arn: Arn) -> None:
    """Let time act on one execution."""
    try:
        await service.tick(arn)
    except Refused as refused:
        logger.warning("time could not act on %s: %s", arn, refused)


class Timers:
    """The loop that wakes when the earliest due moment has come."""

    def __init__(self, service: Service, store: Store, clock: Clock) -> None:
        self._service = service
        self._store = store
        self._clock = clock
        self._pace = clock if isinstance(clock, PacedClock) else None
        self._earlier = asyncio.Event()
        self._awaited: Millis | None = None
        service.listen(self.note)
        if self._pace is not None:
            self._pace.listen(self._earlier.set)

    def note(self, delta: Delta) -> None:
        """A change is durable: perhaps its due moment comes before the one that is waited for."""
        if delta.due_at is not None and (self._awaited is None or delta.due_at < self._awaited):
            self._earlier.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                # Until it is known what to wait for, every moment may be the next one.
                self._awaited = None
                self._earlier.clear()
                due = await self._store.due(self._clock.now(), DUE_AT_ONCE_MAX)
                # Side by side, so that the store can commit them as one group.
                await asyncio.gather(*(tick(self._service, arn) for arn in due))
                if len(due) < DUE_AT_ONCE_MAX:
                    await self._sleep(await self._store.next_due(), await self._skip_seconds())
            except StoreError as error:
                logger.error("the store refuses, trying again: %s", error, extra={"event": "store_trouble"})
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                logger.exception("time could not act on an execution; it goes on for the others")
                await asyncio.sleep(RETRY_SECONDS)

    async def _skip_seconds(self) -> float:
        """Skip what may be skipped; the seconds after which to look again."""
        if self._pace is None or not self._pace.may_skip():
            return SLEEP_SECONDS_MAX
        skip = next_skip(await self._open())
        # Asked after the last await: what was begun meanwhile must not find itself in the future.
        if skip is None or not self._pace.may_skip() or self._service.is_writing or self._earlier.is_set():
            return SLEEP_SECONDS_MAX
        return self._pace.skip(skip)

    async def _open(self) -> list[Execution]:
        """The executions that time may change before it makes the service forget them."""
        found = []
        for arn in await self._store.due(_FAR, DUE_AT_ONCE_MAX):
            with suppress(Refused):  # forgotten since
                if not (await self._service.get(arn)).head.status.is_closed:
                    found.append(await self._service.look(arn))
        return found

    async def _sleep(self, due: Millis | None, seconds_max: float) -> None:
        self._awaited = due
        seconds = seconds_max
        if due is not None:
            left = (due - self._clock.now()) / 1000 if self._pace is None else self._pace.seconds_until(due)
            seconds = min(max(left, 0.001), seconds_max)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # Python 3.11's wait_for may swallow the cancellation that ends `run`
                await self._earlier.wait()
