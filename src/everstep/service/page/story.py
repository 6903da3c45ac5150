"""An execution as people look at it: a tree of operations, with the attempts and invocations of its history. Pure.

Operations tell where everything stands, but only the newest attempt of a step; the history tells of every attempt.
A `Story` is folded from the history, which is long, only where somebody asks what operations do not tell; it goes on
from where it was: events are only ever added.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from everstep.core.events import Event, EventType
from everstep.core.model import Arn, ErrorObject, Kind, Millis, Operation, OperationId, Status
from everstep.service.catalogue import Line
from everstep.service.ports import Summary

ATTEMPTS_KEPT_MAX = 50
"""Of one step; a poll may have thousands."""
_FAILURES = (Status.FAILED, Status.TIMED_OUT, Status.STOPPED)


class AttemptStatus(StrEnum):
    STARTED = "STARTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    RETRIED = "RETRIED"
    """It ended, and another one follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a step."""

    number: int
    status: AttemptStatus
    started_at: Millis
    ended_at: Millis | None = None
    error: ErrorObject | None = None
    retry_at: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What a context holds, on all levels."""

    children: int = 0
    """Directly."""
    total: int = 0
    by_status: Mapping[Status, int] = field(default_factory=dict)
    started_at: Millis | None = None
    ended_at: Millis | None = None

    @property
    def failed(self) -> int:
        return sum(self.by_status.get(status, 0) for status in _FAILURES)


@dataclass(frozen=True, slots=True)
class OperationPage:
    operations: tuple[Operation, ...]
    next: int | None
    """The number after which the next page begins; None on the last one."""


class Tree:
    """The operations of one version of an execution, by where they are."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.all = tuple(operations)
        self._by_id = {operation.id: operation for operation in self.all}
        self._children: dict[OperationId | None, list[Operation]] = defaultdict(list)
        for operation in self.all:
            self._children[self._parent(operation)].append(operation)
        self._sums = _sums(self.all)
        self.by_status = Counter(operation.status for operation in self.all)
        self.by_kind = Counter(operation.kind for operation in self.all)

    def get(self, operation_id: OperationId) -> Operation | None:
        return self._by_id.get(operation_id)

    def page(self, parent: OperationId | None, after: int, limit: int) -> OperationPage:
        """Operations directly inside the parent, in start order."""
        return _page(self._children.get(parent, ()), after, limit)

    def flat(self, after: int, limit: int) -> OperationPage:
        """Operations on all levels, in start order."""
        return _page(self.all, after, limit)

    def inside(self, operation: Operation) -> Inside | None:
        """What a context holds; None for anything else."""
        if operation.kind is not Kind.CONTEXT:
            return None
        found = self._sums.get(operation.id, _Sum())
        return Inside(
            children=found.children,
            total=found.total,
            by_status=dict(found.by_status),
            started_at=found.started_at,
            ended_at=found.ended_at,
        )

    def path(self, operation: Operation) -> list[Operation]:
        """The contexts that it is in, outermost first."""
        found: list[Operation] = []
        parent = self._by_id.get(operation.parent_id) if operation.parent_id is not None else None
        while parent is not None and parent not in found:
            found.insert(0, parent)
            parent = self._by_id.get(parent.parent_id) if parent.parent_id is not None else None
        return found

    def waits(self) -> list[Operation]:
        """What waits for its moment, and could be hurried."""
        return [one for one in self.all if one.due_at is not None and one.kind in (Kind.STEP, Kind.WAIT)]

    def _parent(self, operation: Operation) -> OperationId | None:
        return operation.parent_id if operation.parent_id in self._by_id else None


def _page(operations: Sequence[Operation], after: int, limit: int) -> OperationPage:
    start = bisect_right(operations, after, key=lambda one: one.seq)
    shown = tuple(operations[start : start + limit])
    return OperationPage(shown, shown[-1].seq if start + limit < len(operations) else None)


@dataclass(slots=True)
class _Sum:
    """An `Inside` that still grows; there are as many as contexts, and few are ever looked at."""

    children: int = 0
    total: int = 0
    by_status: dict[Status, int] = field(default_factory=dict)
    started_at: Millis | None = None
    ended_at: Millis | None = None

    def add(self, operation: Operation, own: "_Sum | None") -> None:
        """A child, and what is inside it."""
        self.children += 1
        self.total += 1
        self._count(operation.status, 1)
        self._stretch(operation.started_at, operation.ended_at)
        if own is not None:
            self.total += own.total
            for status, count in own.by_status.items():
                self._count(status, count)
            self._stretch(own.started_at, own.ended_at)

    def _count(self, status: Status, count: int) -> None:
        self.by_status[status] = self.by_status.get(status, 0) + count

    def _stretch(self, start: Millis | None, end: Millis | None) -> None:
        if start is not None and (self.started_at is None or start < self.started_at):
            self.started_at = start
        if end is not None and (self.ended_at is None or end > self.ended_at):
            self.ended_at = end


def _sums(operations: Sequence[Operation]) -> dict[OperationId, _Sum]:
    """Children begin after their parents, so one walk from the end carries every figure all the way up."""
    found: dict[OperationId, _Sum] = {}
    for operation in reversed(operations):
        if operation.parent_id is not None:
            found.setdefault(operation.parent_id, _Sum()).add(operation, found.get(operation.id))
    return found


def only_attempt(step: Operation) -> Attempt | None:
    """The attempt of a step that has made but one and will make no other as far as it knows; of any other step, only
    the history tells."""
    if step.status is Status.STARTED and step.attempt == 0:
        return Attempt(number=1, status=AttemptStatus.STARTED, started_at=step.started_at)
    if step.status in (Status.SUCCEEDED, Status.FAILED) and step.attempt <= 1:
        status = AttemptStatus.SUCCEEDED if step.status is Status.SUCCEEDED else AttemptStatus.FAILED
        return Attempt(number=1, status=status, started_at=step.started_at, ended_at=step.ended_at, error=step.error)
    return None


class Story:
    """What the history tells beyond the operations. `hear` is the only way to change it."""

    def __init__(self) -> None:
        self.last_event_id = 0
        self.invocations: list[Event] = []
        self._attempts: dict[OperationId, list[Attempt]] = {}

    def attempts(self, operation_id: OperationId) -> Sequence[Attempt]:
        """The attempts of a step, oldest first; of many only the last."""
        return self._attempts.get(operation_id, ())[-ATTEMPTS_KEPT_MAX:]

    def hear(self, events: Iterable[Event]) -> None:
        """More of the history, oldest first; what was heard before is passed over."""
        for event in events:
            if event.event_id <= self.last_event_id:
                continue
            self.last_event_id = event.event_id
            match event.type:
                case EventType.INVOCATION_COMPLETED:
                    self.invocations.append(event)
                case EventType.STEP_STARTED | EventType.STEP_SUCCEEDED | EventType.STEP_FAILED:
                    self._hear_of_step(event)
                case _:
                    pass

    def _hear_of_step(self, event: Event) -> None:
        assert event.id is not None, event
        attempts = self._attempts.setdefault(event.id, [])
        is_open = bool(attempts) and attempts[-1].status is AttemptStatus.STARTED
        number = event.attempt or len(attempts) + (not is_open)
        if event.type is EventType.STEP_STARTED:
            # The process of an open attempt died; the same attempt begins once more.
            if not is_open:
                attempts.append(Attempt(number=number, status=AttemptStatus.STARTED, started_at=event.at))
            return
        began = attempts.pop() if is_open else Attempt(number=number, status=AttemptStatus.STARTED, started_at=event.at)
        status, retry_at = AttemptStatus.FAILED, None
        if event.next_attempt_delay_seconds:
            status, retry_at = AttemptStatus.RETRIED, Millis(event.at + event.next_attempt_delay_seconds * 1000)
        elif event.type is EventType.STEP_SUCCEEDED:
            status = AttemptStatus.SUCCEEDED
        ended = replace(began, number=number, status=status, ended_at=event.at, error=event.error, retry_at=retry_at)
        attempts.append(ended)
        del attempts[: -2 * ATTEMPTS_KEPT_MAX]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Where a history came from that is no execution of this service."""

    at: Millis
    """When it was brought along."""
    arn: Arn | None
    """The execution that it is the history of; None where it does not say."""
    until: Millis
    """Its last event: the moment that it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One execution, looked at."""

    summary: Summary
    line: Line
    tree: Tree
    imported: Imported | None = None
