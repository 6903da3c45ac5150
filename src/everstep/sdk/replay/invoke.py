"""A chained invoke: another function, called by the service, so that nothing runs here while it works."""

from collections.abc import Callable
from typing import Generic, TypeVar

from everstep.core.model import Action, InvokeOptions, Status
from everstep.core.records import changed, dataclass
from everstep.errors import InvokeError
from everstep.sdk.replay.failures import raise_failure
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.requests import Park, Save, Script

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeCall(Generic[T]):
    """One call of `context.invoke`."""

    identity: Identity
    options: InvokeOptions
    encode: Callable[[], str | None]
    """The payload's text; asked for only when the call is made."""
    decode: Callable[[str | None], T]


def invoke(call: InvokeCall[T], journal: Journal) -> Script[T]:
    if journal.find(call.identity) is None:
        update = changed(call.identity.update(Action.START), payload=call.encode(), invoke=call.options)
        yield Save(update, wait=True)
    while True:
        known = journal.find(call.identity)
        if known is not None and known.status is Status.SUCCEEDED:
            return call.decode(known.result)
        if known is not None and known.status.is_terminal:
            raise_failure(known.error, InvokeError)
        yield Park(call.identity.id)
