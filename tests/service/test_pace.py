"""Time that is hurried while everything waits, and only then."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from everstep.core.events import EventType
from everstep.core.messages import CheckpointRequest, InvocationOutput, InvocationStatus
from everstep.core.model import Action, Arn, CallbackOptions, ExecutionStatus, Kind, Millis, OperationId, Update
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.service.dispatch import Dispatcher
from everstep.service.pace import PacedClock, Skip
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig
from everstep.service.service import Service, StartCommand, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.timers import Timers
from everstep.service.world import RandomIds, RealClock
from everstep.testing.virtual import VirtualClock

AN_HOUR = 3_600
ANSWER_SECONDS = 0.3
SECONDS_MAX = 20
WAIT = Update(id=OperationId("w"), kind=Kind.WAIT, action=Action.START, wait_seconds=AN_HOUR)
QUESTION = Update(
    id=OperationId("q"), kind=Kind.CALLBACK, action=Action.START, callback=CallbackOptions(timeout_seconds=AN_HOUR)
)
ENDLESS_QUESTION = replace(QUESTION, callback=None)


class TestPacedClock:
    def test_it_shows_the_worlds_time_while_something_runs(self) -> None:
        world = VirtualClock(Millis(0))
        clock = PacedClock(world, 0.1)
        clock.rest(False)
        world.advance_to(Millis(500))
        assert (clock.now(), clock.seconds_until(Millis(1_500))) == (500, 1.0)

    @pytest.mark.parametrize(("scale", "shown", "seconds"), [(0.1, 5_000, 1.0), (2.0, 250, 29.5)])
    def test_it_is_faster_or_slower_while_everything_waits(self, scale: float, shown: int, seconds: float) -> None:
        world = VirtualClock(Millis(0))
        clock = PacedClock(world, scale)
        world.advance_to(Millis(500))
        assert (clock.now(), clock.seconds_until(Millis(15_000))) == (shown, seconds)

    def test_it_never_leaps_when_the_pace_changes(self) -> None:
        world = VirtualClock(Millis(0))
        clock = PacedClock(world, 0.1)
        shown = []
        for moment, is_resting in [(100, False), (200, True), (300, False), (300, True), (400, False)]:
            world.advance_to(Millis(moment))
            clock.rest(is_resting)
            shown.append(clock.now())
        assert shown == [1_000, 1_100, 2_100, 2_100, 3_100]

    def test_it_skips_forward_only(self) -> None:
        clock = PacedClock(VirtualClock(Millis(50)), 0)
        assert [clock.skip(Skip(Millis(moment), is_asked=False)) for moment in (100, 70)] == [0, 0]
        assert clock.now() == 100

    def test_it_gives_the_outside_time_to_answer_before_it_skips_to_the_end_of_a_callback(self) -> None:
        world = VirtualClock(Millis(0))
        clock = PacedClock(world, 0, answer_seconds=2)
        end = Skip(Millis(100_000), is_asked=True)
        assert (clock.skip(end), clock.now()) == (2.0, 0)
        world.advance_to(Millis(1_500))
        clock.skip(Skip(Millis(1_600), is_asked=False))  # what else happens meanwhile takes nothing away
        assert (clock.skip(end), clock.now()) == (0.5, 1_600)
        world.advance_to(Millis(2_000))
        assert (clock.skip(end), clock.now()) == (0, 100_000)


@dataclass
class Run:
    """A service whose one function reports an update, and succeeds when that operation has ended."""

    service: Service
    store: MemoryStore

    async def moments(self, arn: Arn) -> dict[EventType, Millis]:
        return {event.type: event.at for event in await self.store.events(arn, limit=100)}


class Reporter:
    def __init__(self, update: Update) -> None:
        self._update = update
        self.service: Service | None = None

    def find(self, name: str) -> FunctionConfig:
        return FunctionConfig(name=name)

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        envelope = decode_envelope(load(call.payload))
        output = InvocationOutput(status=InvocationStatus.SUCCEEDED)
        if not any(operation.status.is_terminal for operation in envelope.operations):
            assert self.service is not None
            request = CheckpointRequest(token=envelope.token, updates=(self._update,))
            await self.service.checkpoint(envelope.arn, request)
            output = InvocationOutput(status=InvocationStatus.PENDING)
        return FunctionAnswer(payload=dump(encode_output(output)).encode())


def with_pace(scale: float, update: Update, scenario: Callable[[Run], Awaitable[None]]) -> None:
    async def run() -> None:
        store, ids, functions = MemoryStore(), RandomIds(), Reporter(update)
        clock = PacedClock(RealClock(), scale, answer_seconds=ANSWER_SECONDS)
        world = World(store=store, clock=clock, ids=ids, invoker=functions, functions=functions)
        service = functions.service = Service(world)
        dispatcher = Dispatcher(service, functions, ids, on_rest=clock.rest)
        watching = asyncio.create_task(Timers(service, store, clock).run())
        try:
            async with asyncio.timeout(SECONDS_MAX):
                await scenario(Run(service, store))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await dispatcher.close()

    asyncio.run(run())


@pytest.mark.parametrize("scale", [0.0, 0.0001])
def test_an_hour_is_over_at_once_and_still_an_hour_in_the_history(scale: float) -> None:
    async def scenario(run: Run) -> None:
        started = await run.service.start(StartCommand(function="f", timeout_seconds=2 * AN_HOUR))
        closed = await run.service.closed(started.arn)
        assert closed.head.status is ExecutionStatus.SUCCEEDED
        at = await run.moments(started.arn)
        waited = at[EventType.WAIT_SUCCEEDED] - at[EventType.WAIT_STARTED]
        assert AN_HOUR * 1_000 <= waited <= (AN_HOUR + 600) * 1_000

    with_pace(scale, WAIT, scenario)


def test_a_callbacks_timeout_is_skipped_only_after_the_outside_could_answer() -> None:
    async def scenario(run: Run) -> None:
        began = asyncio.get_running_loop().time()
        started = await run.service.start(StartCommand(function="f", timeout_seconds=2 * AN_HOUR))
        await run.service.closed(started.arn)
        assert EventType.CALLBACK_TIMED_OUT in await run.moments(started.arn)
        assert asyncio.get_running_loop().time() - began >= ANSWER_SECONDS - 0.01

    with_pace(0, QUESTION, scenario)


def test_an_executions_own_timeout_is_never_skipped_to() -> None:
    async def scenario(run: Run) -> None:
        asked = await run.service.start(StartCommand(function="f", timeout_seconds=AN_HOUR))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await run.service.closed(asked.arn)

    with_pace(0, ENDLESS_QUESTION, scenario)
