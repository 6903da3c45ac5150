"""What an engine and its handles share: the open house, and what they ask of it."""

import asyncio
from collections.abc import Sequence

from everstep.core.events import Event
from everstep.core.machine.commands import Command
from everstep.core.model import Arn, Kind, Status
from everstep.engine.errors import EngineClosedError, refusals_as_errors
from everstep.service.house import House
from everstep.service.ports import Summary

CLOSED = "the engine is closed; open it, as `async with engine:` does"
CLOSED_MEANWHILE = "the engine was closed while somebody waited; the execution goes on when it is opened again"
ELSEWHERE = "the engine was opened in another event loop; ask it there, or use a SyncEngine, which has its own"


class Serving:
    """Owns whether there is a house."""

    def __init__(self) -> None:
        self._house: House | None = None
        self._closing: asyncio.Future[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._house is not None

    @property
    def house(self) -> House:
        """Raises EngineClosedError where it cannot be asked."""
        if self._house is None or self._closing is None:
            raise EngineClosedError(CLOSED)
        if self._closing.get_loop() is not asyncio.get_running_loop():
            raise EngineClosedError(ELSEWHERE)
        return self._house

    def open(self, house: House) -> None:
        self._house = house
        self._closing = asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """Nobody may ask any more, and who waits is told so."""
        self._house = None
        if self._closing is not None:
            self._closing.set_result(None)
            self._closing = None

    async def until_closed(self, arn: Arn) -> Summary:
        """Wait for the end of the execution. Raises NotFoundError, and EngineClosedError when that comes first."""
        house, closing = self.house, self._closing
        assert closing is not None, "there is a house"
        waiting = asyncio.ensure_future(house.service.closed(arn))
        try:
            await asyncio.wait((waiting, closing), return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise EngineClosedError(CLOSED_MEANWHILE)
            with refusals_as_errors():
                return waiting.result()
        finally:
            waiting.cancel()

    async def summary(self, arn: Arn) -> Summary:
        """How the execution stands. Raises NotFoundError."""
        with refusals_as_errors():
            return await self.house.service.get(arn)

    async def act(self, arn: Arn, command: Command) -> None:
        """Raises EngineError for what the service refuses."""
        with refusals_as_errors():
            await self.house.service.submit(arn, command)

    async def open_callback(self, arn: Arn, name: str | None) -> str | None:
        """The id of the oldest callback that waits for its answer, and that has this name or stands in what has it."""
        with refusals_as_errors():
            execution = await self.house.service.look(arn)
        names = {operation.id: operation.name for operation in execution.operations}
        for one in execution.operations:
            if one.kind is Kind.CALLBACK and one.status is Status.STARTED:
                outer = None if one.parent_id is None else names.get(one.parent_id)
                if name is None or name in (one.name, outer):
                    return one.callback_id
        return None

    async def history(self, arn: Arn) -> Sequence[Event]:
        """Every event so far, oldest first. Raises NotFoundError."""
        await self.summary(arn)
        return await self.house.page.events(arn)
