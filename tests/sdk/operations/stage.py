"""A story on stage: the real service, a clock that jumps, other functions to call, and somebody outside who answers.

Everything that the function reports is written down, and so is what the service makes of it.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from everstep import DurableFunction
from everstep.core.events import Event
from everstep.core.limits import LIMITS, Limits
from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess
from everstep.core.machine.delta import Effect
from everstep.core.messages import CheckpointReply, CheckpointRequest, InvocationOutput, StatePage
from everstep.core.model import Arn, CheckpointToken, ErrorObject, ExecutionStatus, Millis, Operation, Update
from everstep.core.refusal import Refused
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.errors import CheckpointError, GetExecutionStateError
from everstep.sdk.clients.verdict import refused
from everstep.service.dispatch import perform
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig
from everstep.service.service import Service, StartCommand
from everstep.service.service import World as Adapters
from everstep.service.stores.memory import MemoryStore
from everstep.service.timers import tick
from everstep.testing.virtual import CountingIds, Hand, VirtualClock

Answer: TypeAlias = CallbackSuccess | CallbackFailure | CallbackHeartbeat
Plain: TypeAlias = Callable[[object], object]
"""A function that is not durable."""
Outside: TypeAlias = Callable[["Stage", Operation], None]
"""Told of every callback and called execution that is open, when nothing else goes on; may end it."""
STORY = "story"
"""The function that is played; all others are there to be called."""
STORY_SECONDS_MAX = 366 * 86_400
CALLED_SECONDS_MAX = 60
TURNS_MAX = 10_000


def nobody(stage: "Stage", callback: Operation) -> None:
    """Nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How it went."""

    status: ExecutionStatus
    value: object
    error: ErrorObject | None
    operations: Mapping[str, Operation]
    """By id."""
    updates: list[Update]
    """As the function sent them."""
    events: list[Event]
    invocations: int

    def named(self, name: str) -> Operation:
        """The only operation of this name."""
        (found,) = (operation for operation in self.operations.values() if operation.name == name)
        return found

    def told(self, name: str) -> list[str]:
        """What was reported of the operations of this name."""
        return [update.action.value for update in self.updates if update.name == name]


@dataclass(slots=True)
class Stage:
    """Owns the service and the clock of one story."""

    functions: Mapping[str, DurableFunction[object] | Plain]
    outside: Outside = nobody
    limits: Limits = LIMITS
    is_local: bool = True
    call_ms: int = 0
    """How long a call of the service takes; 0: time stands still while the function runs."""
    clock: VirtualClock = field(default_factory=VirtualClock)
    hand: Hand = field(default_factory=Hand)
    updates: dict[Arn, list[Update]] = field(default_factory=dict)
    _store: MemoryStore = field(default_factory=MemoryStore)
    _owed: deque[Effect] = field(default_factory=deque)
    _ids: CountingIds = field(default_factory=CountingIds)
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        adapters = Adapters(store=self._store, clock=self.clock, ids=self._ids, invoker=self, functions=self)
        self.service = Service(adapters, limits=self.limits)
        self.service.listen(lambda delta: self._owed.extend(delta.effects))

    def play(self, event: object = None) -> Played:
        """The execution from its beginning to its end."""
        arn = self.hand.run(self.service.start(StartCommand(function=STORY, input=dump(event), name="story"))).arn
        for _ in range(TURNS_MAX):
            summary = self.hand.run(self.service.get(arn))
            if summary.head.status.is_closed:
                break
            self._turn(arn)
        else:
            raise AssertionError(f"no end after {TURNS_MAX} turns")
        result, events = summary.head.result, self.hand.run(self._store.events(arn, limit=1_000_000))
        return Played(
            status=summary.head.status,
            value=None if result is None else load(result),
            error=summary.head.error,
            operations={operation.id: operation for operation in self._operations(arn)},
            updates=self.updates.get(arn, []),
            events=list(events),
            invocations=summary.head.invocations,
        )

    def answer(self, callback: Operation, answer: Answer) -> None:
        """Answer from outside."""
        assert callback.callback_id is not None, callback
        self.hand.run(self.service.answer_callback(callback.callback_id, answer))

    def _turn(self, arn: Arn) -> None:
        """Perform what is owed; else let the outside act; else let time pass."""
        if self._owed:
            self.hand.run(perform(self.service, self, self._ids, self._owed.popleft()))
            return
        for operation in self._operations(arn):
            if not operation.status.is_terminal and (operation.callback_id or operation.child_arn):
                self.outside(self, operation)
        if self._owed:
            return
        due = self.hand.run(self._store.next_due())
        assert due is not None, "nothing is owed and nothing is due"
        self.clock.advance_to(due)
        for other in self.hand.run(self._store.due(due, 100)):
            self.hand.run(tick(self.service, other))

    def _operations(self, arn: Arn) -> tuple[Operation, ...]:
        execution = self.hand.run(self._store.load(arn))
        assert execution is not None, arn
        return tuple(execution.operations)

    # ------------------------------------------------------------------ what the service asks of the world
    def find(self, name: str) -> FunctionConfig | None:
        if name not in self.functions:
            return None
        is_durable = isinstance(self.functions[name], DurableFunction)
        seconds = STORY_SECONDS_MAX if name == STORY else CALLED_SECONDS_MAX
        return FunctionConfig(name=name, is_durable=is_durable, execution_timeout_seconds=seconds)

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        function = self.functions[call.function]
        with self.hand.lent():
            try:
                if isinstance(function, DurableFunction):
                    return FunctionAnswer(payload=dump(encode_output(self._invoke(function, call))).encode())
                return FunctionAnswer(payload=dump(function(load(call.payload))).encode())
            except Exception as error:
                return FunctionAnswer(error=ErrorObject(type=type(error).__name__, message=str(error)))

    def _invoke(self, function: DurableFunction[object], call: FunctionCall) -> InvocationOutput:
        return function.invoke(decode_envelope(load(call.payload)), _Line(self))


@dataclass(slots=True)
class _Line:
    """A function's way to the service, with an ear in it."""

    stage: Stage

    @property
    def is_local(self) -> bool:
        return self.stage.is_local

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        self.stage.updates.setdefault(arn, []).extend(request.updates)
        self.stage.clock.advance_to(Millis(self.stage.clock.now() + self.stage.call_ms))
        try:
            return self.stage.hand.run(self.stage.service.checkpoint(arn, request))
        except Refused as no:
            raise refused(CheckpointError, code=no.code.value, status=no.code.http_status, message=no.message) from no

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        try:
            return self.stage.hand.run(self.stage.service.state(arn, token, marker, max_items))
        except Refused as no:
            raise refused(
                GetExecutionStateError, code=no.code.value, status=no.code.http_status, message=no.message
            ) from no
