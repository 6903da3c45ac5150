"""The life of a CONTEXT operation: a room for other operations, with a result of its own.

    (absent) --START--> STARTED --SUCCEED--> SUCCEEDED
                           `------FAIL-----> FAILED

START may be left out. A context whose result is too large to keep ends with `replay_children`: its body runs again on
replay, so its children stay visible to the function.
"""

from everstep.core.events import EventType
from everstep.core.machine.happening import Happening
from everstep.core.machine.rules import Rules, Table, never_due, refuse_misplaced
from everstep.core.model import Action, Millis, Operation, Status, Update
from everstep.core.records import changed

TRANSITIONS: Table = {
    (None, Action.START): Status.STARTED,
    (None, Action.SUCCEED): Status.SUCCEEDED,
    (Status.STARTED, Action.SUCCEED): Status.SUCCEEDED,
    (None, Action.FAIL): Status.FAILED,
    (Status.STARTED, Action.FAIL): Status.FAILED,
}

_TOLD_BY = {
    Action.START: EventType.CONTEXT_STARTED,
    Action.SUCCEED: EventType.CONTEXT_SUCCEEDED,
    Action.FAIL: EventType.CONTEXT_FAILED,
}


def when_reported(context: Operation, update: Update, now: Millis) -> Operation:
    if update.action is Action.START:
        return context
    return changed(
        context,
        ended_at=now,
        result=update.payload,
        error=update.error,
        replay_children=bool(update.replay_children),
    )


def told_by(context: Operation, update: Update) -> Happening:
    return Happening(type=_TOLD_BY[update.action], result=update.payload, error=update.error)


RULES = Rules(
    transitions=TRANSITIONS,
    wrong_action="Invalid CONTEXT action.",
    wrong_state={
        Action.START: "Cannot start a CONTEXT operation that already exists.",
        Action.SUCCEED: "Invalid current CONTEXT state to close.",
        Action.FAIL: "Invalid current CONTEXT state to close.",
    },
    check=refuse_misplaced,
    when_reported=when_reported,
    told_by=told_by,
    when_due=never_due,
)
