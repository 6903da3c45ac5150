"""What people ask of a store: to find executions, to count them, to read what their functions logged.

It is a port beside `Store` because no rule needs it: the service works without it, and whoever looks at executions
(`service.page`) works with nothing else. Both adapters pass one contract suite (tests/service/stores).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from everstep.core.machine.state import Head, Origin, Source
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Millis, Operation

ERROR_CHARS_MAX = 500
"""How much of an error's message is kept for lists, and searched."""
WAITS_SHOWN_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which executions are meant; a member that is None (or empty) does not filter."""

    statuses: frozenset[ExecutionStatus] = frozenset()
    function: str | None = None
    version: str | None = None
    name: str | None = None
    """Contained in the name, whatever the case."""
    error: str | None = None
    """Contained in the type or the message of the error, whatever the case; of a long message only its beginning."""
    attributes: tuple[tuple[str, str | None], ...] = ()
    """Keys and values as JSON text, all of which it must have; without a value, only the key."""
    started_after: Millis | None = None
    """Exclusive."""
    started_before: Millis | None = None
    """Exclusive."""
    parent: Arn | None = None
    source: Arn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One execution in a list."""

    arn: Arn
    name: str
    function: str
    version: str
    status: ExecutionStatus
    started_at: Millis
    ended_at: Millis | None = None
    operations: int = 0
    invocations: int = 0
    error: ErrorObject | None = None
    """Type and message, cut."""
    parent: Arn | None = None
    source: Source | None = None
    retry_at: Millis | None = None
    """When an invocation that failed is made again."""
    waits: int = 0
    """How many operations the clock or the world will change."""
    first_waits: tuple[Operation, ...] = ()
    """The earliest of them, at most WAITS_SHOWN_MAX; what no clock will change comes last."""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Values as JSON text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    lines: tuple[Line, ...]
    next: str | None = None
    """Where the next page begins; None on the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCount:
    """How many executions of a function have a status."""

    function: str
    status: ExecutionStatus
    count: int
    last_started_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Executions that were started in one stretch of time."""

    number: int
    """From 0, counted from the beginning that was asked for."""
    status: ExecutionStatus
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that a function wrote while it worked on an execution."""

    at: Millis
    message: str
    stream: str = "stderr"
    level: str | None = None
    operation_id: str | None = None
    operation_name: str | None = None
    attempt: int | None = None
    request_id: str | None = None
    fields: str | None = None
    """What else was said with it: a JSON object as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidPage:
    said: tuple[tuple[int, Said], ...]
    """By number, from 1 within the execution; oldest first."""
    dropped: int = 0
    """How many are gone, because there were too many."""


class Catalogue(Protocol):
    """All methods may be called concurrently from one event loop."""

    async def search(self, search: Search, *, limit: int, after: str | None, oldest_first: bool) -> LinePage:
        """A page of executions. Raises Refused for an `after` that is no `LinePage.next`."""
        ...

    async def lines(self, arns: Sequence[Arn]) -> Sequence[Line]:
        """These executions, as far as they exist, in any order."""
        ...

    async def counts(self, search: Search) -> Mapping[ExecutionStatus, int]: ...

    async def span(self, search: Search) -> tuple[Millis, Millis] | None:
        """When the first and the last of them were started; None when there is none."""
        ...

    async def histogram(self, search: Search, *, start: Millis, width_ms: int, buckets: int) -> Sequence[Bucket]:
        """How many were started in each of so many stretches of time from `start` on; empty ones are left out."""
        ...

    async def by_function(self) -> Sequence[FunctionCount]: ...

    async def say(self, arn: Arn, said: Sequence[Said], *, keep: int) -> int:
        """Keep what was said, and of it all only the last `keep`. The number of the last one; 0 for an unknown ARN."""
        ...

    async def said(self, arn: Arn, *, limit: int, after: int = 0, operation_id: str | None = None) -> SaidPage:
        """What was said with a larger number than `after`, oldest first."""
        ...


def short_error(head: Head) -> ErrorObject | None:
    """The error as lists show it."""
    if head.error is None:
        return None
    return ErrorObject(type=_cut(head.error.type), message=_cut(head.error.message))


def line_without_waits(origin: Origin, head: Head) -> Line:
    """What origin and head tell of an execution."""
    return Line(
        arn=origin.arn,
        name=origin.name,
        function=origin.function,
        version=origin.version,
        status=head.status,
        started_at=origin.started_at,
        ended_at=head.ended_at,
        operations=head.operations,
        invocations=head.invocations,
        error=short_error(head),
        parent=origin.parent.arn if origin.parent is not None else None,
        source=origin.source,
        retry_at=head.invoke_at,
    )


def in_order_of_ripening(waits: Sequence[Operation]) -> list[Operation]:
    """The earliest due first; what no clock will change comes last."""
    return sorted(waits, key=lambda one: (one.due_at is None, one.due_at or 0, one.seq))


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:ERROR_CHARS_MAX]
