"""The whole system in one process and one thread, with a clock that jumps.

    start -> perform what is owed -> nothing owed? jump to the next due moment -> … -> closed

It is the real core, the real service and the real SDK; only the adapters differ: a store in memory, a direct call in
the place of the network, and virtual time. A wait of thirty days takes as long as the two invocations around it.
"""

from collections import deque
from collections.abc import Mapping
from typing import TypeVar

from everstep.core.events import Event
from everstep.core.limits import LIMITS, Limits
from everstep.core.machine.delta import Delta, Effect
from everstep.core.machine.state import Execution
from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Arn, CheckpointToken, ErrorObject
from everstep.core.refusal import Refused
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.errors import CheckpointError, GetExecutionStateError, InvocationError, ServiceError, type_name
from everstep.sdk.clients.verdict import refused
from everstep.sdk.handler import DurableFunction
from everstep.service.dispatch import perform
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig, Summary
from everstep.service.service import Service, StartCommand
from everstep.service.service import World as Adapters
from everstep.service.stores.memory import MemoryStore
from everstep.service.timers import DUE_AT_ONCE_MAX, tick
from everstep.testing.virtual import CountingIds, Hand, VirtualClock

E = TypeVar("E", bound=ServiceError)

INVOCATIONS_MAX = 4_000
"""Invocations of one execution before the world says that it goes round in circles; more than the 3,000 operations
that an execution may have, each of which may be a wait."""


class StuckError(AssertionError):
    """The execution waits for something that will never come by itself; the message says for what."""


class World:
    """Owns a service, its clock and the functions that it invokes."""

    def __init__(
        self,
        functions: Mapping[str, DurableFunction[object]],
        *,
        limits: Limits = LIMITS,
        execution_timeout_seconds: int = 366 * 86_400,
        invocations_max: int = INVOCATIONS_MAX,
    ) -> None:
        self._invocations_max = invocations_max
        self.clock = VirtualClock()
        self.hand = Hand()
        self._ids = CountingIds()
        self._store = MemoryStore()
        self._functions = _Functions(functions, execution_timeout_seconds)
        self._owed: deque[Effect] = deque()
        self._invoker = DirectInvoker(self, functions)
        adapters = Adapters(
            store=self._store, clock=self.clock, ids=self._ids, invoker=self._invoker, functions=self._functions
        )
        self.service = Service(adapters, limits=limits)
        self.service.listen(self._note)

    def start(self, function: str, input_text: str | None, name: str | None = None) -> Arn:
        """Begin an execution; nothing of it runs yet."""
        command = StartCommand(function=function, input=input_text, name=name)
        return self.hand.run(self.service.start(command)).arn

    def run_until_closed(self, arn: Arn) -> Summary:
        """Let the world go on until the execution is closed. Raises StuckError when it never will be."""
        while not (summary := self.summary(arn)).head.status.is_closed:
            if summary.head.invocations > self._invocations_max:
                raise StuckError(f"{arn} was invoked {self._invocations_max} times and goes round in circles")
            if not self.step():
                raise StuckError(f"{arn} is not closed, and nothing is due and nothing is owed")
        return summary

    def step(self) -> bool:
        """Perform one owed effect, or else jump to the next due moment. Whether there was anything to do."""
        if self._owed:
            effect = self._owed.popleft()
            self.hand.run(perform(self.service, self._invoker, self._ids, effect))
            return True
        due = self.hand.run(self._store.next_due())
        if due is None:
            return False
        self.clock.advance_to(due)
        for arn in self.hand.run(self._store.due(due, DUE_AT_ONCE_MAX)):
            self.hand.run(tick(self.service, arn))
        return True

    def summary(self, arn: Arn) -> Summary:
        return self.hand.run(self.service.get(arn))

    def execution(self, arn: Arn) -> Execution:
        """The execution with its operations."""
        execution = self.hand.run(self._store.load(arn))
        assert execution is not None, arn
        return execution

    def history(self, arn: Arn) -> tuple[Event, ...]:
        """Every event, oldest first."""
        return tuple(self.hand.run(self._store.events(arn, limit=1_000_000)))

    def _note(self, delta: Delta) -> None:
        self._owed.extend(delta.effects)


class _Functions:
    def __init__(self, functions: Mapping[str, DurableFunction[object]], execution_timeout_seconds: int) -> None:
        self._functions = functions
        self._timeout = execution_timeout_seconds

    def find(self, name: str) -> FunctionConfig | None:
        if name not in self._functions:
            return None
        return FunctionConfig(name=name, execution_timeout_seconds=self._timeout)


class DirectInvoker:
    """Calls functions in this very thread. What they are told and what they answer still travels as JSON."""

    def __init__(self, world: World, functions: Mapping[str, DurableFunction[object]]) -> None:
        self._world = world
        self._functions = functions

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        function = self._functions[call.function]
        envelope = decode_envelope(load(call.payload))
        try:
            with self._world.hand.lent():
                output = function.invoke(envelope, LocalClient(self._world))
        except InvocationError as error:
            return FunctionAnswer(error=ErrorObject(type=type_name(type(error)), message=str(error)))
        return FunctionAnswer(payload=dump(encode_output(output)).encode())


class LocalClient:
    """The SDK's way to a service in the same process."""

    is_local = True

    def __init__(self, world: World) -> None:
        self._world = world

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        try:
            return self._world.hand.run(self._world.service.checkpoint(arn, request))
        except Refused as refusal:
            raise _as_error(CheckpointError, refusal) from refusal

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        try:
            return self._world.hand.run(self._world.service.state(arn, token, marker, max_items))
        except Refused as refusal:
            raise _as_error(GetExecutionStateError, refusal) from refusal


def _as_error(kind: type[E], refusal: Refused) -> E:
    code = refusal.code
    return refused(kind, code=code.value, status=code.http_status, message=refusal.message)
