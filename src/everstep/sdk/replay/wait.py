"""A wait: a timer that the service keeps, so that nothing runs while time passes."""

from everstep.core.model import Action
from everstep.core.records import changed, dataclass
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.requests import Park, Save, Script


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCall:
    """One call of `context.wait`."""

    identity: Identity
    seconds: int


def wait(call: WaitCall, journal: Journal) -> Script[None]:
    known = journal.find(call.identity)
    if known is None:
        yield Save(changed(call.identity.update(Action.START), wait_seconds=call.seconds), wait=True)
        known = journal.find(call.identity)
    while known is None or not known.status.is_terminal:
        yield Park(call.identity.id)
        known = journal.find(call.identity)
