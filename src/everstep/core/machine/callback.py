"""The life of a CALLBACK operation: the function waits for somebody outside.

    (absent) --START--> STARTED --success--> SUCCEEDED
                           |-----failure---> FAILED
                           `-----due-------> TIMED_OUT      (no answer, or no heartbeat, in time)

The answers come from outside, not from the function. The first one wins. A heartbeat moves the heartbeat's end,
never the total timeout.
"""

from everstep.core.events import EventType
from everstep.core.machine.happening import Happening
from everstep.core.machine.rules import Rules, Table, refuse_misplaced
from everstep.core.machine.state import Origin
from everstep.core.model import Action, CallbackOptions, ErrorObject, Millis, Operation, Status, Update
from everstep.core.names import make_callback_id
from everstep.core.records import changed

TRANSITIONS: Table = {(None, Action.START): Status.STARTED}

TIMEOUT = ErrorObject(type="Callback.Timeout", message="Callback timed out")
HEARTBEAT = ErrorObject(type="Callback.Heartbeat", message="Callback timed out on heartbeat")
_NO_OPTIONS = CallbackOptions()


def introduce(callback: Operation, origin: Origin) -> Operation:
    return changed(callback, callback_id=make_callback_id(origin.arn, callback.id))


def when_reported(callback: Operation, update: Update, now: Millis) -> Operation:
    options = update.callback or _NO_OPTIONS
    expires_at = Millis(now + options.timeout_seconds * 1000) if options.timeout_seconds else None
    started = changed(callback, callback=options, expires_at=expires_at)
    return changed(started, due_at=next_due(started, now))


def next_due(callback: Operation, heard_at: Millis) -> Millis | None:
    """The earlier of the total timeout and the heartbeat's end, counted from the last sign of life."""
    heartbeat = callback.callback.heartbeat_timeout_seconds if callback.callback is not None else 0
    ends = [Millis(heard_at + heartbeat * 1000)] if heartbeat else []
    if callback.expires_at is not None:
        ends.append(callback.expires_at)
    return min(ends, default=None)


def told_by(callback: Operation, update: Update) -> Happening:
    return Happening(type=EventType.CALLBACK_STARTED)


def when_due(callback: Operation, now: Millis) -> tuple[Operation, Happening]:
    assert callback.status is Status.STARTED, callback
    # Which end came first, not which ones are past: a service that was away may notice both at once.
    error = TIMEOUT if callback.due_at == callback.expires_at else HEARTBEAT
    over = changed(callback, status=Status.TIMED_OUT, ended_at=now, due_at=None, error=error)
    # The history names the sort of timeout only; the text stands on the operation.
    return over, Happening(type=EventType.CALLBACK_TIMED_OUT, error=ErrorObject(type=error.type))


RULES = Rules(
    transitions=TRANSITIONS,
    wrong_action="Invalid action for CALLBACK operation.",
    wrong_state={Action.START: "Cannot start a CALLBACK operation that already exists."},
    check=refuse_misplaced,
    introduce=introduce,
    when_reported=when_reported,
    told_by=told_by,
    when_due=when_due,
)
