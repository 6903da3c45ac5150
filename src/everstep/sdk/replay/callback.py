"""A callback: an id for somebody outside, and later their answer.

Creating it waits until the service has made the id. Whatever became of it is raised at the result, never at the
creation, so that the code in between runs on every replay.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from everstep.core.model import Action, CallbackId, CallbackOptions, OperationId, Status
from everstep.core.records import changed, dataclass
from everstep.errors import CallbackExternalError, CallbackTimeoutError, InvalidStateError
from everstep.sdk.replay.failures import raise_failure
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.requests import Park, Save, Script

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackCall:
    """One call of `context.create_callback`."""

    identity: Identity
    options: CallbackOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackResultCall(Generic[T]):
    """One call of `callback.result`."""

    operation_id: OperationId
    decode: Callable[[str | None], T]


def create_callback(call: CallbackCall, journal: Journal) -> Script[CallbackId]:
    if journal.find(call.identity) is None:
        yield Save(changed(call.identity.update(Action.START), callback=call.options), wait=True)
    known = journal.find(call.identity)
    if known is None or known.callback_id is None:
        raise InvalidStateError(f"The service did not give callback {call.identity.place} an id.")
    return known.callback_id


def callback_result(call: CallbackResultCall[T], journal: Journal) -> Script[T]:
    while journal.is_waiting(call.operation_id):
        yield Park(call.operation_id)
    known = journal.get(call.operation_id)
    assert known is not None, call.operation_id
    if known.status is Status.SUCCEEDED:
        return call.decode(known.result)
    raise_failure(known.error, CallbackTimeoutError if known.status is Status.TIMED_OUT else CallbackExternalError)
