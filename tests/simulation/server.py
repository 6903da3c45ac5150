"""The real service in the world: its own dispatcher and timers, on a disk that survives it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from everstep.core.limits import Limits
from everstep.core.machine.commands import Command
from everstep.core.machine.delta import Delta, Effect
from everstep.core.machine.state import Execution
from everstep.core.model import Arn, Millis
from everstep.core.refusal import Refused
from everstep.service.dispatch import Dispatcher, perform
from everstep.service.ports import FunctionConfig, Invoker, StoreError
from everstep.service.service import Service
from everstep.service.service import World as Adapters
from everstep.service.timers import Timers
from tests.invariants.record import Span
from tests.simulation.disk import Disk, DiskStore
from tests.simulation.loop import HandLoop
from tests.simulation.points import Fault
from tests.simulation.world import NOTICED_AFTER_MS, World

DOWN_MS = (0, 10, 1_000, 30_000)
UNTIRING = Limits(crash_retries_max=100_000, failure_retries_max=100_000, failure_backoff_ms_max=5_000)
LONG_SECONDS = 300 * 86_400


class Functions:
    """The functions that there are."""

    def find(self, name: str) -> FunctionConfig | None:
        if name == "nobody":
            return None
        return FunctionConfig(name=name, is_durable=name != "plain", execution_timeout_seconds=LONG_SECONDS)


class Clock:
    """The world's clock on the wall."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> Millis:
        return self._world.clock()


class Ids:
    """The world's ids."""

    def __init__(self, world: World) -> None:
        self._world = world

    def new(self) -> str:
        return self._world.new_id()


class Incarnation:
    """One life of the service, from its start to its death."""

    def __init__(self, host: "Host", invoker: Invoker) -> None:
        world = host.world
        self.loop = HandLoop(lambda: world.now)  # type: ignore[abstract]  # the service asks for nothing else of a loop
        self._host = host
        self._invoker = invoker
        self._ids = Ids(world)
        self._store = DiskStore(host.disk, self.reach, self._refuses, host.note, host.about_to_write)
        adapters = Adapters(
            store=self._store, clock=Clock(world), ids=self._ids, invoker=invoker, functions=Functions()
        )
        self.service = Service(adapters, limits=UNTIRING)
        self._is_up = False
        self.loop.create_task(self._live(Clock(world)))

    async def _live(self, clock: Clock) -> None:
        """As `service.app` does it."""
        dispatcher = Dispatcher(self.service, self._invoker, self._ids)
        timers = Timers(self.service, self._store, clock)
        try:
            await dispatcher.recover(self._store)
        except StoreError:  # then the program ends, and whoever keeps it alive starts it again
            self._host.kill()
            return
        self._is_up = True
        self._host.is_up()
        await timers.run()

    def _refuses(self, delta: Delta) -> Fault | None:
        world = self._host.world
        if world.goes_wrong(Fault.DISK_FULL, world.odds.disk):
            return Fault.DISK_FULL
        if delta.origin is None and world.goes_wrong(Fault.RACE_LOST, world.odds.disk):
            return Fault.RACE_LOST
        return None

    async def reach(self, point: str) -> None:
        """A labelled point; if the service dies here, nothing after it happens."""
        if self._host.world.dies_at(point, self._host.world.odds.service_dies):
            self._host.kill()
            await asyncio.get_running_loop().create_future()
        if not self._host.world.is_calm:
            await asyncio.sleep(0)

    def serve(self, serving: Callable[[Service], Coroutine[Any, Any, None]]) -> bool:
        if self._is_up:
            self.loop.create_task(serving(self.service))
        return self._is_up

    def perform_again(self, effect: Effect) -> None:
        """An effect, old or new, is performed beside the dispatcher, and as stubbornly."""

        async def again(service: Service) -> None:
            async def insist(arn: Arn, command: Command) -> tuple[Delta, Execution]:
                while True:
                    try:
                        return await service.submit(arn, command)
                    except StoreError:
                        await asyncio.sleep(1)

            with suppress(StoreError, Refused):
                await perform(service, self._invoker, self._ids, effect, submit=insist)

        self.serve(again)


class Host:
    """The machine: it owns the disk, and starts the service again when it died."""

    def __init__(self, world: World, make_invoker: Callable[["Host"], Invoker]) -> None:
        self.world = world
        self.disk = Disk(fate=world.fate)
        self.now: Incarnation | None = None
        self.listeners: list[Callable[[Delta], object]] = []
        self.soothsayers: list[Callable[[Delta], object]] = []
        """Told of changes that are about to be written: those who answer before they are asked."""
        self.effects: list[Effect] = []
        """Every effect that was ever saved."""
        self._invoker = make_invoker(self)
        self._down_since: int | None = None
        self.start()

    def start(self) -> None:
        self.now = Incarnation(self, self._invoker)
        self.world.server = self.now

    def kill(self) -> None:
        """At once; what becomes of the disk is seen in a moment, by nobody who is dead."""
        assert self.now is not None
        self.world.coverage.faults[Fault.SERVICE_KILLED] += 1
        self.now.loop.die()
        self.now = self.world.server = None
        if self._down_since is None:
            self._down_since = self.world.clock()
        self.world.later(0, "look at the disk", self._look_at_disk)

    def _look_at_disk(self) -> None:
        fault, kept = self.disk.crash()
        if fault is not None:
            self.world.coverage.faults[fault] += 1
        for delta in kept:
            self.note(delta)
        self.world.later(self.world.fate.choice(DOWN_MS), "start the service", self.start)

    def close(self) -> None:
        """The end of the world."""
        if self.now is not None:
            self.now.loop.die()

    def is_up(self) -> None:
        if self._down_since is not None:
            ends = (self._down_since, self.world.clock())
            self.world.troubles.append(Span(begin=min(ends), end=max(ends) + NOTICED_AFTER_MS))
            self._down_since = None

    def about_to_write(self, delta: Delta) -> None:
        for soothsayer in self.soothsayers:
            soothsayer(delta)

    def note(self, delta: Delta) -> None:
        """A change is on the disk for good."""
        self.effects += delta.effects
        for listener in self.listeners:
            listener(delta)

    def open_arns(self) -> list[Arn]:
        return [arn for arn, kept in self.disk.store._kept.items() if not kept.head.status.is_closed]
