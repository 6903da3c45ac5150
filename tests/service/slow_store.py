"""A store in memory that can be held up or made to refuse at a given place, so that tests decide who comes first."""

import asyncio
from collections.abc import Callable

from everstep.core.machine.delta import Delta
from everstep.core.machine.state import Execution
from everstep.core.model import Arn, Millis
from everstep.service.ports import StoreError, Summary
from everstep.service.stores.memory import MemoryStore


class Gate:
    """Lets everybody through; once it was shut, it holds up the first one who comes, and nobody else."""

    def __init__(self) -> None:
        self._is_shut = False
        self._opened = asyncio.Event()
        self.reached = asyncio.Event()
        """Rings when somebody stands at the shut gate."""

    def shut(self) -> None:
        self._is_shut = True

    def open(self) -> None:
        self._opened.set()

    async def pass_through(self) -> None:
        if self._is_shut:
            self._is_shut = False
            self.reached.set()
            await self._opened.wait()


class SlowStore(MemoryStore):
    """Does its work first and is held up afterwards, as an answer that is long on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.loads, self.summaries, self.commits, self.next_dues = Gate(), Gate(), Gate(), Gate()
        self.refuses: Callable[[Delta], bool] = lambda _: False
        """Whether a delta is refused."""
        self.committed: list[Delta] = []

    async def load(self, arn: Arn) -> Execution | None:
        execution = await super().load(arn)
        await self.loads.pass_through()
        return execution

    async def summary(self, arn: Arn) -> Summary | None:
        summary = await super().summary(arn)
        await self.summaries.pass_through()
        return summary

    async def commit(self, delta: Delta) -> None:
        if self.refuses(delta):
            raise StoreError("the disk is full")
        await super().commit(delta)
        self.committed.append(delta)
        await self.commits.pass_through()

    async def next_due(self) -> Millis | None:
        due = await super().next_due()
        await self.next_dues.pass_through()
        return due


async def let_others_run() -> None:
    """A store in memory never waits, so whatever could happen meanwhile happens within a few turns of the loop."""
    for _ in range(20):
        await asyncio.sleep(0)
