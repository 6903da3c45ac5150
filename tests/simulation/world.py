"""A world in which everything goes wrong that may: processes die, answers are lost, effects are performed twice.

It is the real service over a store in memory, and the real SDK. A fate made of one number decides what happens next;
without a fate, everything happens in order and nothing goes wrong.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from everstep.core.limits import Limits
from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess, InvocationEnded, Lost
from everstep.core.machine.delta import Delta, Effect, Invoke
from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Arn, CheckpointToken, ErrorObject, Kind, Millis, Operation, OperationId, Status
from everstep.core.refusal import Refused
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.errors import CheckpointError, GetExecutionStateError, InvocationError
from everstep.sdk.clients.verdict import refused, unreachable
from everstep.sdk.handler import DurableFunction
from everstep.service.births import StartCommand
from everstep.service.dispatch import perform
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig, Summary
from everstep.service.service import Service
from everstep.service.service import World as Adapters
from everstep.service.stores.memory import MemoryStore
from everstep.service.timers import tick
from everstep.testing.virtual import CountingIds, Hand, VirtualClock

TURNS_MAX = 20_000
UNTIRING = Limits(crash_retries_max=TURNS_MAX, failure_retries_max=TURNS_MAX)
DIED = ErrorObject(type="Runtime.ExitError", message="the process died")


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How likely each accident is, whenever it could happen."""

    dies: float = 0.06
    """A process, before or after each of its calls of the service."""
    is_lost: float = 0.02
    """The sight of a process that runs on: the service thinks that it is dead."""
    repeats: float = 0.1
    """An effect is performed twice."""
    restarts: float = 0.05
    """The service forgets everything that is not in its store."""
    hurries: float = 0.3
    """The world goes on while a function runs, or while something is owed."""


NOTHING_HAPPENS = Odds(dies=0, is_lost=0, repeats=0, restarts=0, hurries=0)


@dataclass(slots=True)
class World:
    """Owns the store, the clock, and what is owed; plays functions and the outside."""

    functions: Mapping[str, DurableFunction[Any]]
    fate: Random = field(default_factory=lambda: Random(0))
    odds: Odds = NOTHING_HAPPENS
    clock: VirtualClock = field(default_factory=VirtualClock)
    hand: Hand = field(default_factory=Hand)
    store: MemoryStore = field(default_factory=MemoryStore)
    service: Service = field(init=False)
    arns: list[Arn] = field(default_factory=list)
    """Every execution that was born."""
    _open_callbacks: dict[tuple[Arn, OperationId], Operation] = field(default_factory=dict)
    """Those that somebody outside will answer."""
    _owed: list[Effect] = field(default_factory=list)
    _ids: CountingIds = field(default_factory=CountingIds)
    _aside: threading.Lock = field(default_factory=threading.Lock)
    """Held by whoever lets the world go on while a function runs."""

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        world = Adapters(store=self.store, clock=self.clock, ids=self._ids, invoker=self, functions=self)
        self.service = Service(world, limits=UNTIRING)
        self.service.listen(self._note)

    def _note(self, delta: Delta) -> None:
        if delta.origin is not None:
            self.arns.append(delta.arn)
        self._owed.extend(delta.effects)
        for operation in delta.operations:
            is_open = operation.kind is Kind.CALLBACK and operation.status is Status.STARTED
            if is_open and not (operation.name or "").startswith("silent"):
                self._open_callbacks[delta.arn, operation.id] = operation
            else:
                self._open_callbacks.pop((delta.arn, operation.id), None)
        if delta.head.status.is_closed:
            for key in [key for key in self._open_callbacks if key[0] == delta.arn]:
                del self._open_callbacks[key]

    # ------------------------------------------------------------------ going on
    def play(self, function: str, event: object) -> Summary:
        """One execution to its end, and everything else until nothing is owed any more."""
        start = StartCommand(function=function, input=dump(event), timeout_seconds=366 * 86_400)
        arn = self.hand.run(self.service.start(start)).arn
        for _ in range(TURNS_MAX):
            if not self._owed and self._summary(arn).head.status.is_closed:
                return self._summary(arn)
            self._turn()
        raise AssertionError(f"no end after {TURNS_MAX} turns")

    def happens(self, odds: float) -> bool:
        return self.fate.random() < odds

    def _turn(self) -> None:
        if self.happens(self.odds.restarts):
            self._restart()
        if self._owed and not self.happens(self.odds.hurries):
            self._perform()
        elif not self._answer():
            self._perform() if self._owed else self._pass_time()

    def aside(self) -> None:
        """Perhaps the world goes on for a moment while a function runs."""
        if self.happens(self.odds.hurries) and self._aside.acquire(blocking=False):
            try:
                self._perform() if self._owed and self.happens(0.5) else self._answer()
            finally:
                self._aside.release()

    def _perform(self) -> None:
        effect = self._owed.pop(self.fate.randrange(len(self._owed)) if self.odds.hurries else 0)
        for _ in range(1 + self.happens(self.odds.repeats)):
            self.hand.run(perform(self.service, self, self._ids, effect))

    def _restart(self) -> None:
        """As a service that was killed and started again; no function runs at this moment."""
        self._open()
        self._owed = list(self.hand.run(self.store.effects(1_000_000)))

    def lose(self, arn: Arn) -> None:
        """The service takes the running invocation for dead; the function does not know."""
        live = self._summary(arn).head.invocation
        if live is not None:
            self.hand.run(self.service.submit(arn, InvocationEnded(number=live.number, end=Lost())))

    def invoke_again(self, arn: Arn) -> None:
        """The effect that made the running invocation is performed a second time."""
        live = self._summary(arn).head.invocation
        if live is not None:
            self.hand.run(perform(self.service, self, self._ids, Invoke(arn=arn, number=live.number)))

    def _pass_time(self) -> None:
        due = self.hand.run(self.store.next_due())
        assert due is not None, "nothing is owed and nothing is due"
        self.clock.advance_to(Millis(due + self.fate.choice([0, 0, 1, 5_000])) if self.odds.hurries else due)
        for arn in self.hand.run(self.store.due(self.clock.now(), 1_000)):
            self.hand.run(tick(self.service, arn))

    def _answer(self) -> bool:
        """Somebody outside answers one of the open callbacks that are not to be met with silence."""
        if not self._open_callbacks:
            return False
        callback = self.fate.choice(list(self._open_callbacks.values()))
        assert callback.callback_id is not None
        assert callback.name is not None
        if self.happens(self.odds.repeats):
            self.hand.run(self.service.answer_callback(callback.callback_id, CallbackHeartbeat()))
        answer = CallbackSuccess(payload=callback.name)
        error = ErrorObject(type="No", message=callback.name)
        is_yes = callback.name.startswith("yes")
        self.hand.run(
            self.service.answer_callback(callback.callback_id, answer if is_yes else CallbackFailure(error=error))
        )
        return True

    def _summary(self, arn: Arn) -> Summary:
        summary = self.hand.run(self.store.summary(arn))
        assert summary is not None, arn
        return summary

    # ------------------------------------------------------------------ functions
    def find(self, name: str) -> FunctionConfig | None:
        if name == "nobody":
            return None
        return FunctionConfig(name=name, is_durable=name != "plain", execution_timeout_seconds=366 * 86_400)

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        if call.function == "plain":
            return FunctionAnswer(payload=call.payload)
        process = Process(self)
        with self.hand.lent():
            try:
                output = self.functions[call.function].invoke(decode_envelope(load(call.payload)), process)
            except InvocationError as error:
                failure = DIED if process.is_dead else ErrorObject(type=type(error).__name__, message=str(error))
                return FunctionAnswer(error=failure)
        if process.is_dead:
            return FunctionAnswer(error=DIED)
        return FunctionAnswer(payload=dump(encode_output(output)).encode())


@dataclass(slots=True)
class Process:
    """A function's way to the service, for as long as it lives."""

    world: World
    is_dead: bool = False
    is_local = True

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        self._perhaps_die(arn)
        try:
            reply = self.world.hand.run(self.world.service.checkpoint(arn, request))
        except Refused as no:
            raise refused(CheckpointError, code=no.code.value, status=no.code.http_status, message=no.message) from no
        self._perhaps_die(arn)
        return reply

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        try:
            return self.world.hand.run(self.world.service.state(arn, token, marker, max_items))
        except Refused as no:
            kind = GetExecutionStateError
            raise refused(kind, code=no.code.value, status=no.code.http_status, message=no.message) from no

    def _perhaps_die(self, arn: Arn) -> None:
        if self.world.happens(self.world.odds.is_lost):
            self.world.lose(arn)
        elif self.world.happens(self.world.odds.repeats):
            self.world.invoke_again(arn)
        self.world.aside()
        self.is_dead = self.is_dead or self.world.happens(self.world.odds.dies)
        if self.is_dead:
            raise unreachable(CheckpointError, "the process died")
