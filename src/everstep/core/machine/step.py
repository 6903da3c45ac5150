"""The life of a STEP operation.

The service never runs a step. It writes down what the function reports, and it alone decides when the next attempt
may begin.

    (absent) --START--> STARTED --SUCCEED--> SUCCEEDED
                           |-------FAIL----> FAILED
                           `--RETRY--> PENDING --due--> READY --START--> STARTED

START may be left out: closing or retrying an unknown or READY step is legal. RETRY with an error is a failed
attempt; RETRY with a payload is a poll whose condition does not hold yet, and the payload is its new state.
"""

from everstep.core.events import EventType
from everstep.core.limits import Limits
from everstep.core.machine.happening import Happening
from everstep.core.machine.rules import Rules, Table, refuse_misplaced
from everstep.core.model import Action, Millis, Operation, Status, Update
from everstep.core.records import changed
from everstep.core.refusal import invalid

TRANSITIONS: Table = {
    (None, Action.START): Status.STARTED,
    (Status.READY, Action.START): Status.STARTED,
    (None, Action.SUCCEED): Status.SUCCEEDED,
    (Status.STARTED, Action.SUCCEED): Status.SUCCEEDED,
    (Status.READY, Action.SUCCEED): Status.SUCCEEDED,
    (None, Action.FAIL): Status.FAILED,
    (Status.STARTED, Action.FAIL): Status.FAILED,
    (Status.READY, Action.FAIL): Status.FAILED,
    (None, Action.RETRY): Status.PENDING,
    (Status.STARTED, Action.RETRY): Status.PENDING,
    (Status.READY, Action.RETRY): Status.PENDING,
}


def check(update: Update) -> None:
    refuse_misplaced(update)
    if (update.retry_delay_seconds is not None) is not (update.action is Action.RETRY):
        raise invalid("Invalid StepOptions for the given action.")
    if update.action is Action.RETRY and update.error is not None and update.payload is not None:
        raise invalid("Cannot provide both error and payload to RETRY a STEP.")


def payload_bytes_max(limits: Limits) -> int:
    return limits.step_payload_bytes_max


def when_reported(step: Operation, update: Update, now: Millis) -> Operation:
    if update.action is Action.START:
        return step  # the last attempt's error or state stays readable while the next attempt runs
    delay = update.retry_delay_seconds
    return changed(
        step,
        attempt=step.attempt + 1,
        result=update.payload,
        error=update.error,
        due_at=Millis(now + delay * 1000) if delay is not None else None,
        ended_at=now if delay is None else None,
    )


def told_by(step: Operation, update: Update) -> Happening:
    if update.action is Action.START:
        return Happening(type=EventType.STEP_STARTED)
    went_well = update.action is Action.SUCCEED or (update.action is Action.RETRY and update.error is None)
    return Happening(
        type=EventType.STEP_SUCCEEDED if went_well else EventType.STEP_FAILED,
        result=update.payload,
        error=update.error,
        attempt=step.attempt,
        next_attempt_delay_seconds=update.retry_delay_seconds,
    )


def when_due(step: Operation, now: Millis) -> tuple[Operation, None]:
    assert step.status is Status.PENDING, step
    return changed(step, status=Status.READY, due_at=None), None


RULES = Rules(
    transitions=TRANSITIONS,
    wrong_action="Invalid STEP action.",
    wrong_state={
        Action.START: "Invalid current STEP state to start.",
        Action.SUCCEED: "Invalid current STEP state to close.",
        Action.FAIL: "Invalid current STEP state to close.",
        Action.RETRY: "Invalid current STEP state to re-attempt.",
    },
    check=check,
    when_reported=when_reported,
    told_by=told_by,
    when_due=when_due,
    payload_name="STEP output",
    payload_bytes_max=payload_bytes_max,
)
