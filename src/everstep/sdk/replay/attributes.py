"""Search attributes: recorded once, never waited for.

The operation's id comes from how many times attributes were set before in its context, not from its place among the
operations, so that setting some in a function whose executions are in flight disturbs none of them.
"""

from everstep.core.model import Action
from everstep.core.records import changed
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.requests import Save, Script


def set_attributes(identity: Identity, payload: str, journal: Journal) -> Script[None]:
    known = journal.find(identity)
    if known is None:
        yield Save(identity.update(Action.START), wait=False)
    if known is None or not known.status.is_terminal:
        yield Save(changed(identity.update(Action.SUCCEED), payload=payload), wait=False, is_owed=True)
