"""Records that the tests of scripts begin with."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from everstep.core.model import Action, ErrorObject, Kind, Millis, Operation, OperationId, Status, Update
from everstep.core.wire.text import dump, load
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.step import StepCall

STEP = Identity(id=OperationId("op-1"), kind=Kind.STEP, sub_type="Step", place="1", name="charge")
WAIT = Identity(id=OperationId("op-1"), kind=Kind.WAIT, sub_type="Wait", place="1", name="pause")


def recorded(
    identity: Identity,
    status: Status,
    *,
    attempt: int = 0,
    result: str | None = None,
    error: ErrorObject | None = None,
) -> Operation:
    """The operation as the service knows it."""
    return Operation(
        id=identity.id,
        kind=identity.kind,
        sub_type=identity.sub_type,
        name=identity.name,
        parent_id=identity.parent_id,
        status=status,
        started_at=Millis(0),
        attempt=attempt,
        result=result,
        error=error,
    )


def learned(journal: Journal, update: Update, *, attempt: int = 1) -> None:
    """The journal hears from the service what became of the update."""
    status = {
        Action.START: Status.STARTED,
        Action.SUCCEED: Status.SUCCEEDED,
        Action.FAIL: Status.FAILED,
        Action.RETRY: Status.PENDING,
    }[update.action]
    operation = recorded(STEP, status, attempt=attempt, result=update.payload, error=update.error)
    journal.learn([replace(operation, kind=update.kind, sub_type=update.sub_type, name=update.name)])


def never(error: Exception, attempts: int) -> int | None:
    """No retry."""
    return None


def after_five_seconds(error: Exception, attempts: int) -> int | None:
    return 5


def as_json(value: object) -> str | None:
    return dump(value)


def from_json(text: str | None) -> Any:
    return None if text is None else load(text)


def a_step(
    body: Callable[[int], object] = lambda attempt: attempt,
    *,
    retry_delay: Callable[[Exception, int], int | None] = never,
    at_most_once: bool = False,
    encode: Callable[[object], str | None] = as_json,
    decode: Callable[[str | None], Any] = from_json,
) -> StepCall[Any]:
    return StepCall(
        identity=STEP,
        body=body,
        encode=encode,
        decode=decode,
        retry_delay=retry_delay,
        at_most_once=at_most_once,
    )
