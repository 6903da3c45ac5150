"""Forks: a new execution that knows what another one knew at the moment when one of its operations began.

    history   A starts  A ends  B starts  C starts  C ends  X starts  B ends  X fails …
    brought   A                           C                 |
                                                            `-- the fork: X runs anew, and so does B

What had ended then is brought along as it is; what was under way runs anew. A context that was open is brought along
open, because what is inside it belongs there. Nothing else would be the state of a moment that there was: an end
that came later may have been decided by what the fork is about to do differently.

Moments stay those of the first telling. Their order is what async code replays by (decision 0007), and they are true.
"""

from collections.abc import Iterable, Sequence

from everstep.core.events import Event
from everstep.core.machine.commands import Past
from everstep.core.machine.draft import Draft
from everstep.core.model import Arn, CallbackId, Kind, Operation, OperationId, Status
from everstep.core.names import make_callback_id
from everstep.core.records import changed
from everstep.core.refusal import not_found
from everstep.core.sizes import error_bytes, text_bytes


def past_before(operations: Iterable[Operation], events: Sequence[Event], operation_id: OperationId) -> Past:
    """What a fork brings along: everything that had ended before the operation began.

    `events` are the history, oldest first. Raises Refused NOT_FOUND when it tells of no such operation.
    """
    by_id = {operation.id: operation for operation in operations}
    begins = next((index for index, event in enumerate(events) if event.id == operation_id), None)
    if begins is None or operation_id not in by_id:
        raise not_found("Operation does not exist")
    before = events[:begins]
    began = {event.id for event in before if event.id is not None}
    goes_on = {event.id for event in events[begins:] if event.id is not None}
    brought: dict[OperationId, Operation] = {}
    for operation in sorted(by_id.values(), key=lambda one: one.seq):
        if operation.id not in began:
            continue
        had_ended = operation.status.is_terminal and operation.id not in goes_on
        if had_ended or operation.kind is Kind.CONTEXT:
            kept = operation if had_ended else _open(operation)
            brought[operation.id] = changed(kept, seq=len(brought) + 1, moved_in=0)
    told = [event for event in before if event.id is not None and event.id in brought]
    return Past(operations=tuple(brought.values()), events=tuple(told))


def remember(draft: Draft, past: Past) -> None:
    """The execution that has just begun knows this already. Its callbacks have ids of its own."""
    arn = draft.origin.arn
    for operation in past.operations:
        draft.put(changed(operation, callback_id=_callback_id(operation.callback_id, arn, operation.id)))
        draft.written_bytes += text_bytes(operation.input) + text_bytes(operation.result) + error_bytes(operation.error)
    for event in past.events:
        draft.tell_again(changed(event, callback_id=_callback_id(event.callback_id, arn, event.id)))


def _open(context: Operation) -> Operation:
    """The context as it was before it ended."""
    return changed(
        context, status=Status.STARTED, ended_at=None, result=None, error=None, replay_children=False, due_at=None
    )


def _callback_id(known: CallbackId | None, arn: Arn, operation_id: OperationId | None) -> CallbackId | None:
    """The id by which the world would know the callback in the fork."""
    return None if known is None or operation_id is None else make_callback_id(arn, operation_id)
