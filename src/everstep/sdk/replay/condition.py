"""Wait for a condition: a step that is polled. Each poll turns a state into the next one; the service keeps both the
state and the time between polls, so a month of polling costs a month of nothing.

A check that raises fails the operation at once. So does a wait strategy that gives up, by raising.
"""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from everstep.core.limits import SECONDS_MAX
from everstep.core.model import Action, Operation, Status, Update
from everstep.core.records import changed, dataclass
from everstep.errors import ExecutionError, InvocationError, WaitForConditionError
from everstep.sdk.replay.failures import error_object, raise_failure
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.requests import Park, Raised, Run, Save, Script, outcome_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionCall(Generic[T]):
    """One call of `context.wait_for_condition`."""

    identity: Identity
    check: Callable[[T, int], object]
    """(state, attempt from 1) -> the next state, or an awaitable of it."""
    initial_state: T
    next_delay: Callable[[T, int], int | None]
    """(state, attempt) -> seconds until the next poll, or None when the condition holds; raises to give up."""
    encode: Callable[[object], str | None]
    decode: Callable[[str | None], T]
    is_async: bool = False


def wait_for_condition(call: ConditionCall[T], journal: Journal) -> Script[T]:
    while True:
        known = journal.find(call.identity)
        if known is not None and known.status is Status.SUCCEEDED:
            return call.decode(known.result)
        if known is not None and known.status is Status.FAILED:
            raise_failure(known.error, WaitForConditionError)
        if known is not None and known.status is Status.PENDING:
            yield Park(call.identity.id)
            continue
        if known is None or known.status is not Status.STARTED:
            yield Save(call.identity.update(Action.START), wait=False)
        try:
            update = yield from _poll(call, known)
        except ExecutionError:
            raise
        except Exception as error:
            if isinstance(error, InvocationError) and error.is_retryable():
                raise
            update = changed(call.identity.update(Action.FAIL), error=error_object(error))
        yield Save(update, wait=True)


def _poll(call: ConditionCall[T], known: Operation | None) -> Script[Update]:
    attempt = (known.attempt if known is not None else 0) + 1
    # The first state makes the same journey as all later ones, so that the check always sees the same type.
    text = known.result if known is not None and known.result else call.encode(call.initial_state)
    outcome = outcome_of((yield Run(partial(call.check, call.decode(text), attempt), call.is_async)))
    if isinstance(outcome, Raised):
        raise outcome.error
    payload = call.encode(outcome.value)
    delay = call.next_delay(call.decode(payload), attempt)
    if delay is None:
        return changed(call.identity.update(Action.SUCCEED), payload=payload)
    seconds = min(max(delay, 1), SECONDS_MAX)
    return changed(call.identity.update(Action.RETRY), payload=payload, retry_delay_seconds=seconds)
