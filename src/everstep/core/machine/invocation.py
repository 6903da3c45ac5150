"""The life of an invocation: owed, live, over.

    (none) --wake--> OWED --BeginInvocation--> LIVE --InvocationEnded--> (none) --wake--> …

At most one exists per execution, and only a live one may write. Its end is told in the history before whatever
follows from it. An invocation that crashed is retried: at once when its sandbox died, with back-off otherwise; one
that the service lost sight of, or that a pause interrupted, is simply made again.
"""

from typing import assert_never

from everstep.core.machine import life, pausing
from everstep.core.machine.checkpoint import output_bytes_max, token_of
from everstep.core.machine.commands import BeginInvocation, Crashed, InvocationEnd, InvocationEnded, Lost, Returned
from everstep.core.machine.delta import Begun, Delta, Invoke
from everstep.core.machine.draft import Draft
from everstep.core.machine.state import InvocationPhase
from everstep.core.messages import InvocationOutput, InvocationStatus
from everstep.core.model import ErrorObject, ExecutionStatus, Millis
from everstep.core.records import changed
from everstep.core.refusal import Code
from everstep.core.sizes import text_bytes

LOST = ErrorObject(type="Service.Restarted", message="The service was restarted while the function ran.")
_SANDBOX_DIED = ("Runtime.", "Sandbox.", "Extension.")
_TIMED_OUT = "Sandbox.Timedout"


def begin(draft: Draft, command: BeginInvocation) -> Delta:
    """The owed invocation becomes live; one that is no longer owed only loses its effect."""
    if command.number > draft.head.invocations:
        return draft.finish()  # never owed yet, so there is no effect that it could carry out
    draft.done(Invoke(arn=draft.origin.arn, number=command.number))
    life.ripen(draft)
    owed = draft.invocation
    if not draft.is_open or owed is None or owed.phase is not InvocationPhase.OWED or owed.number != command.number:
        life.wake(draft)  # what ripened just now has no other invocation to be told to
        return draft.finish()
    live = changed(owed, phase=InvocationPhase.LIVE, id=command.id, started_at=draft.now)
    news = tuple(operation.id for operation in draft.news())
    draft.invocation = live
    draft.seen_version = draft.version
    return draft.finish(Begun(invocation=live, token=token_of(draft, live), updated_operation_ids=news))


def end(draft: Draft, command: InvocationEnded) -> Delta:
    """The invocation is over: say so, then do what its answer asks for."""
    live = draft.invocation
    if live is None or live.phase is not InvocationPhase.LIVE or live.number != command.number:
        return draft.finish()
    if draft.is_open and life.is_overdue(draft):
        life.ripen(draft)
    assert live.started_at is not None, live
    draft.tell_invocation(live.id, live.started_at, _error_of(command.end))
    draft.invocation = None
    if draft.is_open and live.is_revoked:
        life.owe_invocation(draft)
    elif draft.is_open:
        _follow(draft, command.end)
    pausing.take_hold(draft)
    life.ripen(draft)
    life.wake(draft)
    return draft.finish()


def _error_of(end: InvocationEnd) -> ErrorObject | None:
    match end:
        case Returned():
            return None
        case Crashed(error=error):
            return error
        case Lost():
            return LOST
        case _:
            assert_never(end)


def _follow(draft: Draft, end: InvocationEnd) -> None:
    match end:
        case Returned(output=output):
            draft.set(changed(draft.head, failures=0, crashes=0))
            _judge(draft, output)
        case Crashed(error=error):
            _try_again(draft, error)
        case Lost():
            life.owe_invocation(draft)
        case _:
            assert_never(end)


def _judge(draft: Draft, output: InvocationOutput | None) -> None:
    """What an answer means for the execution."""
    if output is None:
        _fail_as_invalid(draft, "Invalid Status in invocation output.")
        return
    match output.status:
        case InvocationStatus.SUCCEEDED if output.error is not None:
            _fail_as_invalid(draft, "Cannot provide an Error for SUCCEEDED status.")
        case InvocationStatus.SUCCEEDED if text_bytes(output.result) > output_bytes_max(draft):
            limit = output_bytes_max(draft)
            _fail_as_invalid(draft, f"Execution output payload size must be less than or equal to {limit} bytes.")
        case InvocationStatus.SUCCEEDED:
            life.close(draft, ExecutionStatus.SUCCEEDED, result=output.result)
        case InvocationStatus.FAILED if output.result is not None:
            _fail_as_invalid(draft, "Cannot provide a Result for FAILED status.")
        case InvocationStatus.FAILED:
            life.close(draft, ExecutionStatus.FAILED, error=output.error)
        case InvocationStatus.PENDING:
            _suspend(draft)
        case _:
            assert_never(output.status)


def _suspend(draft: Draft) -> None:
    """The function waits for something. If there is nothing to wait for, it is asked again a few times."""
    if draft.waiting() or draft.news():
        draft.set(changed(draft.head, empty_pendings=0))
    elif draft.head.empty_pendings >= draft.limits.empty_pendings_max:
        _fail_as_invalid(draft, "Cannot return PENDING status with no pending operations.")
    else:
        draft.set(changed(draft.head, empty_pendings=draft.head.empty_pendings + 1))
        life.owe_invocation(draft)


def _try_again(draft: Draft, error: ErrorObject) -> None:
    """Each sort of failure has its own count: a busy endpoint does not use up what a crash is granted."""
    head, limits = draft.head, draft.limits
    kind = error.type or ""
    if kind.startswith(_SANDBOX_DIED) and kind != _TIMED_OUT:
        if head.crashes < limits.crash_retries_max:
            draft.set(changed(head, crashes=head.crashes + 1))
            life.owe_invocation(draft)
            return
    elif head.failures < limits.failure_retries_max:
        backoff = min(limits.failure_backoff_ms << head.failures, limits.failure_backoff_ms_max)
        draft.set(changed(head, failures=head.failures + 1, invoke_at=Millis(draft.now + backoff)))
        return
    life.close(draft, ExecutionStatus.FAILED, error=error)


def _fail_as_invalid(draft: Draft, message: str) -> None:
    error = ErrorObject(type=Code.INVALID_PARAMETER.value, message=message)
    life.close(draft, ExecutionStatus.FAILED, error=error)
