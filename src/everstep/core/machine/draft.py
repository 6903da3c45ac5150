"""A change in the making: reads see it, the execution does not.

`decide` puts operations, events and effects onto a draft; nothing reaches the execution unless the whole command is
accepted and `evolve` applies the finished delta. That is what makes a batch of updates atomic.
"""

from operator import attrgetter

from everstep.core.events import Event, EventType
from everstep.core.limits import Limits
from everstep.core.machine.delta import Delta, Effect, Response
from everstep.core.machine.happening import Happening
from everstep.core.machine.state import Execution, Head, Invocation, Origin, Reply
from everstep.core.model import ErrorObject, ExecutionStatus, Millis, Operation, OperationId
from everstep.core.records import changed


class Draft:
    """Owns one change of one execution, from the first rule to the finished delta.

    What nearly every change touches (`invocation`, `seen_version`, `reply` and the counters) is kept beside the head
    and joins it in `finish`: a new head for each of them would cost more than all rules together.
    """

    def __init__(self, execution: Execution, now: Millis, limits: Limits) -> None:
        head = execution.head
        self.origin: Origin = execution.origin
        self.head: Head = head
        self.limits = limits
        self.now = max(now, head.changed_at)
        """The moment of the change; a clock that jumped back does not take the history with it."""
        self.invocation: Invocation | None = head.invocation
        self.seen_version: int = head.seen_version
        self.reply: Reply | None = head.reply
        self.operations: int = head.operations
        """Number of operations, those that this change brings included."""
        self.written_bytes: int = head.written_bytes
        """What the execution wrote in its life, this change included."""
        self._execution = execution
        self._operations: dict[OperationId, Operation] = {}
        self._events: list[Event] = []
        self._effects: list[Effect] = []
        self._performed: dict[str, None] = {}

    @property
    def version(self) -> int:
        """The version that the execution will have."""
        return self._execution.head.version + 1

    @property
    def is_open(self) -> bool:
        """Whether its story goes on."""
        return not self.head.status.is_closed

    @property
    def is_running(self) -> bool:
        """Whether it is open, and no pause is under way."""
        return self.head.status is ExecutionStatus.RUNNING

    def get(self, operation_id: OperationId) -> Operation | None:
        return self._operations.get(operation_id) or self._execution.operations.get(operation_id)

    def due(self) -> list[Operation]:
        """The operations whose time has come."""
        return self._execution.operations.due(self.now)

    def put(self, operation: Operation) -> None:
        """The operation's new version."""
        self._operations[operation.id] = operation
        self.operations = max(self.operations, operation.seq)

    def waiting(self) -> int:
        """How many operations can wake the function later."""
        assert not self._operations, "asked before anything changed"
        return self._execution.operations.waiting

    def news(self) -> list[Operation]:
        """What the service changed since an invocation last saw the state, oldest first."""
        news = {o.id: o for o in self._execution.operations.moved_since(self.seen_version)}
        for operation in self._operations.values():
            if operation.id in news or operation.moved_in == self.version:
                news[operation.id] = operation
        return list(news.values())

    def unseen(self) -> list[Operation]:
        """What changed since an invocation last saw the state, by whomever, in start order."""
        moved = self._execution.operations.moved_since(self.seen_version)
        unseen = {o.id: o for o in moved} | self._operations
        return sorted(unseen.values(), key=attrgetter("seq"))

    def set(self, head: Head) -> None:
        self.head = head

    # ------------------------------------------------------------------ history and effects
    def tell(self, operation: Operation, happening: Happening) -> None:
        """One more line of history about an operation."""
        self._events.append(
            Event(
                event_id=self._next_event_id(),
                type=happening.type,
                at=self.now,
                id=operation.id,
                name=operation.name,
                sub_type=operation.sub_type,
                parent_id=operation.parent_id,
                input=happening.input,
                result=happening.result,
                error=happening.error,
                attempt=happening.attempt,
                next_attempt_delay_seconds=happening.next_attempt_delay_seconds,
                duration_seconds=operation.wait_seconds,
                wait_ends_at=operation.wait_ends_at,
                callback_id=operation.callback_id,
                callback=operation.callback,
                function_name=happening.function_name,
                tenant_id=happening.tenant_id,
                executed_version=happening.executed_version,
                child_arn=operation.child_arn,
            )
        )

    def tell_again(self, event: Event) -> None:
        """One more line of history, which another execution's history told first."""
        self._events.append(changed(event, event_id=self._next_event_id()))

    def tell_execution(self, type_: EventType, *, result: str | None = None, error: ErrorObject | None = None) -> None:
        """One more line of history about the execution itself."""
        starts = type_ is EventType.EXECUTION_STARTED
        self._events.append(
            Event(
                event_id=self._next_event_id(),
                type=type_,
                at=self.origin.began_at if starts else self.now,
                id=OperationId(self.origin.execution_id),
                name=self.origin.name,
                input=self.origin.input if starts else None,
                execution_timeout_seconds=self.origin.timeout_seconds if starts else None,
                result=result,
                error=error,
            )
        )

    def tell_pause(
        self, type_: EventType, requested_at: Millis, reason: str | None, timeout_paused: bool | None = None
    ) -> None:
        """One more line of history about the beginning or the end of a pause."""
        self._events.append(
            Event(
                event_id=self._next_event_id(),
                type=type_,
                at=self.now,
                id=OperationId(self.origin.execution_id),
                name=self.origin.name,
                requested_at=requested_at,
                reason=reason,
                timeout_paused=timeout_paused,
            )
        )

    def tell_invocation(self, request_id: str, started_at: Millis, error: ErrorObject | None) -> None:
        """One more line of history about an invocation that is over."""
        self._events.append(
            Event(
                event_id=self._next_event_id(),
                type=EventType.INVOCATION_COMPLETED,
                at=self.now,
                request_id=request_id,
                invocation_started_at=started_at,
                invocation_ended_at=self.now,
                error=error,
            )
        )

    def _next_event_id(self) -> int:
        return self._execution.head.events + len(self._events) + 1

    def want(self, effect: Effect) -> None:
        """Have this done after the change is safe."""
        self._effects.append(effect)

    def done(self, effect: Effect) -> None:
        """The effect is performed with this change."""
        self.perform(effect.id)

    def perform(self, effect_id: str) -> None:
        """The effect of this id is performed with this change; saying so twice is harmless.

        One that this very change wanted is not wanted after all.
        """
        others = [effect for effect in self._effects if effect.id != effect_id]
        if len(others) < len(self._effects):
            self._effects = others
        else:
            self._performed[effect_id] = None

    # ------------------------------------------------------------------ the end
    def finish(self, response: Response = None) -> Delta:
        """The delta; one that changes nothing has the version that it began with."""
        base = self._execution.head
        has_new_head = self.head is not base or self.invocation is not base.invocation
        is_touched = has_new_head or self._operations or self._events or self._effects or self._performed
        return Delta(
            arn=self.origin.arn,
            base_version=base.version,
            head=self._final_head() if is_touched else base,
            origin=self.origin if base.version == 0 else None,
            operations=tuple(self._operations.values()),
            events=tuple(self._events),
            effects=tuple(self._effects),
            performed=tuple(self._performed),
            due_at=self._due_at(),
            response=response,
        )

    def _final_head(self) -> Head:
        return changed(
            self.head,
            version=self.version,
            events=self._execution.head.events + len(self._events),
            operations=self.operations,
            written_bytes=self.written_bytes,
            invocation=self.invocation,
            seen_version=self.seen_version,
            reply=self.reply,
            changed_at=self.now,
        )

    def _due_at(self) -> Millis | None:
        if not self.is_open:
            return self.head.expires_at
        moments = [o.due_at for o in self._operations.values()]
        moments += [self.head.timeout_at, self.head.invoke_at, self._execution.operations.next_due(self._operations)]
        return min((m for m in moments if m is not None), default=None)
