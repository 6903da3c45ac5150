"""The life of a WAIT operation: a timer that the service keeps.

(absent) --START--> STARTED --due--> SUCCEEDED
                       `--CANCEL--> CANCELLED
"""

from everstep.core.events import EventType
from everstep.core.machine.happening import Happening
from everstep.core.machine.rules import Rules, Table, refuse_misplaced
from everstep.core.model import Action, Millis, Operation, Status, Update
from everstep.core.records import changed
from everstep.core.refusal import invalid

TRANSITIONS: Table = {
    (None, Action.START): Status.STARTED,
    (Status.STARTED, Action.CANCEL): Status.CANCELLED,
}


def check(update: Update) -> None:
    refuse_misplaced(update)
    if (update.wait_seconds is not None) is not (update.action is Action.START):
        raise invalid("Invalid WaitOptions for the given action.")


def when_reported(wait: Operation, update: Update, now: Millis) -> Operation:
    if update.wait_seconds is None:
        return changed(wait, ended_at=now, due_at=None, error=update.error)
    ends_at = Millis(now + update.wait_seconds * 1000)
    return changed(wait, wait_seconds=update.wait_seconds, wait_ends_at=ends_at, due_at=ends_at)


def told_by(wait: Operation, update: Update) -> Happening:
    if update.action is Action.START:
        return Happening(type=EventType.WAIT_STARTED)
    return Happening(type=EventType.WAIT_CANCELLED, error=update.error)


def when_due(wait: Operation, now: Millis) -> tuple[Operation, Happening]:
    assert wait.status is Status.STARTED, wait
    over = changed(wait, status=Status.SUCCEEDED, ended_at=now, due_at=None)
    return over, Happening(type=EventType.WAIT_SUCCEEDED)


RULES = Rules(
    transitions=TRANSITIONS,
    wrong_action="Invalid WAIT action.",
    wrong_state={
        Action.START: "Cannot start a WAIT operation that already exists.",
        Action.CANCEL: "Cannot cancel a WAIT that does not exist or has already completed.",
    },
    check=check,
    when_reported=when_reported,
    told_by=told_by,
    when_due=when_due,
)
