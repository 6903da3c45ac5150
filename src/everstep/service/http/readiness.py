"""Whether the service should be sent work: its store takes changes, and it is not about to stop.

What a former process left is taken up before the first answer, so whoever gets one need not ask about that.
"""

import asyncio

from everstep.service.ports import Store, StoreError
from everstep.service.service import Service

PROBE = "probe/readiness"
"""An effect that never is: to drop it goes the way of every change, and changes nothing."""
PROBE_SECONDS = 2.0


class Readiness:
    """Owns whether the service stops."""

    def __init__(self, service: Service, store: Store) -> None:
        self._service = service
        self._store = store
        self.is_draining = False

    async def trouble(self) -> str | None:
        """Why it should be sent no work; None when it should."""
        if self.is_draining:
            return "the service is stopping"
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._store.drop(PROBE)
        except TimeoutError:
            return f"the store has taken no change for {PROBE_SECONDS:g} seconds"
        except StoreError as error:
            return f"the store refuses: {error}"
        if self._service.refused_by_store is not None:
            return f"the store refused the last change: {self._service.refused_by_store}"
        return None
