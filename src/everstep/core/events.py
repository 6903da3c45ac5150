"""The history of an execution: what happened, in order, numbered from 1 without gaps.

Events are written in the same change as the operation that they tell of; they are never computed afterwards.
"""

from enum import StrEnum

from everstep.core.model import Arn, CallbackId, CallbackOptions, ErrorObject, Millis, OperationId
from everstep.core.records import dataclass


class EventType(StrEnum):
    """The types of the history API; `<type>Details` is the name of the member that holds an event's facts."""

    EXECUTION_STARTED = "ExecutionStarted"
    EXECUTION_SUCCEEDED = "ExecutionSucceeded"
    EXECUTION_FAILED = "ExecutionFailed"
    EXECUTION_TIMED_OUT = "ExecutionTimedOut"
    EXECUTION_STOPPED = "ExecutionStopped"
    EXECUTION_PAUSED = "ExecutionPaused"
    EXECUTION_RESUMED = "ExecutionResumed"
    CONTEXT_STARTED = "ContextStarted"
    CONTEXT_SUCCEEDED = "ContextSucceeded"
    CONTEXT_FAILED = "ContextFailed"
    STEP_STARTED = "StepStarted"
    STEP_SUCCEEDED = "StepSucceeded"
    STEP_FAILED = "StepFailed"
    WAIT_STARTED = "WaitStarted"
    WAIT_SUCCEEDED = "WaitSucceeded"
    WAIT_CANCELLED = "WaitCancelled"
    CALLBACK_STARTED = "CallbackStarted"
    CALLBACK_SUCCEEDED = "CallbackSucceeded"
    CALLBACK_FAILED = "CallbackFailed"
    CALLBACK_TIMED_OUT = "CallbackTimedOut"
    CHAINED_INVOKE_STARTED = "ChainedInvokeStarted"
    CHAINED_INVOKE_SUCCEEDED = "ChainedInvokeSucceeded"
    CHAINED_INVOKE_FAILED = "ChainedInvokeFailed"
    CHAINED_INVOKE_TIMED_OUT = "ChainedInvokeTimedOut"
    CHAINED_INVOKE_STOPPED = "ChainedInvokeStopped"
    INVOCATION_COMPLETED = "InvocationCompleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the history.

    Which of the members below the line an event carries follows from its type; `core.wire.events` has the table.
    """

    event_id: int
    type: EventType
    at: Millis
    id: OperationId | None = None
    """The operation (for execution events: the EXECUTION operation); None for InvocationCompleted."""
    name: str | None = None
    sub_type: str | None = None
    parent_id: OperationId | None = None

    # ------------------------------------------------------------------ by type
    input: str | None = None
    result: str | None = None
    error: ErrorObject | None = None
    execution_timeout_seconds: int | None = None
    requested_at: Millis | None = None
    """When the pause or the resume was asked for."""
    reason: str | None = None
    """Why it was asked for, in the caller's words."""
    timeout_paused: bool | None = None
    """Whether the execution's own time stands still while it is paused."""
    attempt: int | None = None
    """The attempt that ended, from 1 (RetryDetails.CurrentAttempt)."""
    next_attempt_delay_seconds: int | None = None
    duration_seconds: int | None = None
    wait_ends_at: Millis | None = None
    callback_id: CallbackId | None = None
    callback: CallbackOptions | None = None
    function_name: str | None = None
    tenant_id: str | None = None
    executed_version: str | None = None
    child_arn: Arn | None = None
    request_id: str | None = None
    invocation_started_at: Millis | None = None
    invocation_ended_at: Millis | None = None
