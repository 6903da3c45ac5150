"""A service that begins where another one died."""

import asyncio
from pathlib import Path

from everstep.core.model import ExecutionStatus
from everstep.service.dispatch import Dispatcher
from everstep.service.service import Service, StartCommand, World
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.world import RandomIds, RealClock
from tests.service.http.functions import Invoker, Known

SECONDS_MAX = 10


def test_what_was_in_flight_is_taken_up_once_however_long_its_function_runs(tmp_path: Path) -> None:
    async def run() -> None:
        store = await SqliteStore.open(tmp_path / "a.db")
        for taken_up in (0, 1, 1):  # two deaths, each with the same function in flight
            invoker = Invoker()
            dispatcher, service = a_dispatcher(store, invoker)
            async with asyncio.timeout(SECONDS_MAX):
                assert await dispatcher.recover(store) == taken_up
                if not taken_up:
                    await service.start(StartCommand(function="silent", name="night"))
                await invoker.called.wait()
            await dispatcher.close()
            assert len(invoker.calls) == 1
        await store.close()

    asyncio.run(run())


def test_what_is_left_alone_can_be_read_but_its_function_is_not_called(tmp_path: Path) -> None:
    async def run() -> None:
        store = await SqliteStore.open(tmp_path / "a.db")
        dispatcher, service = a_dispatcher(store, Invoker())
        former = await service.start(StartCommand(function="echo", input="1"))
        await dispatcher.close()

        invoker = Invoker()
        dispatcher, service = a_dispatcher(store, invoker, only_own=True)
        assert (await service.get(former.arn)).head.status is ExecutionStatus.RUNNING
        await service.stop(former.arn)
        own = await service.start(StartCommand(function="echo", input="2"))
        async with asyncio.timeout(SECONDS_MAX):
            await service.closed(own.arn)
        assert [call.execution_arn for call in invoker.calls] == [own.arn]
        await dispatcher.close()
        await store.close()

    asyncio.run(run())


def a_dispatcher(store: SqliteStore, invoker: Invoker, *, only_own: bool = False) -> tuple[Dispatcher, Service]:
    ids = RandomIds()
    world = World(store=store, clock=RealClock(), ids=ids, invoker=invoker, functions=Known())
    service = invoker.service = Service(world)
    return Dispatcher(service, invoker, ids, only_own=only_own), service
