"""One execution under test: commands go in, everything that comes of them is kept and checked."""

from collections.abc import Iterable

import pytest

from everstep.core.events import Event
from everstep.core.limits import LIMITS, Limits
from everstep.core.machine.commands import (
    BeginInvocation,
    Checkpoint,
    Command,
    Crashed,
    Delete,
    InvocationEnd,
    InvocationEnded,
    Lost,
    Past,
    Pause,
    Resume,
    Returned,
    Start,
    Stop,
    Tick,
)
from everstep.core.machine.decide import decide, evolve
from everstep.core.machine.delta import Begun, Delta, Effect
from everstep.core.machine.state import Execution, Head, Origin
from everstep.core.messages import CheckpointReply, CheckpointRequest, InvocationOutput, InvocationStatus
from everstep.core.model import CheckpointToken, ErrorObject, Millis, Operation, OperationId, Update
from everstep.core.refusal import Refused
from tests.core.machine import invariants
from tests.core.machine.factories import an_origin


class Life:
    """Owns an execution from its birth, and the clock it lives by."""

    def __init__(self, origin: Origin | None = None, limits: Limits = LIMITS, past: Past | None = None) -> None:
        origin = origin or an_origin()
        self.now = origin.started_at
        self.limits = limits
        self.events: list[Event] = []
        self.outbox: dict[str, Effect] = {}
        self.token = CheckpointToken("")
        """What the live invocation may write with; the dead one's, when there is none."""
        self._execution: Execution | None = None
        self.do(Start(origin=origin, past=past))

    # ------------------------------------------------------------------ looking
    @property
    def execution(self) -> Execution:
        assert self._execution is not None
        return self._execution

    @property
    def head(self) -> Head:
        return self.execution.head

    @property
    def owed(self) -> int | None:
        """The number of the invocation that the outbox holds."""
        return next((int(effect_id.rpartition("/")[2]) for effect_id in self.outbox if "invoke/" in effect_id), None)

    def operation(self, id_: str) -> Operation:
        operation = self.execution.operations.get(OperationId(id_))
        assert operation is not None, id_
        return operation

    def history(self) -> list[str]:
        """Type and operation of every event, as `StepStarted a`."""
        return [_line(event) for event in self.events]

    # ------------------------------------------------------------------ the one road
    def do(self, command: Command, *, after_ms: int = 0) -> Delta:
        """Carry out the command and check everything that must be true whatever it was. Raises Refused."""
        self.now = Millis(self.now + after_ms)
        before = self._execution.head if self._execution is not None else None
        operations = list(self._execution.operations) if self._execution is not None else []
        try:
            delta = decide(self._execution, command, self.now, self.limits)
        finally:
            if self._execution is not None:
                assert self.head is before, "decide changed the execution"
                assert list(self._execution.operations) == operations, "decide changed the execution"
                invariants.check_operations(self._execution)
        self._execution = evolve(self._execution, delta)
        self.events += delta.events
        self._note(delta.effects, delta.performed)
        invariants.check_delta(before, delta, self.execution)
        invariants.check_history(self.head, self.events)
        invariants.check_invocation(self.head, self.outbox.values())
        invariants.check_operations(self.execution)
        invariants.check_wake_up(self.execution)
        return delta

    def _note(self, effects: Iterable[Effect], performed: Iterable[str]) -> None:
        for effect_id in performed:
            self.outbox.pop(effect_id, None)
        for effect in effects:
            assert effect.id not in self.outbox, effect
            self.outbox[effect.id] = effect

    def refusal_of(self, command: Command) -> str:
        """The message of the refusal; that it changed nothing is checked."""
        with pytest.raises(Refused) as caught:
            self.do(command)
        return caught.value.message

    # ------------------------------------------------------------------ what can happen
    def begin(self) -> Begun:
        """The dispatcher makes the owed invocation."""
        assert self.owed is not None, "no invocation is owed"
        begun = self.do(BeginInvocation(number=self.owed, id=f"invocation-{self.owed}")).response
        assert isinstance(begun, Begun), begun
        self.token = begun.token
        return begun

    def save(self, *updates: Update, client_token: str | None = None) -> CheckpointReply:
        """The function checkpoints with its current token."""
        request = CheckpointRequest(token=self.token, updates=updates, client_token=client_token)
        reply = self.do(Checkpoint(request=request)).response
        assert isinstance(reply, CheckpointReply), reply
        if reply.token is not None:
            self.token = reply.token
        return reply

    def refusal_to_save(self, *updates: Update) -> str:
        return self.refusal_of(Checkpoint(request=CheckpointRequest(token=self.token, updates=updates)))

    def end(self, how: InvocationEnd) -> Delta:
        assert self.head.invocation is not None
        return self.do(InvocationEnded(number=self.head.invocation.number, end=how))

    def suspend(self) -> Delta:
        """The function answers PENDING."""
        return self.end(Returned(output=InvocationOutput(status=InvocationStatus.PENDING)))

    def succeed(self, result: str | None = None) -> Delta:
        return self.end(Returned(output=InvocationOutput(status=InvocationStatus.SUCCEEDED, result=result)))

    def fail(self, error: ErrorObject | None = None) -> Delta:
        return self.end(Returned(output=InvocationOutput(status=InvocationStatus.FAILED, error=error)))

    def crash(self, type_: str | None = "Runtime.ExitError") -> Delta:
        return self.end(Crashed(error=ErrorObject(type=type_, message="gone")))

    def lose(self) -> Delta:
        """The service is restarted."""
        return self.end(Lost())

    def stop(self, error: ErrorObject | None = None) -> Delta:
        return self.do(Stop(error=error))

    def pause(self, *, timeout_paused: bool = True) -> Delta:
        return self.do(Pause(timeout_paused=timeout_paused))

    def resume(self) -> Delta:
        return self.do(Resume())

    def delete(self) -> Delta:
        return self.do(Delete())

    def pass_time(self, *, seconds: float) -> Delta:
        """Time passes, and the service notices."""
        return self.do(Tick(), after_ms=round(seconds * 1000))

    def begin_after(self, *, seconds: float) -> Begun:
        self.pass_time(seconds=seconds)
        return self.begin()

    def pass_unnoticed(self, *, seconds: float) -> None:
        """Time passes, and nobody looks."""
        self.now = Millis(self.now + round(seconds * 1000))


def live(origin: Origin | None = None, limits: Limits = LIMITS) -> Life:
    """An execution whose first invocation has begun."""
    life = Life(origin, limits)
    life.begin()
    return life


def _line(event: Event) -> str:
    is_about_operation = not event.type.value.startswith("Execution") and event.id is not None
    return f"{event.type} {event.id}" if is_about_operation else event.type.value
