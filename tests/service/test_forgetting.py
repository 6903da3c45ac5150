"""Executions are forgotten when their retention is over, or when somebody deletes them; nobody is left waiting."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest

from everstep.core.limits import DAY_MS
from everstep.core.machine.commands import Delete, Stop, Tick
from everstep.core.model import Arn, ExecutionStatus, Millis
from everstep.core.refusal import Code, Refused
from everstep.service.dispatch import Dispatcher, perform
from everstep.service.ports import FunctionConfig, ListQuery
from everstep.service.service import Service, StartCommand, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.timers import Timers
from everstep.service.world import RandomIds
from everstep.testing.virtual import VirtualClock
from tests.service.http.functions import Invoker

SECONDS_MAX = 20
RETENTION_DAYS = 3


class WatchedStore(MemoryStore):
    """Rings when an execution is forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self._bells: defaultdict[Arn, asyncio.Event] = defaultdict(asyncio.Event)

    async def forget(self, arn: Arn, version: int) -> None:
        await super().forget(arn, version)
        self._bells[arn].set()

    async def gone(self, arn: Arn) -> None:
        """Returns when the execution is forgotten."""
        async with asyncio.timeout(SECONDS_MAX):
            await self._bells[arn].wait()


class Functions:
    def find(self, name: str) -> FunctionConfig:
        return FunctionConfig(name=name, retention_days=RETENTION_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    service: Service
    store: WatchedStore
    clock: VirtualClock
    invoker: Invoker
    ids: RandomIds

    def another_service(self) -> Service:
        """One that begins where the first one left the store."""
        store, clock, ids, invoker = self.store, self.clock, self.ids, self.invoker
        return Service(World(store=store, clock=clock, ids=ids, invoker=invoker, functions=Functions()))

    async def ended(self, name: str | None = None) -> Arn:
        """An execution that has ended."""
        started = await self.service.start(StartCommand(function="echo", name=name, input="1"))
        async with asyncio.timeout(SECONDS_MAX):
            await self.service.closed(started.arn)
        return started.arn


@asynccontextmanager
async def a_place(*, timers: bool = True) -> AsyncIterator[Place]:
    store, clock, ids, invoker = WatchedStore(), VirtualClock(), RandomIds(), Invoker()
    service = Service(World(store=store, clock=clock, ids=ids, invoker=invoker, functions=Functions()))
    invoker.service = service
    dispatcher = Dispatcher(service, invoker, ids)
    watching = asyncio.create_task(Timers(service, store, clock).run()) if timers else None
    try:
        yield Place(service=service, store=store, clock=clock, invoker=invoker, ids=ids)
    finally:
        if watching is not None:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
        await dispatcher.close()


def test_an_execution_is_kept_for_its_retention_and_not_longer() -> None:
    async def run() -> None:
        async with a_place(timers=False) as place:
            arn = await place.ended()
            assert await place.store.next_due() == place.clock.now() + RETENTION_DAYS * DAY_MS
            place.clock.advance_to(Millis(place.clock.now() + RETENTION_DAYS * DAY_MS - 1))
            await place.service.tick(arn)
            assert (await place.service.get(arn)).head.status is ExecutionStatus.SUCCEEDED
            place.clock.advance_to(Millis(place.clock.now() + 1))
            await place.service.tick(arn)
            with pytest.raises(Refused) as refused:
                await place.service.get(arn)
            assert refused.value.code is Code.NOT_FOUND
            assert list(await place.store.events(arn, limit=10)) == []
            await place.service.tick(arn)

    asyncio.run(run())


def test_a_deleted_execution_goes_by_itself_and_the_others_stay() -> None:
    async def run() -> None:
        async with a_place() as place:
            kept, gone = await place.ended(), await place.ended()
            await place.service.submit(gone, Delete())
            await place.store.gone(gone)
            assert [item.origin.arn for item in (await place.store.list(ListQuery())).items] == [kept]

    asyncio.run(run())


def test_what_was_to_be_forgotten_while_the_service_was_away_is_forgotten_when_it_comes_back() -> None:
    async def run() -> None:
        async with a_place(timers=False) as place:
            arn = await place.ended()
            await place.service.submit(arn, Delete())
            assert (await place.service.get(arn)).head.status is ExecutionStatus.DELETING
            watching = asyncio.create_task(Timers(place.another_service(), place.store, place.clock).run())
            await place.store.gone(arn)
            watching.cancel()

    asyncio.run(run())


@pytest.mark.parametrize("how", ["deleted", "expired"])
def test_the_name_of_what_is_forgotten_starts_anew(how: str) -> None:
    async def run() -> None:
        async with a_place(timers=False) as place:
            first = await place.ended("monday")
            assert await place.ended("monday") == first
            if how == "deleted":
                await place.service.submit(first, Delete())
            else:
                place.clock.advance_to(Millis(place.clock.now() + RETENTION_DAYS * DAY_MS))
            second = await place.service.start(StartCommand(function="echo", name="monday", input="2"))
            assert (second.existing, second.arn == first) == (False, False)

    asyncio.run(run())


def test_an_execution_that_is_deleted_while_its_function_runs_leaves_nothing_to_do() -> None:
    async def run() -> None:
        async with a_place() as place:
            started = await place.service.start(StartCommand(function="silent"))
            await place.invoker.called.wait()
            await place.service.submit(started.arn, Stop())
            await place.service.submit(started.arn, Delete())
            await place.store.gone(started.arn)
            assert (list(await place.store.effects(10)), list(await place.store.live(10))) == ([], [])

    asyncio.run(run())


def test_an_effect_whose_execution_is_gone_is_dropped() -> None:
    async def run() -> None:
        async with a_place(timers=False) as place:
            arn = (await place.service.start(StartCommand(function="silent"))).arn
            (effect,) = await place.store.effects(10)
            summary = await place.service.get(arn)
            await place.store.forget(arn, summary.head.version)
            await perform(place.another_service(), place.invoker, place.ids, effect)
            assert list(await place.store.effects(10)) == []
            assert place.invoker.calls == []

    asyncio.run(run())


def test_an_open_execution_outlives_any_retention() -> None:
    async def run() -> None:
        async with a_place(timers=False) as place:
            command = StartCommand(function="sleeper", timeout_seconds=30 * 86_400, retention_days=1)
            arn = (await place.service.start(command)).arn
            place.clock.advance_to(Millis(place.clock.now() + 20 * DAY_MS))
            await place.service.tick(arn)
            assert (await place.service.submit(arn, Tick()))[1].head.status is ExecutionStatus.RUNNING

    asyncio.run(run())
