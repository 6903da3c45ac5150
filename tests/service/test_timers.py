"""Timers: the saved due moments of many executions, a loop that sleeps until the first, and a clock that jumps."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from everstep.core.machine.delta import Delta
from everstep.core.model import Arn, ExecutionStatus, Millis
from everstep.service.births import StartCommand
from everstep.service.service import Service, World
from everstep.service.timers import DUE_AT_ONCE_MAX, Timers
from everstep.service.world import RandomIds
from everstep.testing.virtual import EPOCH
from tests.service.http.functions import Invoker, Known
from tests.service.slow_store import SlowStore, let_others_run

SECONDS_MAX = 20


class Clock:
    """Shows what it is set to, be it earlier or later."""

    def __init__(self) -> None:
        self.moment = EPOCH

    def now(self) -> Millis:
        return self.moment

    def move(self, *, seconds: float) -> None:
        self.moment = Millis(self.moment + round(seconds * 1000))


@dataclass
class Place:
    """A service whose timers run, and whose executions do nothing but time out."""

    store: SlowStore
    clock: Clock
    service: Service
    timers: Timers

    async def start(self, *, timeout_seconds: int) -> Arn:
        return (await self.service.start(StartCommand(function="echo", timeout_seconds=timeout_seconds))).arn

    async def status(self, arn: Arn) -> ExecutionStatus:
        """As it is stored: a look through the service would let time act."""
        summary = await self.store.summary(arn)
        assert summary is not None
        return summary.head.status

    async def wake(self) -> None:
        """Have the loop look at the clock, as it does by itself after a minute."""
        await self.start(timeout_seconds=1)
        await let_others_run()


def run(scenario: Callable[[Place], Awaitable[None]]) -> None:
    async def limited() -> None:
        store, clock = SlowStore(), Clock()
        service = Service(World(store=store, clock=clock, ids=RandomIds(), invoker=Invoker(), functions=Known()))
        timers = Timers(service, store, clock)
        watching = asyncio.create_task(timers.run())
        try:
            async with asyncio.timeout(SECONDS_MAX):
                await let_others_run()
                await scenario(Place(store, clock, service, timers))
                assert not watching.done(), "the loop ended"
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(limited())


def test_more_executions_than_are_taken_at_once_time_out_together() -> None:
    async def scenario(place: Place) -> None:
        arns = [await place.start(timeout_seconds=60) for _ in range(2 * DUE_AT_ONCE_MAX + 1)]
        place.clock.move(seconds=60)
        await place.wake()
        await asyncio.gather(*map(place.service.closed, arns))
        assert {await place.status(arn) for arn in arns} == {ExecutionStatus.TIMED_OUT}

    run(scenario)


def test_a_moment_earlier_than_the_awaited_one_is_not_slept_over() -> None:
    """Real milliseconds for once: the loop sleeps towards an hour, and is woken for a second that is nearly over."""

    async def scenario(place: Place) -> None:
        late = await place.start(timeout_seconds=3600)
        await let_others_run()
        place.clock.move(seconds=-0.99)
        soon = await place.start(timeout_seconds=1)
        place.clock.move(seconds=0.99)
        await let_others_run()
        assert await place.status(soon) is ExecutionStatus.RUNNING
        place.clock.move(seconds=0.01)
        await place.service.closed(soon)
        assert await place.status(late) is ExecutionStatus.RUNNING

    run(scenario)


def test_a_moment_that_appears_while_the_loop_asks_for_the_next_one_is_not_slept_over() -> None:
    async def scenario(place: Place) -> None:
        first = await place.start(timeout_seconds=1)
        await let_others_run()  # the loop waits for the first …
        place.clock.move(seconds=1)
        place.store.next_dues.shut()
        await place.service.closed(first)
        await place.store.next_dues.reached.wait()  # … has let it time out, and asks what comes next: nothing
        second = await place.start(timeout_seconds=1)
        place.clock.move(seconds=1)
        place.store.next_dues.open()
        async with asyncio.timeout(5):
            await place.service.closed(second)

    run(scenario)


def test_a_clock_that_jumps_forward_lets_everything_ripen_at_once() -> None:
    async def scenario(place: Place) -> None:
        arns = [await place.start(timeout_seconds=seconds) for seconds in (3600, 86_400, 366 * 86_400)]
        place.clock.move(seconds=366 * 86_400)
        await place.wake()
        assert [await place.status(arn) for arn in arns] == [ExecutionStatus.TIMED_OUT] * 3

    run(scenario)


def test_a_clock_that_jumps_back_lets_nothing_ripen_early_and_nothing_be_lost() -> None:
    async def scenario(place: Place) -> None:
        arn = await place.start(timeout_seconds=60)
        place.clock.move(seconds=-3600)
        await place.wake()
        assert await place.status(arn) is ExecutionStatus.RUNNING
        place.clock.move(seconds=3659)
        await place.wake()
        assert await place.status(arn) is ExecutionStatus.RUNNING
        place.clock.move(seconds=1)
        await place.service.closed(arn)
        summary = await place.store.summary(arn)
        assert summary is not None
        assert summary.head.ended_at == summary.origin.started_at + 60_000

    run(scenario)


def test_one_execution_that_time_cannot_act_on_stops_nobody_elses_time(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(place: Place) -> None:
        bad = await place.start(timeout_seconds=60)
        good = await place.start(timeout_seconds=60)

        def breaks(delta: Delta) -> bool:
            assert delta.arn != bad, "a mistake of ours"
            return False

        place.store.refuses = breaks
        place.clock.move(seconds=60)
        other = await place.start(timeout_seconds=1)
        await place.service.closed(good)
        place.clock.move(seconds=1)
        await place.service.closed(other)
        assert await place.status(bad) is ExecutionStatus.RUNNING
        place.store.refuses = lambda _: False
        await place.service.closed(bad)

    run(scenario)
    assert "a mistake of ours" in caplog.text
