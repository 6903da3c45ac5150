"""An execution as the service remembers it.

    Execution = Origin (how it was born; never changes)
              + Head   (everything small that changes with each delta)
              + Operations (the operations by id)

The split is what makes a checkpoint cost the size of its change: a store writes the origin once, the head with
each delta, and only those operations that the delta names.
"""

import heapq
from collections import deque
from collections.abc import Container, Iterable, Iterator
from enum import StrEnum

from everstep.core.model import (
    Arn,
    CheckpointToken,
    ErrorObject,
    ExecutionStatus,
    Kind,
    Millis,
    Operation,
    OperationId,
    Status,
)
from everstep.core.records import dataclass, field

MOMENT_ZERO = Millis(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The chained invoke that started this execution."""

    arn: Arn
    operation_id: OperationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The execution that this one repeats, or was forked from."""

    arn: Arn
    operation_id: OperationId | None = None
    """Where it was forked: at the first operation that runs anew. None: it only has the same function and input."""
    copied: int = 0
    """How many operations it brought along; they are the first ones."""
    began_at: Millis | None = None
    """When the story that it brought along began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How an execution was born."""

    arn: Arn
    execution_id: str
    name: str
    function: str
    version: str
    """The function's version that runs it, for life."""
    function_arn: str
    input: str | None
    """JSON text; None when the caller gave no payload."""
    started_at: Millis
    timeout_seconds: int
    retention_days: int | None = None
    is_async: bool = False
    """Started by an Event invocation or by another execution: its result is limited to 1 MiB."""
    unique_name: str | None = None
    """Claims (function, unique_name) for itself; None where the same name may start again."""
    tenant_id: str | None = None
    trace_header: str | None = None
    parent: Parent | None = None
    endpoint: str | None = None
    """Where this execution's function is invoked, when not at the service's own endpoint."""
    source: Source | None = None

    @property
    def began_at(self) -> Millis:
        """When its story began, as the function and the history have it: a fork's is older than the fork."""
        told = self.source.began_at if self.source is not None else None
        return self.started_at if told is None else told


class InvocationPhase(StrEnum):
    OWED = "OWED"
    """The outbox holds an `Invoke`; the function has not been called."""
    LIVE = "LIVE"
    """The function may be running; only this invocation may write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The one invocation that an execution may have at a time."""

    number: int
    """From 1; one more with every invocation of the execution."""
    phase: InvocationPhase
    id: str = ""
    """The request id; unguessable, part of its tokens. Empty while OWED."""
    started_at: Millis | None = None
    checkpoints: int = 0
    """Accepted checkpoints; its current token carries this number."""
    is_revoked: bool = False
    """A pause took its right to write away. Whatever it answers, it is made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to the last checkpoint, kept so that a repeated request gets it again."""

    client_token: str
    checkpoint_token: CheckpointToken
    at: Millis
    next_token: CheckpointToken | None
    operation_ids: tuple[OperationId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseDetails:
    """A pause, from the request to its end."""

    requested_at: Millis
    reason: str | None = None
    timeout_paused: bool = True
    """Whether the execution's own time stands still while it is paused."""
    time_left_ms: int | None = None
    """What was left of that time when it began to stand still; None while it goes on."""
    owes_invocation: bool = False
    """An invocation was held back; it is made at the end of the pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRequest:
    """A pause or a resume that was carried out, kept so that its repetition changes nothing."""

    client_token: str
    wish: str
    """What was asked for, as a text to compare."""
    at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The part of an execution that changes with every delta; small on purpose."""

    version: int = 0
    """Number of deltas so far; a writer that holds another version lost a race."""
    status: ExecutionStatus = ExecutionStatus.RUNNING
    result: str | None = None
    error: ErrorObject | None = None
    ended_at: Millis | None = None
    events: int = 0
    """Number of history events so far."""
    operations: int = 0
    """Number of operations so far."""
    written_bytes: int = 0
    invocations: int = 0
    """Number of invocations so far."""
    invocation: Invocation | None = None
    invoke_at: Millis | None = None
    """When a failed invocation is tried again."""
    seen_version: int = 0
    """Operations with a larger `moved_in` are news to the function."""
    failures: int = 0
    """Failed invocations since the last answer, crashes aside."""
    crashes: int = 0
    """Invocations since the last answer whose sandbox died."""
    empty_pendings: int = 0
    """Answers PENDING in a row with nothing to wait for."""
    reply: Reply | None = None
    timeout_at: Millis | None = None
    """When the execution times out; None once it is closed."""
    pause: PauseDetails | None = None
    """While it is PAUSING or PAUSED."""
    pause_requests: tuple[PauseRequest, ...] = ()
    """The last ones that named themselves, oldest first."""
    expires_at: Millis | None = None
    """When a closed execution is forgotten; None while it is open, and for one that is kept for ever."""
    changed_at: Millis = MOMENT_ZERO
    """When the last delta was decided; time never runs backwards within an execution."""


@dataclass(slots=True)
class Operations:
    """The operations of one execution, in start order.

    It owns three indexes that keep every decision independent of the number of operations: what is due next, what
    moved outside checkpoints, and how many operations wait for the world. `apply` is the only way to change it.
    """

    _by_id: dict[OperationId, Operation] = field(default_factory=dict)
    _timers: list[tuple[Millis, int, OperationId]] = field(default_factory=list)
    """Heap with lazy deletion: an entry counts only while the operation's `due_at` still equals it."""
    _moved: deque[tuple[int, OperationId]] = field(default_factory=deque)
    """(moved_in, id) in order of `moved_in`."""
    waiting: int = 0
    """How many operations can wake the function later (`is_waiting`)."""

    def get(self, operation_id: OperationId) -> Operation | None:
        return self._by_id.get(operation_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._by_id.values())

    def apply(self, changed: Iterable[Operation]) -> None:
        """Put the changed operations in the place of their former versions."""
        for operation in changed:
            before = self._by_id.get(operation.id)
            self.waiting += is_waiting(operation) - (before is not None and is_waiting(before))
            self._by_id[operation.id] = operation
            if operation.due_at is not None:
                heapq.heappush(self._timers, (operation.due_at, operation.seq, operation.id))
            if operation.moved_in and (before is None or before.moved_in != operation.moved_in):
                self._moved.append((operation.moved_in, operation.id))

    def next_due(self, besides: Container[OperationId] = ()) -> Millis | None:
        """The earliest moment at which an operation ripens, looking at none of `besides`."""
        passed_over = []
        earliest = None
        while self._timers:
            due, _, operation_id = self._timers[0]
            if self._by_id[operation_id].due_at != due:
                heapq.heappop(self._timers)
            elif operation_id in besides:
                passed_over.append(heapq.heappop(self._timers))
            else:
                earliest = due
                break
        for entry in passed_over:
            heapq.heappush(self._timers, entry)
        return earliest

    def due(self, now: Millis) -> list[Operation]:
        """The operations that are ripe, earliest first."""
        ripe: dict[OperationId, Operation] = {}
        kept = []
        while self._timers and self._timers[0][0] <= now:
            entry = heapq.heappop(self._timers)
            operation = self._by_id[entry[2]]
            if operation.due_at == entry[0] and operation.id not in ripe:
                ripe[operation.id] = operation
                kept.append(entry)
        for entry in kept:
            heapq.heappush(self._timers, entry)
        return list(ripe.values())

    def moved_since(self, version: int) -> list[Operation]:
        """What the service changed after this version, oldest first. Older entries are forgotten."""
        while self._moved and self._moved[0][0] <= version:
            self._moved.popleft()
        return [self._by_id[i] for i in dict.fromkeys(i for _, i in self._moved)]

    def has_moved_since(self, version: int) -> bool:
        while self._moved and self._moved[0][0] <= version:
            self._moved.popleft()
        return bool(self._moved)


def is_waiting(operation: Operation) -> bool:
    """Whether the world or the clock will change this operation without the function's help."""
    match operation.kind:
        case Kind.STEP:
            return operation.status is Status.PENDING
        case Kind.WAIT | Kind.CALLBACK | Kind.CHAINED_INVOKE:
            return operation.status is Status.STARTED
        case Kind.EXECUTION | Kind.CONTEXT:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution. `evolve` spends it: its operations move on to the successor, so keep only the newest."""

    origin: Origin
    head: Head
    operations: Operations

    @property
    def arn(self) -> Arn:
        return self.origin.arn


def restore(origin: Origin, head: Head, operations: Iterable[Operation]) -> Execution:
    """An execution as a store kept it; the operations come in start order."""
    kept = Operations()
    kept.apply(operations)
    kept._moved = deque(sorted(kept._moved))
    return Execution(origin=origin, head=head, operations=kept)
