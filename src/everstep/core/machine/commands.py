"""Everything that can be asked of an execution. A closed set: `decide` answers each, and only these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from everstep.core.events import Event
from everstep.core.machine.state import Origin
from everstep.core.messages import CheckpointRequest, InvocationOutput
from everstep.core.model import ErrorObject, ExecutionStatus, Operation, OperationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a fork brings along."""

    operations: tuple[Operation, ...]
    """In start order, numbered from 1."""
    events: tuple[Event, ...]
    """What the history tells of them; the numbers mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Begin a new execution."""

    origin: Origin
    past: Past | None = None
    effect_id: str | None = None
    """The effect that this carries out, if it was an execution that wanted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the service knows of a function that a checkpoint wants to call."""

    is_durable: bool
    execution_timeout_seconds: int
    retention_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The function reports."""

    request: CheckpointRequest
    targets: Mapping[str, Target] = field(default_factory=dict)
    """The functions that its chained invokes name, as far as they are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginInvocation:
    """The dispatcher is about to call the function."""

    number: int
    """The invocation that is owed; any other is an effect performed twice and changes nothing."""
    id: str
    """Request id for the invocation: fresh, unguessable, without a slash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The function answered. `output` is None when the answer is not an output of the documented form."""

    output: InvocationOutput | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """The function did not answer: it raised, died, ran out of time or could not be reached.

    The error's type decides how it is retried: `Runtime.`, `Sandbox.` and `Extension.` at once, others with
    back-off.
    """

    error: ErrorObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The service itself lost sight of the invocation (it was restarted). Not a failure of the function."""


InvocationEnd: TypeAlias = Returned | Crashed | Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationEnded:
    """An invocation is over."""

    number: int
    end: InvocationEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Somebody wants it to end now."""

    error: ErrorObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Somebody wants its function not to be invoked for a while."""

    client_token: str | None = None
    """The same token again, within its window, asks for nothing new."""
    reason: str | None = None
    timeout_paused: bool = True
    """Whether the execution's own time stands still meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Somebody wants it to go on."""

    client_token: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Somebody wants it gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurry:
    """Somebody will not wait for the time that would do it anyway."""

    operation_id: OperationId | None = None
    """A wait, or a step that pauses before its next attempt. None: the invocation that failed and is to be tried
    again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackSuccess:
    payload: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFailure:
    error: ErrorObject


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackHeartbeat:
    """Still at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCallback:
    """Somebody outside answers a callback."""

    operation_id: OperationId
    answer: CallbackSuccess | CallbackFailure | CallbackHeartbeat


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildEnded:
    """The target of a chained invoke is done."""

    operation_id: OperationId
    effect_id: str
    """The effect that brought the news."""
    status: ExecutionStatus
    result: str | None = None
    error: ErrorObject | None = None


Command: TypeAlias = (
    Start
    | Checkpoint
    | BeginInvocation
    | InvocationEnded
    | AnswerCallback
    | ChildEnded
    | Pause
    | Resume
    | Stop
    | Delete
    | Hurry
    | Tick
)
