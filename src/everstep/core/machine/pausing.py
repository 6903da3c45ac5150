"""Pauses: the function is not invoked for a while; time and the outside go on.

    RUNNING --Pause--> PAUSING --its function checkpoints or returns--> PAUSED --Resume--> RUNNING
       |                  `--Resume--> RUNNING, as if nobody had asked     ^
       `---------Pause, while no invocation is live------------------------'

A function that runs is not interrupted. Its next checkpoint is saved, but answered without a token: it may not write
again, so it ends, and whatever it answers then, its invocation is made again. Invocations that would be owed during a
pause are held back (`life.owe_invocation`) and made at its end.

Unless the caller wants otherwise, the execution's own time stands still while it is PAUSED; the protocol's longest
execution is the end of it all the same.
"""

from everstep.core.events import EventType
from everstep.core.limits import IDEMPOTENCY_WINDOW_MS, PAUSE_REQUESTS_KEPT_MAX, SECONDS_MAX
from everstep.core.machine import life
from everstep.core.machine.commands import Pause, Resume
from everstep.core.machine.delta import Delta
from everstep.core.machine.draft import Draft
from everstep.core.machine.state import PauseDetails, PauseRequest
from everstep.core.model import ExecutionStatus, Millis
from everstep.core.records import changed
from everstep.core.refusal import Code, Refused, invalid


def pause(draft: Draft, command: Pause) -> Delta:
    """Begin a pause. Raises Refused: CONFLICT unless the execution is RUNNING."""
    wish = f"pause {command.timeout_paused} {command.reason}"
    if _is_repeated(draft, command.client_token, wish):
        return draft.finish()
    life.ripen(draft)
    if not draft.is_running:
        raise _conflict(draft, "only a RUNNING execution can be paused")
    owes_invocation = life.call_off_invocation(draft)
    asked = PauseDetails(
        requested_at=draft.now,
        reason=command.reason,
        timeout_paused=command.timeout_paused,
        owes_invocation=owes_invocation,
    )
    draft.set(changed(draft.head, status=ExecutionStatus.PAUSING, pause=asked))
    take_hold(draft)
    _remember(draft, command.client_token, wish)
    return draft.finish()


def take_hold(draft: Draft) -> None:
    """A pause that was asked for begins, unless the function may still write."""
    asked, live = draft.head.pause, draft.invocation
    if draft.head.status is not ExecutionStatus.PAUSING or (live is not None and not live.is_revoked):
        return
    assert asked is not None
    head = changed(draft.head, status=ExecutionStatus.PAUSED)
    if asked.timeout_paused and head.timeout_at is not None:
        time_left_ms = max(0, head.timeout_at - draft.now)
        head = changed(head, timeout_at=_longest(draft), pause=changed(asked, time_left_ms=time_left_ms))
    draft.set(head)
    draft.tell_pause(EventType.EXECUTION_PAUSED, asked.requested_at, asked.reason, asked.timeout_paused)


def resume(draft: Draft, command: Resume) -> Delta:
    """End a pause, and owe the invocation that it held back or that what happened meanwhile asks for.

    A pause that has not begun is called off and leaves no trace in the history. Raises Refused: CONFLICT unless the
    execution is PAUSING or PAUSED.
    """
    wish = f"resume {command.reason}"
    if _is_repeated(draft, command.client_token, wish):
        return draft.finish()
    life.ripen(draft)
    pause = draft.head.pause
    if pause is None:
        raise _conflict(draft, "only a PAUSED or PAUSING execution can be resumed")
    has_begun = draft.head.status is ExecutionStatus.PAUSED
    timeout_at = draft.head.timeout_at
    if pause.time_left_ms is not None:
        timeout_at = min(Millis(draft.now + pause.time_left_ms), _longest(draft))
    draft.set(changed(draft.head, status=ExecutionStatus.RUNNING, pause=None, timeout_at=timeout_at))
    if has_begun:
        draft.tell_pause(EventType.EXECUTION_RESUMED, draft.now, command.reason)
    if pause.owes_invocation and draft.invocation is None:
        life.owe_invocation(draft)
    life.wake(draft)
    _remember(draft, command.client_token, wish)
    return draft.finish()


def _longest(draft: Draft) -> Millis:
    """When even an execution whose time stands still times out."""
    return Millis(draft.origin.started_at + SECONDS_MAX * 1000)


def _conflict(draft: Draft, rule: str) -> Refused:
    arn = draft.origin.arn
    return Refused(Code.CONFLICT, f"{arn} is {draft.head.status}: {rule}", arn=arn)


# --------------------------------------------------------------------------- repeated requests
def _is_repeated(draft: Draft, client_token: str | None, wish: str) -> bool:
    """Whether this request was carried out already. Raises Refused for another wish under the same token."""
    for request in draft.head.pause_requests:
        if request.client_token == client_token and draft.now - request.at <= IDEMPOTENCY_WINDOW_MS:
            if request.wish != wish:
                raise invalid("The ClientToken belongs to a request with other parameters.")
            return True
    return False


def _remember(draft: Draft, client_token: str | None, wish: str) -> None:
    if client_token is None:
        return
    fresh = [r for r in draft.head.pause_requests if draft.now - r.at <= IDEMPOTENCY_WINDOW_MS]
    kept = (*fresh, PauseRequest(client_token=client_token, wish=wish, at=draft.now))
    draft.set(changed(draft.head, pause_requests=kept[-PAUSE_REQUESTS_KEPT_MAX:]))
