"""What is said over the wire: the envelope, its answer, and the requests and replies of the API.

service --Envelope--> function --CheckpointReply/StatePage--> … --InvocationOutput--> service
"""

from enum import StrEnum

from everstep.core.model import Arn, CheckpointToken, ErrorObject, Operation, OperationId, Update
from everstep.core.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The event of one invocation: who you are, your right to write, and what is known so far."""

    arn: Arn
    token: CheckpointToken
    operations: tuple[Operation, ...]
    """First page of the state in start order, the EXECUTION operation first."""
    next_marker: str | None = None
    """Where the state goes on (GetDurableExecutionState); None when this page was all."""
    updated_operation_ids: tuple[OperationId, ...] = ()
    """Operations that changed outside checkpoints since an invocation last saw the state."""


class InvocationStatus(StrEnum):
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    PENDING = "PENDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationOutput:
    """What the function answers to an envelope. Nothing is checked here: the service judges it."""

    status: InvocationStatus
    result: str | None = None
    error: ErrorObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRequest:
    token: CheckpointToken
    updates: tuple[Update, ...] = ()
    client_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointReply:
    """What a checkpoint changed: every operation that this invocation has not seen in its present version."""

    token: CheckpointToken | None
    """The next right to write. None: the execution is closed, or this invocation was revoked."""
    operations: tuple[Operation, ...] = ()
    next_marker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePage:
    operations: tuple[Operation, ...]
    next_marker: str | None = None
