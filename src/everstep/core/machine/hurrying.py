"""Hurrying: somebody will not wait for what time alone would do, so it is done now.

    a wait                        elapses
    a step before its next try    may begin it
    an invocation that failed     is made again

What somebody outside must answer (a callback, a called function) cannot be hurried, and neither can the end of an
execution: that would decide something, and not only spare the time.
"""

from everstep.core.machine import life
from everstep.core.machine.draft import Draft
from everstep.core.model import Kind, OperationId
from everstep.core.refusal import Code, Refused, not_found


def hurry(draft: Draft, operation_id: OperationId | None) -> None:
    """Raises Refused: NOT_FOUND for an unknown operation, CONFLICT where there is nothing that time alone would end."""
    life.ripen(draft)
    if not draft.is_open:
        raise _conflict(draft, f"{draft.origin.arn} is {draft.head.status}: nothing in it waits any more")
    if operation_id is None:
        if draft.head.invoke_at is None:
            raise _conflict(draft, f"no invocation of {draft.origin.arn} waits to be made again")
        life.invoke_again(draft)
        return
    operation = draft.get(operation_id)
    if operation is None:
        raise not_found("Operation does not exist")
    if operation.kind not in (Kind.STEP, Kind.WAIT) or operation.due_at is None:
        raise _conflict(
            draft, f"the {operation.kind} is {operation.status}: it waits for nothing that could be skipped"
        )
    life.ripen_one(draft, operation)
    life.wake(draft)


def _conflict(draft: Draft, message: str) -> Refused:
    return Refused(Code.CONFLICT, message, arn=draft.origin.arn)
