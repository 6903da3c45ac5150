"""What a caller is told of the functions that it called, and when."""

import asyncio
from collections.abc import Awaitable, Callable

from everstep.core.events import EventType
from everstep.core.messages import CheckpointReply, CheckpointRequest, Envelope, InvocationOutput, InvocationStatus
from everstep.core.model import Action, Arn, InvokeOptions, Kind, OperationId, Status, Update
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.service.dispatch import Dispatcher, Patience
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig
from everstep.service.service import Service, StartCommand, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.world import RandomIds, RealClock

CALL = OperationId("call")
PENDING = InvocationOutput(status=InvocationStatus.PENDING)
NEVER = 3_600.0

Caller = Callable[["Functions", Envelope], Awaitable[InvocationOutput]]


class Functions:
    """A caller that is given, and two functions that it may call: `child` (durable) and `plain`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.service: Service | None = None
        self.answered = asyncio.Event()
        """Rings when a called function has given its answer."""

    def find(self, name: str) -> FunctionConfig:
        return FunctionConfig(name=name, is_durable=name != "plain")

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        if call.function == "caller":
            output = await self._caller(self, decode_envelope(load(call.payload)))
            return FunctionAnswer(payload=dump(encode_output(output)).encode())
        self.answered.set()
        if call.function == "plain":
            return FunctionAnswer(payload=b"42")
        return FunctionAnswer(payload=dump(encode_output(succeeded("42"))).encode())

    async def report(
        self, envelope: Envelope, *updates: Update, after: CheckpointReply | None = None
    ) -> CheckpointReply:
        assert self.service is not None
        token = envelope.token if after is None else after.token
        assert token is not None
        return await self.service.checkpoint(envelope.arn, CheckpointRequest(token=token, updates=updates))


def succeeded(result: str | None) -> InvocationOutput:
    return InvocationOutput(status=InvocationStatus.SUCCEEDED, result=result)


def call(function: str) -> Update:
    invoke = InvokeOptions(function_name=function)
    return Update(id=CALL, kind=Kind.CHAINED_INVOKE, action=Action.START, invoke=invoke, payload="1")


def result_of_call(envelope: Envelope) -> InvocationOutput | None:
    """The caller's answer, once the call has ended."""
    found = next((o for o in envelope.operations if o.id == CALL and o.status is Status.SUCCEEDED), None)
    return succeeded(found.result) if found is not None else None


def run(caller: Caller, patience_seconds: float) -> list[EventType]:
    """The history of the caller's execution, which succeeds with what it was told."""

    async def scenario() -> list[EventType]:
        functions, ids, store = Functions(caller), RandomIds(), MemoryStore()
        world = World(store=store, clock=RealClock(), ids=ids, invoker=functions, functions=functions)
        service = functions.service = Service(world)
        dispatcher = Dispatcher(service, functions, ids, patience=Patience(caller_seconds=patience_seconds))
        try:
            started = await service.start(StartCommand(function="caller", input="1"))
            async with asyncio.timeout(20):
                end = await service.closed(started.arn)
        finally:
            await dispatcher.close()
        assert end.head.result == "42"
        return await history(store, started.arn)

    return asyncio.run(scenario())


async def let_others_run() -> None:
    """A store in memory never waits, so whatever could happen meanwhile happens within a few turns of the loop."""
    for _ in range(20):
        await asyncio.sleep(0)


async def history(store: MemoryStore, arn: Arn) -> list[EventType]:
    return [event.type for event in await store.events(arn, limit=100)]


def test_a_child_that_is_faster_than_its_callers_sleep_is_told_of_afterwards() -> None:
    async def caller(functions: Functions, envelope: Envelope) -> InvocationOutput:
        if (answer := result_of_call(envelope)) is not None:
            return answer
        reply = await functions.report(envelope, call("child"))
        await functions.answered.wait()
        await let_others_run()
        await functions.report(envelope, after=reply)
        return PENDING

    assert run(caller, NEVER) == [
        EventType.EXECUTION_STARTED,
        EventType.CHAINED_INVOKE_STARTED,
        EventType.INVOCATION_COMPLETED,
        EventType.CHAINED_INVOKE_SUCCEEDED,
        EventType.INVOCATION_COMPLETED,
        EventType.EXECUTION_SUCCEEDED,
    ]


def test_a_plain_function_is_called_when_its_caller_sleeps() -> None:
    async def caller(functions: Functions, envelope: Envelope) -> InvocationOutput:
        if (answer := result_of_call(envelope)) is not None:
            return answer
        await functions.report(envelope, call("plain"))
        await let_others_run()
        assert not functions.answered.is_set()
        return PENDING

    assert run(caller, NEVER)[1:4] == [
        EventType.CHAINED_INVOKE_STARTED,
        EventType.INVOCATION_COMPLETED,
        EventType.CHAINED_INVOKE_SUCCEEDED,
    ]


def test_a_caller_that_runs_on_is_told_all_the_same() -> None:
    async def caller(functions: Functions, envelope: Envelope) -> InvocationOutput:
        reply = await functions.report(envelope, call("child"))
        while (
            answer := result_of_call(Envelope(arn=envelope.arn, token=envelope.token, operations=reply.operations))
        ) is None:
            reply = await functions.report(envelope, after=reply)
            await let_others_run()
        return answer

    assert EventType.INVOCATION_COMPLETED not in run(caller, 0.01)[:-2]
