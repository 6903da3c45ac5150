"""What the outside does to an execution: callbacks are answered, called functions end.

Each is news for the function, so each ends with `wake`.
"""

from typing import assert_never

from everstep.core.events import EventType
from everstep.core.machine.callback import next_due
from everstep.core.machine.chained_invoke import ENDED, end
from everstep.core.machine.commands import (
    AnswerCallback,
    CallbackFailure,
    CallbackHeartbeat,
    CallbackSuccess,
    ChildEnded,
)
from everstep.core.machine.delta import Delta
from everstep.core.machine.draft import Draft
from everstep.core.machine.happening import Happening
from everstep.core.machine.life import ripen, wake
from everstep.core.model import ErrorObject, Kind, Status
from everstep.core.records import changed
from everstep.core.refusal import Code, Refused, invalid, not_found
from everstep.core.sizes import error_bytes, text_bytes


def answer(draft: Draft, command: AnswerCallback) -> Delta:
    """Somebody outside answers, or says that it is still at work.

    Raises Refused: NOT_FOUND for a callback that does not exist, CALLBACK_TIMEOUT for one that is closed, VALIDATION
    or INVALID_PARAMETER for an answer beyond its limit.
    """
    _refuse_oversize(draft, command)
    ripen(draft)
    callback = draft.get(command.operation_id)
    if callback is None or callback.kind is not Kind.CALLBACK:
        raise not_found("Callback does not exist")
    if not draft.is_open or callback.status is not Status.STARTED:
        raise Refused(Code.CALLBACK_TIMEOUT, "The callback is already completed or has timed out")
    ended = changed(callback, moved_in=draft.version, ended_at=draft.now, due_at=None)
    match command.answer:
        case CallbackHeartbeat():
            draft.put(changed(callback, due_at=next_due(callback, draft.now)))
        case CallbackSuccess(payload=payload):
            draft.put(changed(ended, status=Status.SUCCEEDED, result=payload))
            draft.tell(ended, Happening(type=EventType.CALLBACK_SUCCEEDED, result=payload))
        case CallbackFailure(error=error):
            draft.put(changed(ended, status=Status.FAILED, error=error))
            draft.tell(ended, Happening(type=EventType.CALLBACK_FAILED, error=error))
        case _:
            assert_never(command.answer)
    wake(draft)
    return draft.finish()


def _refuse_oversize(draft: Draft, command: AnswerCallback) -> None:
    limit = draft.limits.callback_payload_bytes_max
    match command.answer:
        case CallbackSuccess(payload=payload) if text_bytes(payload) > limit:
            raise Refused(
                Code.VALIDATION,
                "1 validation error detected: Value at 'result' failed to satisfy constraint: "
                f"Member must have length less than or equal to {limit}",
            )
        case CallbackFailure(error=error) if error_bytes(error) > limit:
            raise invalid(f"Error object size must be less than or equal to {limit} bytes.")
        case CallbackSuccess() | CallbackFailure() | CallbackHeartbeat():
            return
        case _:
            assert_never(command.answer)


def child_ended(draft: Draft, command: ChildEnded) -> Delta:
    """The target is done; a parent that is closed, or that heard of it before, does not care."""
    draft.perform(command.effect_id)
    ripen(draft)
    call = draft.get(command.operation_id)
    if draft.is_open and call is not None and call.status is Status.STARTED:
        limit = draft.limits.async_output_bytes_max
        if text_bytes(command.result) > limit:
            message = f"CHAINED_INVOKE output payload size must be less than or equal to {limit} bytes."
            end(draft, call, Status.FAILED, error=ErrorObject(message=message))
        else:
            status, _ = ENDED[command.status]
            end(draft, call, status, result=command.result, error=command.error)
    wake(draft)
    return draft.finish()
