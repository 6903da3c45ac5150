"""A step: the author's code, run until it succeeds or gives up, never again after that.

    journal says        the script
    --------------      ------------------------------------------------------------
    SUCCEEDED           returns the recorded value; the body does not run
    FAILED              raises the recorded error; the body does not run
    PENDING             parks until the next attempt may begin
    STARTED             an attempt was cut off: at-least-once runs it again (without a new START),
                        at-most-once counts it as a failed attempt
    READY, nothing      saves START, runs the body, saves what became of it

At-least-once does not wait for its START to be safe, at-most-once does: that is the whole difference. A relaxed step
does not wait for its SUCCEED either; whatever is saved after it takes it along.
"""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar, cast

from everstep.core.limits import SECONDS_MAX
from everstep.core.model import Action, Operation, Status, Update
from everstep.core.records import changed, dataclass
from everstep.errors import (
    InvalidStateError,
    SerDesError,
    StepError,
    StepInterruptedError,
    UnrecoverableError,
)
from everstep.sdk.replay.failures import error_object, raise_failure
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.requests import Outcome, Park, Raised, Returned, Run, Save, Script, outcome_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCall(Generic[T]):
    """One call of `context.step`."""

    identity: Identity
    body: Callable[[int], object]
    """Takes the attempt's number, from 1; may return an awaitable of the value."""
    encode: Callable[[object], str | None]
    decode: Callable[[str | None], T]
    retry_delay: Callable[[Exception, int], int | None]
    """(error, finished attempts) -> seconds until the next attempt, or None to give up."""
    at_most_once: bool = False
    is_async: bool = False
    seconds_max: float | None = None
    """How long an attempt may take."""
    is_relaxed: bool = False
    """The author's code goes on before a success is durable."""


def step(call: StepCall[T], journal: Journal) -> Script[T]:
    while True:
        known = journal.find(call.identity)
        attempt = (known.attempt if known is not None else 0) + 1
        if known is not None and known.status is Status.SUCCEEDED:
            return call.decode(known.result)
        if known is not None and known.status is Status.FAILED:
            raise_failure(known.error, StepError)
        if known is not None and known.status is Status.PENDING:
            yield Park(call.identity.id)
            continue
        interrupted = known is not None and known.status is Status.STARTED
        if interrupted and call.at_most_once:
            outcome: Outcome = Raised(_interrupted(call.identity, attempt))
        else:
            outcome = yield from _attempt(call, attempt, interrupted=interrupted)
        if isinstance(outcome, Returned):
            update, value = _success(call, outcome.value)
            if update.action is Action.SUCCEED:
                yield Save(update, wait=not call.is_relaxed, is_owed=call.is_relaxed)
                return cast(T, value)
        else:
            update = _failure(call, outcome.error, attempt)
        yield Save(update, wait=True)
        _check_saved(journal.find(call.identity), call.identity)


def _attempt(call: StepCall[T], attempt: int, *, interrupted: bool) -> Script[Outcome]:
    if not interrupted:
        yield Save(call.identity.update(Action.START), wait=call.at_most_once)
    return outcome_of((yield Run(partial(call.body, attempt), call.is_async, call.seconds_max)))


def _interrupted(identity: Identity, attempt: int) -> StepInterruptedError:
    return StepInterruptedError(
        f"Attempt {attempt} of at-most-once step {identity.name or identity.place} was cut off by the end of its "
        "invocation; whether it took effect is unknown.",
        step_id=identity.id,
    )


def _success(call: StepCall[T], raw: object) -> tuple[Update, object]:
    """The closing update and the value that comes back: what the serializer made of it, as a replay would see it.

    A value that cannot make the journey fails the step before a success is written.
    """
    try:
        payload = call.encode(raw)
        value = call.decode(payload)
    except SerDesError as error:
        return changed(call.identity.update(Action.FAIL), error=error_object(error)), None
    return changed(call.identity.update(Action.SUCCEED), payload=payload), value


def _failure(call: StepCall[T], error: Exception, attempt: int) -> Update:
    """RETRY or FAIL. An error that ends the invocation or the execution is not the step's: it passes."""
    if isinstance(error, UnrecoverableError) and not isinstance(error, StepInterruptedError):
        raise error
    delay = call.retry_delay(error, attempt)
    if delay is None:
        return changed(call.identity.update(Action.FAIL), error=error_object(error))
    seconds = min(max(delay, 1), SECONDS_MAX)
    return changed(call.identity.update(Action.RETRY), error=error_object(error), retry_delay_seconds=seconds)


def _check_saved(known: Operation | None, identity: Identity) -> None:
    if known is None or known.status is Status.STARTED:
        raise InvalidStateError(
            f"The service accepted the end of an attempt of operation {identity.place} but did not answer with it."
        )
