"""One change of one execution: what is written, what is answered, and what must be done afterwards.

The same value goes to the store, to the response and into the history; nobody is asked twice.
"""

from typing import TypeAlias

from everstep.core.events import Event
from everstep.core.machine.state import Head, Invocation, Origin, Parent
from everstep.core.messages import CheckpointReply
from everstep.core.model import Arn, CheckpointToken, ErrorObject, ExecutionStatus, Millis, Operation, OperationId
from everstep.core.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoke:
    """Call the function: submit `BeginInvocation(number)`, then carry out what it answers."""

    arn: Arn
    number: int

    @property
    def id(self) -> str:
        return f"invoke/{self.arn}/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyParent:
    """Tell the execution that started this one how it ended."""

    arn: Arn
    parent: Parent
    status: ExecutionStatus
    result: str | None = None
    error: ErrorObject | None = None

    @property
    def id(self) -> str:
        return f"notify/{self.arn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChild:
    """Give birth to the execution of a chained invoke's durable target."""

    arn: Arn
    """The parent."""
    origin: Origin

    @property
    def id(self) -> str:
        return f"start/{self.origin.arn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFunction:
    """Call a chained invoke's plain target, once, and tell the operation how it went."""

    arn: Arn
    operation_id: OperationId
    function: str
    version: str
    payload: str
    tenant_id: str | None = None

    @property
    def id(self) -> str:
        return f"call/{self.arn}/{self.operation_id}"


Effect: TypeAlias = Invoke | NotifyParent | StartChild | CallFunction
"""Saved with the change and performed afterwards, at least once; deleted by the delta that names it `performed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An invocation may be made now; whoever makes it adds the operations to form the envelope."""

    invocation: Invocation
    token: CheckpointToken
    updated_operation_ids: tuple[OperationId, ...]


Response: TypeAlias = CheckpointReply | Begun | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What `decide` decided. A delta that changes nothing (`is_empty`) need not be written."""

    arn: Arn
    base_version: int
    """The version it was decided on; 0 with an `origin` is the birth of an execution."""
    head: Head
    origin: Origin | None = None
    operations: tuple[Operation, ...] = ()
    """The changed operations, whole."""
    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    performed: tuple[str, ...] = ()
    """Ids of effects that are done with this change."""
    due_at: Millis | None = None
    """When time will change the execution next."""
    response: Response = None

    @property
    def is_empty(self) -> bool:
        return self.head.version == self.base_version
