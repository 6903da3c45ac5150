"""Which updates travel together.

Checkpoints of one invocation are strictly serial, because each needs the token of the one before. While one is on
its way, updates gather here; the next takes as many as one call may carry, in the order in which they happened.
"""

from collections import deque

from everstep.core.limits import BATCH_BYTES_MAX, BATCH_UPDATES_MAX
from everstep.core.messages import CheckpointReply, CheckpointRequest
from everstep.core.model import CheckpointToken, Update
from everstep.core.sizes import error_bytes, text_bytes
from everstep.sdk.replay.journal import Journal

_FRAME_BYTES = 300
"""Ids, names and punctuation around an update's payload."""


class Buffer:
    """Owns the updates that are not sent yet.

    Every update gets a ticket, counting from 1; tickets are sent in order, so `saved >= ticket` means safe.
    """

    def __init__(self) -> None:
        self._updates: deque[Update] = deque()
        self._tickets = 0

    def __len__(self) -> int:
        return len(self._updates)

    def add(self, update: Update) -> int:
        """Put the update last; its ticket."""
        self._updates.append(update)
        self._tickets += 1
        return self._tickets

    def take(self) -> tuple[Update, ...]:
        """The next batch: at least one update if there is any, and no more than one call may carry."""
        batch: list[Update] = []
        size = 0
        while self._updates and len(batch) < BATCH_UPDATES_MAX:
            size += _size(self._updates[0])
            if batch and size > BATCH_BYTES_MAX:
                break
            batch.append(self._updates.popleft())
        return tuple(batch)


def _size(update: Update) -> int:
    """About how many bytes the update takes on the wire; escapes of quotes and newlines are in the margin."""
    return _FRAME_BYTES + text_bytes(update.payload) + error_bytes(update.error)


class Writer:
    """Owns the right to write and what is written with it: the token, the buffer, and how far saving has come.

    Whoever sends calls `request`, carries it to the service, and reports with `accept`; never two at once.
    """

    def __init__(self, token: CheckpointToken, journal: Journal) -> None:
        self.journal = journal
        self.buffer = Buffer()
        self.saved = 0
        """Every update whose ticket is not larger is durable."""
        self.is_revoked = False
        """The service took the right to write away: nothing more can be saved by this invocation."""
        self.owed = 0
        """The function's answer must not be given before this ticket is saved."""
        self._token = token

    @property
    def is_full(self) -> bool:
        """Whether so much is unsaved that even what nobody waits for should be waited for."""
        return len(self.buffer) >= BATCH_UPDATES_MAX

    @property
    def is_owing(self) -> bool:
        """Whether something must still be saved, and can be, before the function's answer is given."""
        return self.saved < self.owed and not self.is_revoked

    def add(self, update: Update, *, is_owed: bool = False) -> int:
        ticket = self.buffer.add(update)
        if is_owed:
            self.owed = ticket
        return ticket

    @property
    def token(self) -> CheckpointToken:
        return self._token

    def request(self) -> CheckpointRequest:
        """The next call; without updates it only asks what happened meanwhile."""
        return CheckpointRequest(token=self._token, updates=self.buffer.take())

    def accept(self, request: CheckpointRequest, reply: CheckpointReply) -> None:
        """The service saved the request's updates."""
        self.journal.learn(reply.operations)
        self.saved += len(request.updates)
        if reply.token:
            self._token = reply.token
        else:
            self.is_revoked = True
