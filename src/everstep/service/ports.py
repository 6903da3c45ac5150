"""What the service needs from the world.

Each port has one contract suite (`tests/service/…_contract.py`) that every adapter passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from everstep.core.events import Event
from everstep.core.machine.delta import Delta, Effect
from everstep.core.machine.state import Execution, Head, Origin
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Millis


class StaleVersionError(Exception):
    """Somebody changed the execution first: load it and decide again. Nothing was written."""


class NameTakenError(Exception):
    """The function already has an execution of this name. Nothing was written."""

    def __init__(self, arn: Arn) -> None:
        super().__init__(f"the name belongs to {arn}")
        self.arn = arn


class StoreError(Exception):
    """The store cannot be used: not ours, newer than this program, unreadable, full. The message is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One line of a list of executions."""

    origin: Origin
    head: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which executions to list; a member that is None (or empty) does not filter."""

    function: str | None = None
    version: str | None = None
    name: str | None = None
    statuses: frozenset[ExecutionStatus] = frozenset()
    started_after: Millis | None = None
    """Exclusive."""
    started_before: Millis | None = None
    """Exclusive."""
    oldest_first: bool = False
    after: str | None = None
    """`Page.next` of the page before."""
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPage:
    items: tuple[Summary, ...]
    next: str | None = None
    """Opaque, URL-safe; None on the last page."""


class Store(Protocol):
    """Remembers executions. All methods may be called concurrently from one event loop."""

    async def load(self, arn: Arn) -> Execution | None:
        """The execution with all its operations, newest version."""
        ...

    async def summary(self, arn: Arn) -> Summary | None:
        """The execution without its operations."""
        ...

    async def commit(self, delta: Delta) -> None:
        """Write the delta and its effects in one transaction, durably, before returning.

        Raises StaleVersionError when `delta.base_version` is not the stored version (for a birth: when the ARN
        exists), NameTakenError when a birth claims a unique name that is taken. Either way nothing is written.
        """
        ...

    async def forget(self, arn: Arn, version: int) -> None:
        """Remove the execution for good, its operations, its history and its claim to a name, in one transaction.

        Raises StaleVersionError when `version` is not the stored one; then nothing is removed. Effects that wait
        stay: others may need to be told.
        """
        ...

    async def drop(self, effect_id: str) -> None:
        """Remove an effect that nobody can perform any more; one that does not wait is no error."""
        ...

    async def events(
        self, arn: Arn, *, limit: int, after: int | None = None, newest_first: bool = False
    ) -> Sequence[Event]:
        """Up to `limit` events beyond `after`: with larger ids, or smaller ones when newest first."""
        ...

    async def list(self, query: ListQuery) -> SummaryPage: ...

    async def due(self, now: Millis, limit: int) -> Sequence[Arn]:
        """Executions whose `due_at` is not after `now`, earliest first."""
        ...

    async def next_due(self) -> Millis | None:
        """The earliest `due_at` of all executions."""
        ...

    async def effects(self, limit: int) -> Sequence[Effect]:
        """The oldest effects that no delta has named performed."""
        ...

    async def live(self, limit: int) -> Sequence[Arn]:
        """Executions with an invocation in phase LIVE; asked at start, when no such invocation can be ours."""
        ...

    async def close(self) -> None:
        """Finish what was begun, then let go of every resource."""
        ...


class Clock(Protocol):
    def now(self) -> Millis:
        """The present moment. May jump; deltas never let time run backwards within an execution."""
        ...


class Ids(Protocol):
    def new(self) -> str:
        """A fresh, unguessable id of letters, digits and hyphens, at most 36 characters."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCall:
    """One invocation of a function."""

    function: str
    version: str
    payload: bytes
    request_id: str
    execution_arn: Arn | None = None
    tenant_id: str | None = None
    trace_header: str | None = None
    """The X-Amzn-Trace-Id that the execution was started with."""
    endpoint: str | None = None
    """Overrides the invoker's own endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionAnswer:
    """What a function gave back: text, or the error that ended it."""

    payload: bytes = b""
    error: ErrorObject | None = None


class Invoker(Protocol):
    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        """Call the function and wait for its end.

        Never raises for what the function or the way to it does: a crash, a timeout and an unreachable endpoint
        are answers with an error, whose type starts with `Runtime.` or `Sandbox.` where the sandbox died.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionConfig:
    """What the service knows of a function."""

    name: str
    is_durable: bool = True
    execution_timeout_seconds: int = 86_400
    retention_days: int = 14
    timeout_seconds: int = 900
    """Longest single invocation."""


class Functions(Protocol):
    """The functions that can be invoked."""

    def find(self, name: str) -> FunctionConfig | None: ...
