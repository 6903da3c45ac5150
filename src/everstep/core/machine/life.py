"""Birth, sleep, death and oblivion of an execution: what time and the outside do to it.

Whoever changes an execution ends with `wake`: it owes the function an invocation exactly when there is something
that the function has not seen, and none is owed or live. So no wake-up can be lost, and none is made twice.
"""

from everstep.core.events import EventType
from everstep.core.limits import DAY_MS
from everstep.core.machine.delta import Invoke, NotifyParent
from everstep.core.machine.draft import Draft
from everstep.core.machine.kinds import KINDS
from everstep.core.machine.state import Head, Invocation, InvocationPhase, Origin
from everstep.core.model import (
    ErrorObject,
    ExecutionStatus,
    Kind,
    Millis,
    Operation,
    OperationId,
    Status,
)
from everstep.core.records import changed
from everstep.core.refusal import Code, Refused, invalid
from everstep.core.sizes import error_bytes

_CLOSING_EVENT = {
    ExecutionStatus.SUCCEEDED: EventType.EXECUTION_SUCCEEDED,
    ExecutionStatus.FAILED: EventType.EXECUTION_FAILED,
    ExecutionStatus.TIMED_OUT: EventType.EXECUTION_TIMED_OUT,
    ExecutionStatus.STOPPED: EventType.EXECUTION_STOPPED,
}


def begin(draft: Draft) -> None:
    """The first change of an execution: it exists, and its function is owed an invocation."""
    timeout_at = Millis(draft.now + draft.origin.timeout_seconds * 1000)
    draft.set(changed(draft.head, timeout_at=timeout_at))
    draft.tell_execution(EventType.EXECUTION_STARTED)
    owe_invocation(draft)


def ripen(draft: Draft) -> None:
    """Carry out everything whose time has come, the end of the execution included."""
    if not draft.is_open:
        return
    if is_overdue(draft):
        message = f"Execution timed out after {draft.origin.timeout_seconds} seconds."
        close(draft, ExecutionStatus.TIMED_OUT, error=ErrorObject(message=message))
        return
    for operation in draft.due():
        ripen_one(draft, operation)
    if draft.head.invoke_at is not None and draft.head.invoke_at <= draft.now:
        invoke_again(draft)


def ripen_one(draft: Draft, operation: Operation) -> None:
    """The operation's time has come."""
    after, happening = KINDS[operation.kind].when_due(operation, draft.now)
    draft.put(changed(after, moved_in=draft.version))
    if happening is not None:
        draft.tell(after, happening)


def invoke_again(draft: Draft) -> None:
    """The back-off after a failed invocation is over."""
    draft.set(changed(draft.head, invoke_at=None))
    owe_invocation(draft)


def is_overdue(draft: Draft) -> bool:
    """Whether the execution's own time is up."""
    return draft.head.timeout_at is not None and draft.head.timeout_at <= draft.now


def wake(draft: Draft) -> None:
    """Owe the function an invocation if it has not seen everything and none is on its way."""
    head = draft.head
    if draft.is_running and draft.invocation is None and head.invoke_at is None and draft.news():
        owe_invocation(draft)


def owe_invocation(draft: Draft) -> None:
    """The function is to be invoked: as soon as possible, or at the end of the pause."""
    assert draft.invocation is None, draft.invocation
    pause = draft.head.pause
    if pause is not None:
        draft.set(changed(draft.head, pause=changed(pause, owes_invocation=True)))
        return
    number = draft.head.invocations + 1
    draft.invocation = Invocation(number=number, phase=InvocationPhase.OWED)
    draft.set(changed(draft.head, invocations=number))
    draft.want(Invoke(arn=draft.origin.arn, number=number))


def close(
    draft: Draft, status: ExecutionStatus, *, result: str | None = None, error: ErrorObject | None = None
) -> None:
    """End the execution. A live invocation runs on, but every token is stale from now."""
    assert draft.is_open, draft.head.status
    call_off_invocation(draft)
    retention_days = draft.origin.retention_days
    draft.set(
        changed(
            draft.head,
            status=status,
            result=result,
            error=error,
            ended_at=draft.now,
            timeout_at=None,
            invoke_at=None,
            pause=None,
            expires_at=None if retention_days is None else Millis(draft.now + retention_days * DAY_MS),
        )
    )
    # The reason of a timeout stands on the execution alone, as the real service has it.
    told = None if status is ExecutionStatus.TIMED_OUT else error
    draft.tell_execution(_CLOSING_EVENT[status], result=result, error=told)
    if draft.origin.parent is not None:
        if status is ExecutionStatus.TIMED_OUT:
            message = f"CHAINED_INVOKE timed out after {draft.origin.timeout_seconds} seconds."
            error = ErrorObject(type="ChainedInvoke.Timeout", message=message)
        draft.want(
            NotifyParent(arn=draft.origin.arn, parent=draft.origin.parent, status=status, result=result, error=error)
        )


def call_off_invocation(draft: Draft) -> bool:
    """An invocation that is owed is not made after all. Whether there was one."""
    owed = draft.invocation
    if owed is None or owed.phase is not InvocationPhase.OWED:
        return False
    draft.done(Invoke(arn=draft.origin.arn, number=owed.number))
    draft.invocation = None
    return True


def stop(draft: Draft, error: ErrorObject | None) -> None:
    """Somebody ends the execution; one that is closed, or whose time was up before, stays as it ended.

    Raises Refused for an error beyond its limit.
    """
    limit = draft.limits.stop_error_bytes_max
    if error_bytes(error) > limit:
        raise invalid(f"Error object size must be less than or equal to {limit} bytes.")
    ripen(draft)
    if draft.is_open:
        close(draft, ExecutionStatus.STOPPED, error=error or ErrorObject())


def delete(draft: Draft) -> None:
    """A closed execution is forgotten as soon as possible. Raises Refused CONFLICT for any other."""
    ripen(draft)
    status = draft.head.status
    if not status.is_closed or status is ExecutionStatus.DELETING:
        raise Refused(
            Code.CONFLICT,
            f"{draft.origin.arn} is {status}: only a closed execution can be deleted",
            arn=draft.origin.arn,
        )
    draft.set(changed(draft.head, status=ExecutionStatus.DELETING, expires_at=draft.now))


def is_expired(head: Head, now: Millis) -> bool:
    """Whether a store may forget the execution."""
    return head.expires_at is not None and head.expires_at <= now


_STATUS = {
    ExecutionStatus.RUNNING: Status.STARTED,
    ExecutionStatus.PAUSING: Status.STARTED,
    ExecutionStatus.PAUSED: Status.STARTED,
    ExecutionStatus.DELETING: Status.STOPPED,
    ExecutionStatus.SUCCEEDED: Status.SUCCEEDED,
    ExecutionStatus.FAILED: Status.FAILED,
    ExecutionStatus.TIMED_OUT: Status.TIMED_OUT,
    ExecutionStatus.STOPPED: Status.STOPPED,
}


def execution_operation(origin: Origin, head: Head) -> Operation:
    """The execution as the function sees it: the first of its operations."""
    return Operation(
        id=OperationId(origin.execution_id),
        kind=Kind.EXECUTION,
        status=_STATUS[head.status],
        started_at=origin.began_at,
        ended_at=head.ended_at,
        name=origin.name,
        input=origin.input,
    )
