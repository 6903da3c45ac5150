"""Effects are performed whatever the store refuses, and however often they are performed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from everstep.core.events import EventType
from everstep.core.machine.commands import BeginInvocation
from everstep.core.machine.delta import CallFunction, Delta, Effect, Invoke, NotifyParent, StartChild
from everstep.core.machine.state import InvocationPhase, Parent
from everstep.core.messages import CheckpointRequest, Envelope, InvocationOutput, InvocationStatus
from everstep.core.model import (
    Action,
    Arn,
    ErrorObject,
    ExecutionStatus,
    InvokeOptions,
    Kind,
    OperationId,
    Update,
)
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.service.births import StartCommand
from everstep.service.dispatch import Dispatcher, Patience, perform
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig, ListQuery
from everstep.service.service import Service, World
from everstep.service.world import RandomIds, RealClock
from tests.service.slow_store import SlowStore

SECONDS_MAX = 20
PENDING = InvocationOutput(status=InvocationStatus.PENDING)
NOWHERE = Arn("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST/durable-execution/no/body")


class Functions:
    """`both` calls `child` and `plain`, sleeps until both have answered, and gives back what they said."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.service: Service | None = None

    def find(self, name: str) -> FunctionConfig:
        return FunctionConfig(name=name, is_durable=name != "plain")

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        self.calls.append(call.function)
        match call.function:
            case "plain":
                return FunctionAnswer(payload=b"1")
            case "child":
                return _answer(succeeded("2"))
            case "both":
                return _answer(await self._both(decode_envelope(load(call.payload))))
            case "deep":
                return FunctionAnswer(payload=b"[" * 200_000)
            case _:
                raise RuntimeError("an invoker with a mistake in it")

    async def _both(self, envelope: Envelope) -> InvocationOutput:
        calls = envelope.operations[1:]
        if not calls:
            assert self.service is not None
            request = CheckpointRequest(token=envelope.token, updates=(call("child"), call("plain")))
            await self.service.checkpoint(envelope.arn, request)
            return PENDING
        results = [operation.result for operation in calls]
        return PENDING if None in results else succeeded(f"[{','.join(r or '' for r in results)}]")


def _answer(output: InvocationOutput) -> FunctionAnswer:
    return FunctionAnswer(payload=dump(encode_output(output)).encode())


def succeeded(result: str) -> InvocationOutput:
    return InvocationOutput(status=InvocationStatus.SUCCEEDED, result=result)


def call(function: str) -> Update:
    invoke = InvokeOptions(function_name=function)
    return Update(id=OperationId(function), kind=Kind.CHAINED_INVOKE, action=Action.START, invoke=invoke)


class Place:
    """A service whose dispatcher tries again at once."""

    def __init__(self) -> None:
        self.store, self.ids, self.functions = SlowStore(), RandomIds(), Functions()
        world = World(
            store=self.store, clock=RealClock(), ids=self.ids, invoker=self.functions, functions=self.functions
        )
        self.service = self.functions.service = Service(world)

    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.service, self.functions, self.ids, patience=Patience(retry_seconds=0))

    async def perform(self, effect: Effect) -> None:
        await perform(self.service, self.functions, self.ids, effect)


def run(scenario: Callable[[Place], Awaitable[None]], *, dispatches: bool = True) -> None:
    async def limited() -> None:
        place = Place()
        async with AsyncExitStack() as stack, asyncio.timeout(SECONDS_MAX):
            if dispatches:
                stack.push_async_callback(place.dispatcher().close)
            await scenario(place)

    asyncio.run(limited())


# --------------------------------------------------------------------------- a store that refuses
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("number", range(1, 14))
def test_whichever_write_the_store_refuses_the_execution_comes_to_the_same_end(number: int, times: int) -> None:
    """The thirteen writes of a function that calls two others: births, invocations, checkpoint, news, ends."""
    attempts = iter(range(1, 1_000))

    def refuses(delta: Delta) -> bool:
        is_from_outside = delta.origin is not None and delta.origin.parent is None
        is_checkpoint = any(event.type is EventType.CHAINED_INVOKE_STARTED for event in delta.events)
        return not is_from_outside and not is_checkpoint and number <= next(attempts) < number + times

    async def scenario(place: Place) -> None:
        place.store.refuses = refuses
        started = await place.service.start(StartCommand(function="both", input="{}"))
        closed = await place.service.closed(started.arn)
        assert (closed.head.status, closed.head.result) == (ExecutionStatus.SUCCEEDED, "[2,1]")
        assert {place.functions.calls.count(name) for name in ("child", "plain")} == {1}, (
            "who answered is not asked again"
        )
        assert await place.store.effects(10) == []
        assert await place.store.live(10) == []

    run(scenario)


# --------------------------------------------------------------------------- performed twice
def test_every_effect_may_be_performed_twice() -> None:
    async def scenario(place: Place) -> None:
        started = await place.service.start(StartCommand(function="both", input="{}"))
        while effects := await place.store.effects(10):
            for effect in effects:
                await place.perform(effect)
                await place.perform(effect)
        closed = await place.service.closed(started.arn)
        assert closed.head.result == "[2,1]"
        assert place.functions.calls.count("child") == 1
        assert len((await place.store.list(ListQuery())).items) == 2, "one child"
        events = [event.type for event in await place.store.events(started.arn, limit=100)]
        assert events.count(EventType.CHAINED_INVOKE_SUCCEEDED) == 2

    run(scenario, dispatches=False)


# --------------------------------------------------------------------------- nobody there
@pytest.mark.parametrize(
    "effect",
    [
        Invoke(arn=NOWHERE, number=1),
        CallFunction(arn=NOWHERE, operation_id=OperationId("c"), function="plain", version="1", payload="1"),
        NotifyParent(
            arn=NOWHERE,
            parent=Parent(arn=NOWHERE, operation_id=OperationId("c")),
            status=ExecutionStatus.TIMED_OUT,
        ),
    ],
    ids=lambda effect: type(effect).__name__,
)
def test_an_effect_for_an_execution_that_is_gone_is_done_with(effect: Effect) -> None:
    async def scenario(place: Place) -> None:
        await place.perform(effect)

    run(scenario, dispatches=False)


def test_a_child_whose_parent_is_gone_ends_and_leaves_nothing_in_the_outbox() -> None:
    async def scenario(place: Place) -> None:
        parent = await place.service.start(StartCommand(function="both", input="{}"))
        (begin,) = await place.store.effects(10)
        await place.perform(begin)
        (start,) = [e for e in await place.store.effects(10) if isinstance(e, StartChild)]
        await place.perform(start)
        await place.service.stop(parent.arn)
        stored = await place.store.summary(parent.arn)
        assert stored is not None
        await place.store.forget(parent.arn, stored.head.version)
        while effects := await place.store.effects(10):
            for effect in effects:
                await place.perform(effect)
        child = await place.service.get(start.origin.arn)
        assert child.head.status is ExecutionStatus.SUCCEEDED

    run(scenario, dispatches=False)


# --------------------------------------------------------------------------- answers that break things
def test_an_answer_nested_too_deeply_is_an_invalid_answer() -> None:
    async def scenario(place: Place) -> None:
        started = await place.service.start(StartCommand(function="deep"))
        closed = await place.service.closed(started.arn)
        assert closed.head.status is ExecutionStatus.FAILED

    run(scenario)


def test_a_mistake_of_an_invoker_fails_the_invocation_instead_of_hanging_it() -> None:
    async def scenario(place: Place) -> None:
        ended = asyncio.Event()
        place.service.listen(lambda delta: ended.set() if delta.head.failures else None)
        started = await place.service.start(StartCommand(function="mistaken"))
        await ended.wait()
        (_, event) = await place.store.events(started.arn, limit=10)
        assert event.type is EventType.INVOCATION_COMPLETED
        assert event.error == ErrorObject(type="RuntimeError", message="an invoker with a mistake in it")

    run(scenario)


def test_an_invocation_that_is_live_is_not_begun_again() -> None:
    async def scenario(place: Place) -> None:
        started = await place.service.start(StartCommand(function="both", input="{}"))
        await place.service.submit(started.arn, BeginInvocation(number=1, id="first"))
        await place.perform(Invoke(arn=started.arn, number=1))
        assert place.functions.calls == []
        live = (await place.service.get(started.arn)).head.invocation
        assert live is not None
        assert (live.id, live.phase) == ("first", InvocationPhase.LIVE)

    run(scenario, dispatches=False)
