"""What a plugin is told: one record per moment, with the field names of the official SDK.

    OperationInfo        an operation as it stands
    |-- OperationStartInfo, OperationEndInfo
    `-- UserFunctionStartInfo, UserFunctionEndInfo       one run of the author's code
    InvocationInfo
    |-- InvocationStartInfo, InvocationEndInfo
    OperationChangeInfo                                  what a checkpoint brought
    PropagationInput, PropagationMetadata                asked before a chained invoke

Payloads (inputs, results, maps of operations) are left out of `repr` and of comparison: plugins log whole records, and
what customers hand in does not belong in logs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from everstep.core.model import ErrorObject, Kind, Millis, Operation, Status

OperationType = Kind
"""The official name of an operation's kind."""


class InvocationStatus(StrEnum):
    """How an invocation ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    PENDING = "PENDING"
    """It is suspended; the execution goes on later."""
    RETRY = "RETRY"
    """It broke off; the service invokes again."""


class UserFunctionOutcome(StrEnum):
    """How a run of the author's code ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    INCOMPLETE = "INCOMPLETE"
    """It was cut off by a suspension, a cancellation or the end of the process."""


@dataclass(frozen=True, slots=True)
class OperationInfo:
    """An operation as it stands; times are in UTC.

    `result` is the serialized text. `attempt` is the number of finished attempts of a step, in records of user
    functions the number of the one that runs; None where nothing is attempted. `is_replayed`: it was recorded by an
    earlier invocation.
    """

    operation_id: str
    operation_type: Kind
    sub_type: str | None
    name: str | None
    parent_id: str | None
    start_time: datetime | None
    is_replayed: bool
    status: Status
    end_time: datetime | None = field(default=None, kw_only=True)
    result: str | None = field(default=None, kw_only=True)
    error: ErrorObject | None = field(default=None, kw_only=True)
    attempt: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class OperationStartInfo(OperationInfo):
    """It begins, begins its next attempt, or is taken up again by this invocation (`is_replayed`)."""


@dataclass(frozen=True, slots=True)
class OperationEndInfo(OperationInfo):
    """It is over, whoever ended it."""


@dataclass(frozen=True, slots=True)
class UserFunctionStartInfo(OperationInfo):
    """The author's code is about to run."""

    is_replay_children: bool = False
    """It runs again only because its result was too large to keep; its operations answer from history."""


@dataclass(frozen=True, slots=True)
class UserFunctionEndInfo(OperationInfo):
    """The author's code has ended."""

    is_replay_children: bool
    outcome: UserFunctionOutcome


@dataclass(frozen=True, slots=True)
class OperationChangeInfo:
    """What changed status since the last such record, and everything that is known."""

    execution_arn: str | None
    updated_operations: dict[str, OperationInfo]
    operations: dict[str, OperationInfo]


@dataclass(frozen=True, slots=True)
class InvocationInfo:
    """One invocation. `execution_input` is a copy of the handler's event."""

    request_id: str | None
    execution_arn: str | None
    is_first_invocation: bool
    execution_start_time: datetime | None = None
    execution_input: Any = field(default=None, kw_only=True, repr=False, compare=False)
    operations: dict[str, OperationInfo] = field(default_factory=dict, kw_only=True, repr=False, compare=False)
    """By id, the EXECUTION operation included; as they stand at this moment."""


@dataclass(frozen=True, slots=True)
class InvocationStartInfo(InvocationInfo):
    """It begins; none of the author's code has run."""

    updated_operations: dict[str, OperationInfo] = field(default_factory=dict, kw_only=True, repr=False, compare=False)
    """What changed from outside while the execution was suspended."""
    trace_header: str | None = field(default=None, kw_only=True)
    """The X-Amzn-Trace-Id of the invocation; the official SDK leaves it to plugins to find it."""


@dataclass(frozen=True, slots=True)
class InvocationEndInfo(InvocationInfo):
    """It ends, suspended or for good."""

    status: InvocationStatus = field(kw_only=True)
    error: ErrorObject | None = None
    execution_result: str | None = field(default=None, kw_only=True, repr=False, compare=False)
    """JSON text; empty where the result was too large for an answer and was saved instead."""


@dataclass(frozen=True, slots=True)
class PropagationInput:
    """A chained invoke that is about to be made."""

    execution_arn: str
    operation_id: str
    target_function_name: str
    parent_operation_id: str | None = None


@dataclass(frozen=True, slots=True)
class PropagationMetadata:
    """What travels with a chained invoke."""

    x_amzn_trace_id: str | None = None


def facts(operation: Operation, *, is_replayed: bool = False) -> dict[str, Any]:
    """The members of any OperationInfo of this operation."""
    return {
        "operation_id": operation.id,
        "operation_type": operation.kind,
        "sub_type": None if operation.sub_type is None else str(operation.sub_type),
        "name": operation.name,
        "parent_id": operation.parent_id,
        "start_time": moment(operation.started_at),
        "is_replayed": is_replayed,
        "status": operation.status,
        "end_time": moment(operation.ended_at),
        "result": operation.result,
        "error": operation.error,
        "attempt": operation.attempt if operation.kind is Kind.STEP else None,
    }


def by_id(operations: Iterable[Operation]) -> dict[str, OperationInfo]:
    return {operation.id: OperationInfo(**facts(operation)) for operation in operations}


def moment(at: Millis | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC)
