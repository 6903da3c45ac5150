"""A context: a room for other operations, with one result that stands for all of them.

    journal says          the script
    ------------          -------------------------------------------------------------
    SUCCEEDED             returns the recorded value; the inside does not run
    … replay_children     runs the inside again, which answers from history; saves nothing
    FAILED                raises the recorded error; the inside does not run
    STARTED, nothing      saves START (once), runs the inside, saves what became of it

A virtual context is a room without a record: only the ids of its operations know of it.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from everstep.core.limits import CONTEXT_RESULT_BYTES_MAX
from everstep.core.model import Action, ErrorObject, Operation, Status, Update
from everstep.core.records import changed, dataclass
from everstep.core.sizes import text_bytes
from everstep.errors import ExecutionError, InvocationError, NonDeterministicExecutionError
from everstep.sdk.replay.failures import error_object
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.requests import Enter, Raised, Save, Script, outcome_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCall(Generic[T]):
    """One call that opens a context."""

    identity: Identity
    inside: Callable[[Operation | None], Script[object]]
    """What happens in the room; gets the record of a room whose inside must run again, else None."""
    encode: Callable[[object], str | None]
    decode: Callable[[str | None], T]
    fail: Callable[[ErrorObject | None], None]
    """Raises what a failed context raises."""
    summarize: Callable[[object], str] | None = None
    """What is saved in the place of a result that is too large."""
    is_virtual: bool = False


def entering(body: Callable[[], object]) -> Callable[[Operation | None], Script[object]]:
    """The inside that is the author's own code."""

    def inside(record: Operation | None) -> Script[object]:
        outcome = outcome_of((yield Enter(body)))
        if isinstance(outcome, Raised):
            raise outcome.error
        return outcome.value

    return inside


def context(call: ContextCall[T], journal: Journal) -> Script[T]:
    known = _find(call, journal)
    if known is not None and known.status is Status.FAILED:
        call.fail(known.error)
    is_done = known is not None and known.status is Status.SUCCEEDED
    if known is not None and is_done and not known.replay_children:
        return call.decode(known.result)
    if known is None and not call.is_virtual:
        yield Save(call.identity.update(Action.START), wait=False)
    writes = not (is_done or call.is_virtual)
    try:
        raw = yield from call.inside(known if is_done else None)
        payload = call.encode(raw)
        value = call.decode(payload)
        if writes:
            yield Save(_success(call, raw, payload), wait=True)
    except ExecutionError:
        raise
    except Exception as error:
        if isinstance(error, InvocationError) and error.is_retryable():
            raise
        record = error_object(error)
        if writes:
            yield Save(changed(call.identity.update(Action.FAIL), error=record), wait=True)
        call.fail(record)
        raise AssertionError(call.identity) from error
    return value


def _find(call: ContextCall[T], journal: Journal) -> Operation | None:
    if not call.is_virtual:
        return journal.find(call.identity)
    if call.identity.id in journal:
        raise NonDeterministicExecutionError(
            f"Operation {call.identity.place} has a record in the history, but the code now makes it without one: "
            "nesting was NESTED and is now FLAT, or is_virtual was switched on. Change it for new executions only.",
            step_id=call.identity.id,
        )
    return None


def _success(call: ContextCall[T], raw: object, payload: str | None) -> Update:
    done = call.identity.update(Action.SUCCEED)
    if text_bytes(payload) <= CONTEXT_RESULT_BYTES_MAX:
        return changed(done, payload=payload, replay_children=False)
    summary = call.summarize(raw) if call.summarize is not None else ""
    return changed(done, payload=summary, replay_children=True)
