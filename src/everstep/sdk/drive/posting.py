"""The way to the service from threads: one call at a time, made by whoever needs it.

Whoever needs an update saved sends it, together with everything that gathered meanwhile; whoever comes while a call is
on its way waits for its turn. A background thread exists only to send what nobody waits for, and to ask for news of
what is parked while something else runs.
"""

import time
from collections.abc import Iterable
from typing import Protocol

from everstep.core.model import Arn, Kind, OperationId, Update
from everstep.errors import InvocationError, SuspendExecution
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.background import Background
from everstep.sdk.drive.calls import checkpoint
from everstep.sdk.drive.platform import Condition
from everstep.sdk.drive.polling import Interval
from everstep.sdk.replay.batching import Writer

LINGER_SECONDS = 0.01
"""How long an update that nobody waits for may wait for company; a quick step ends sooner."""


class Crowd(Protocol):
    """Those who save and wait."""

    def check(self) -> None:
        """Raises why nothing more may be saved for whoever asks, if so."""
        ...

    def is_over(self) -> bool:
        """Whether nothing more may be saved by anybody."""
        ...

    def parked(self) -> Iterable[OperationId]:
        """What is parked while something else still runs."""
        ...

    def heard(self) -> None:
        """The journal has learned something."""
        ...

    def fail(self, error: BaseException) -> None:
        """Nothing can be saved any more."""
        ...


class Post:
    """Owns the calls of the service. Its methods are called with the lock of `changed` held, but for `stop`."""

    def __init__(self, arn: Arn, client: DurableClient, writer: Writer, changed: Condition, crowd: Crowd) -> None:
        self._arn = arn
        self._client = client
        self._writer = writer
        self._changed = changed
        self._crowd = crowd
        self._lingering_since: float | None = None
        self._poll = Interval(writer.journal)
        self._background: Background | None = None
        self.is_sending = False

    def save(self, update: Update, *, wait: bool, is_owed: bool = False) -> None:
        """With `wait`, come back when it is durable."""
        self._crowd.check()
        ticket = self._writer.add(update, is_owed=is_owed)
        if not wait and not (is_owed and self._writer.is_full):
            self._linger()
            return
        while self._writer.saved < ticket:
            self._crowd.check()
            self._send_or_wait()
        if self._writer.is_revoked and update.kind is not Kind.EXECUTION:
            raise SuspendExecution  # it is saved, but this invocation shall end at once

    def watch(self, operation_id: OperationId) -> None:
        """Something has parked at this operation, and something else runs: there may be news before that needs any."""
        if not self._client.is_local and self._poll.awaits(operation_id):
            self._in_background(time.monotonic())

    def settle(self) -> None:
        """Save what is owed before the function's answer, unless saving breaks: then the crowd has been told."""
        while self._writer.is_owing and not self._crowd.is_over():
            self._send_or_wait()

    def stop(self) -> None:
        """Send nothing more. What nobody waited for and is not sent yet is not owed to anybody."""
        if self._background is not None:
            self._background.stop()

    def _send_or_wait(self) -> None:
        """One call of the service, ours or the one that is on its way. The lock is not held during the call."""
        if self.is_sending:
            self._changed.wait()
            return
        self.is_sending = True
        self._lingering_since = None
        request = self._writer.request()
        self._changed.release()
        reply = failure = None
        try:
            reply = checkpoint(self._client, self._arn, request)
        except InvocationError as error:
            failure = error
        finally:
            self._changed.acquire()
            self.is_sending = False
            if reply is not None:
                self._writer.accept(request, reply)
                self._crowd.heard()
            else:
                self._crowd.fail(failure or InvocationError("a checkpoint was cut off"))
            self._changed.notify_all()

    # ------------------------------------------------------------------ in the background
    def _linger(self) -> None:
        if self._client.is_local:
            return  # it costs nothing to let the update travel with the next one that somebody waits for
        if self._lingering_since is None:
            self._lingering_since = time.monotonic()
            self._in_background(self._lingering_since + LINGER_SECONDS)

    def _in_background(self, due_at: float) -> None:
        if self._background is None:
            self._background = Background(self._until_send, self._send_anyway)
        self._background.note(due_at)

    def _until_send(self) -> float | None:
        """Seconds until somebody should call the service although nobody waits for it; None: not as things are."""
        with self._changed:
            if self._crowd.is_over():
                return None
            if self._lingering_since is not None:
                return self._lingering_since + LINGER_SECONDS - time.monotonic()
            return self._poll.seconds() if any(True for _ in self._crowd.parked()) else None

    def _send_anyway(self) -> None:
        with self._changed:
            if not self._crowd.is_over():
                if self._lingering_since is None:
                    self._poll.rang(self._crowd.parked())
                self._send_or_wait()
