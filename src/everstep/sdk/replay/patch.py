"""A patch: whether this execution takes the new way at a place where the code has changed.

    journal says                      the answer
    ------------                      -----------------------------------------------------------------
    the patch's marker                True: an earlier invocation took the new way
    what the code asks for next       False: the place was passed before the patch existed
    neither                           True: nobody was here before; the marker is saved

The marker's id comes from the patch's name and not from a position, so the operations around it keep theirs. It need
not be waited for: it is saved before anything that the new way asks for.
"""

from collections.abc import Callable

from everstep.core.model import Action
from everstep.core.records import changed, dataclass
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.requests import Save, Script

SUB_TYPE = "Patch"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchCall:
    """One call of `context.patched`."""

    identity: Identity
    """The marker."""
    was_here: Callable[[], bool]
    """Whether the history holds something that lies behind this place."""


def patch(call: PatchCall, journal: Journal) -> Script[bool]:
    if journal.find(call.identity) is not None:
        return True
    if call.was_here():
        return False
    yield Save(call.identity.update(Action.START), wait=False)
    yield Save(changed(call.identity.update(Action.SUCCEED), payload="true"), wait=False, is_owed=True)
    return True
