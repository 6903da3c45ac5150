"""The nouns of the protocol: operations, updates, errors.

An *execution* is one run of a durable function. It consists of *operations* (steps, waits, callbacks …), each
addressed by an id that the function chooses. A function reports with *updates*; the service keeps the resulting
operations. Both ends of the wire use these records; only `core.wire` knows how they look as JSON.

    Update (a command, sent by the function)  --->  Operation (its present state, kept by the service)

Source of every member: the Lambda API model 2015-03-31, durable execution shapes.
"""

from enum import StrEnum
from typing import NewType

from everstep.core.records import dataclass

Millis = NewType("Millis", int)
"""A moment: milliseconds since the Unix epoch, UTC."""

Arn = NewType("Arn", str)
"""The name of a durable execution; see `core.names` for its parts."""

OperationId = NewType("OperationId", str)
"""Chosen by the function, unique within an execution; opaque to the service."""

CheckpointToken = NewType("CheckpointToken", str)
"""The right to write once; made by the service, opaque to the function."""

CallbackId = NewType("CallbackId", str)
"""Names one callback of one execution to the outside world."""


class Kind(StrEnum):
    """What an operation is (`Type` on the wire)."""

    EXECUTION = "EXECUTION"
    CONTEXT = "CONTEXT"
    STEP = "STEP"
    WAIT = "WAIT"
    CALLBACK = "CALLBACK"
    CHAINED_INVOKE = "CHAINED_INVOKE"


class Status(StrEnum):
    """Where an operation stands."""

    STARTED = "STARTED"
    PENDING = "PENDING"
    """A step that waits for its next attempt."""
    READY = "READY"
    """A step whose delay is over: the next attempt may begin."""
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"
    STOPPED = "STOPPED"

    @property
    def is_terminal(self) -> bool:
        return self in _TERMINAL


_TERMINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.TIMED_OUT, Status.STOPPED})


class ExecutionStatus(StrEnum):
    """Where an execution stands, as the management API shows it."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    STOPPED = "STOPPED"
    DELETING = "DELETING"
    """It was closed, and will be gone in a moment."""
    PAUSING = "PAUSING"
    """It shall pause, but its function still runs: it pauses when that checkpoints or returns."""
    PAUSED = "PAUSED"
    """Its function is not invoked; time and the outside go on."""

    @property
    def is_closed(self) -> bool:
        return self not in _OPEN


_OPEN = frozenset({ExecutionStatus.RUNNING, ExecutionStatus.PAUSING, ExecutionStatus.PAUSED})


class Action(StrEnum):
    """What an update asks for."""

    START = "START"
    SUCCEED = "SUCCEED"
    FAIL = "FAIL"
    RETRY = "RETRY"
    CANCEL = "CANCEL"


class SubType(StrEnum):
    """The labels that SDKs write; the service treats a sub-type as free text."""

    STEP = "Step"
    WAIT = "Wait"
    CALLBACK = "Callback"
    CHAINED_INVOKE = "ChainedInvoke"
    RUN_IN_CHILD_CONTEXT = "RunInChildContext"
    WAIT_FOR_CALLBACK = "WaitForCallback"
    WAIT_FOR_CONDITION = "WaitForCondition"
    MAP = "Map"
    MAP_ITERATION = "MapIteration"
    PARALLEL = "Parallel"
    PARALLEL_BRANCH = "ParallelBranch"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorObject:
    """A failure as it travels: free text, never a live exception."""

    message: str | None = None
    type: str | None = None
    data: str | None = None
    stack_trace: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a function reports of one operation (`OperationUpdate` on the wire).

    A member that is None was not given. `payload` is text that the service never interprets.
    """

    id: OperationId
    kind: Kind
    action: Action
    parent_id: OperationId | None = None
    name: str | None = None
    sub_type: str | None = None
    payload: str | None = None
    error: ErrorObject | None = None

    retry_delay_seconds: int | None = None
    """StepOptions.NextAttemptDelaySeconds."""
    wait_seconds: int | None = None
    """WaitOptions.WaitSeconds."""
    replay_children: bool | None = None
    """ContextOptions.ReplayChildren."""
    callback: "CallbackOptions | None" = None
    invoke: "InvokeOptions | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOptions:
    """How long a callback may take; 0 means no limit."""

    timeout_seconds: int = 0
    heartbeat_timeout_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeOptions:
    """Whom a chained invoke calls."""

    function_name: str
    tenant_id: str | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One durable operation as it stands now.

    The members below the line belong to the kind that is named there and are None (or zero) for all others.
    """

    id: OperationId
    kind: Kind
    status: Status
    started_at: Millis
    ended_at: Millis | None = None
    parent_id: OperationId | None = None
    name: str | None = None
    sub_type: str | None = None
    result: str | None = None
    error: ErrorObject | None = None

    due_at: Millis | None = None
    """When the service itself must act next; None while it waits for the function or the world."""
    seq: int = 0
    """Place in start order within the execution, from 1; 0 outside a service."""
    moved_in: int = 0
    """Version of the execution in which the *service* last changed it (timer, callback …); 0: never."""

    # ------------------------------------------------------------------ by kind
    attempt: int = 0
    """STEP: number of finished attempts."""
    wait_seconds: int | None = None
    """WAIT: the duration that was asked for."""
    wait_ends_at: Millis | None = None
    """WAIT: when it elapses, kept after it did."""
    replay_children: bool = False
    """CONTEXT: its body must run again on replay, because its result was too large to keep."""
    callback_id: CallbackId | None = None
    """CALLBACK."""
    callback: CallbackOptions | None = None
    """CALLBACK."""
    expires_at: Millis | None = None
    """CALLBACK: when its total timeout ends; `due_at` is the earlier of this and the heartbeat's end."""
    invoke: InvokeOptions | None = None
    """CHAINED_INVOKE."""
    child_arn: Arn | None = None
    """CHAINED_INVOKE: the child execution, when the target is durable."""
    input: str | None = None
    """EXECUTION and CHAINED_INVOKE: the payload handed to the function."""
