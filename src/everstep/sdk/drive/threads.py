"""The driver for `def` functions: scripts run in the author's own thread.

Whoever needs an update saved sends it, together with everything that gathered meanwhile; whoever comes while a call
is on its way waits for its turn. So a function without branches never hands work to another thread, and the
START of a quick step travels with its SUCCEED. A background thread exists only to send what nobody waits for.

The invocation is suspended when no branch is running. From then on every operation raises SuspendExecution, also
one that an author calls in a `finally`. An error that ends the invocation does so even if the author's code catches it:
no operation after it would stand at the right place of the history.
"""

import threading
from collections.abc import Callable
from typing import TypeVar, assert_never

from everstep.core.model import Arn, Kind, OperationId, Update
from everstep.errors import InvocationError, SuspendExecution, UnrecoverableError
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.bodies import run_blocking
from everstep.sdk.drive.calls import checkpoint
from everstep.sdk.replay.batching import Writer
from everstep.sdk.replay.requests import Outcome, Park, Run, Save, Script

T = TypeVar("T")

LINGER_SECONDS = 0.01
"""How long an update that nobody waits for may wait for company; a quick step ends sooner."""


class ThreadDriver:
    """Owns the writer of one invocation; its methods may be called from several threads."""

    def __init__(self, arn: Arn, client: DurableClient, writer: Writer) -> None:
        self._arn = arn
        self._client = client
        self._writer = writer
        self._changed = threading.Condition()
        self._running = 1
        """Branches that are not parked; the handler itself is the first."""
        self._is_sending = False
        self._is_suspended = False
        self._failure: UnrecoverableError | None = None
        self._lingering: _Lingering | None = None

    @property
    def is_suspended(self) -> bool:
        """Whether the invocation must end without a result: all branches wait, or the right to write is gone."""
        return self._is_suspended or self._writer.is_revoked

    @property
    def failure(self) -> UnrecoverableError | None:
        """Why nothing may be saved any more, if so; it decides the invocation whatever the author's code does."""
        return self._failure

    def run(self, script: Script[T]) -> T:
        """Carry the script out to its value or its error."""
        reply: Outcome | None = None
        while True:
            try:
                request = script.send(reply)
            except StopIteration as finished:
                value: T = finished.value
                return value
            except UnrecoverableError as error:
                self._fail(error)
                raise
            reply = None
            match request:
                case Save(update=update, wait=wait):
                    self._save(update, wait=wait)
                case Run(body=body):
                    reply = self._run_body(body)
                case Park(operation_id=operation_id):
                    self._park(operation_id)
                case _:
                    assert_never(request)

    def close(self) -> None:
        """Stop sending. What nobody waited for and is not sent yet is not owed to anybody."""
        if self._lingering is not None:
            self._lingering.stop()

    def _run_body(self, body: Callable[[], object]) -> Outcome:
        try:
            return run_blocking(body)
        except SuspendExecution:
            raise
        except BaseException as error:  # SystemExit, KeyboardInterrupt …: the body has no outcome
            self._fail(InvocationError(f"a body was cut off by {type(error).__name__}"))
            raise

    def _fail(self, error: UnrecoverableError) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    # ------------------------------------------------------------------ saving
    def _save(self, update: Update, *, wait: bool) -> None:
        with self._changed:
            self._check_open()
            ticket = self._writer.add(update)
            if not wait:
                self._linger()
                return
            while self._writer.saved < ticket:
                self._check_open()
                self._send_or_wait()
            if self._writer.is_revoked and update.kind is not Kind.EXECUTION:
                raise SuspendExecution  # it is saved, but this invocation shall end at once

    def _check_open(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self.is_suspended:
            raise SuspendExecution

    def _send_or_wait(self) -> None:
        """One call of the service, ours or the one that is on its way. The lock is held, but not during the call."""
        if self._is_sending:
            self._changed.wait()
            return
        self._is_sending = True
        request = self._writer.request()
        self._changed.release()
        reply = failure = None
        try:
            reply = checkpoint(self._client, self._arn, request)
        except InvocationError as error:
            failure = error
        finally:
            self._changed.acquire()
            self._is_sending = False
            if reply is not None:
                self._writer.accept(request, reply)
            else:
                self._failure = self._failure or failure or InvocationError("a checkpoint was cut off")
            self._changed.notify_all()

    def _linger(self) -> None:
        if self._client.is_local:
            return  # it costs nothing to let the update travel with the next one that somebody waits for
        if self._lingering is None:
            self._lingering = _Lingering(self)
        self._lingering.arm()

    def send_leftovers(self) -> None:
        """Send what has been lying around; for the background thread."""
        with self._changed:
            while len(self._writer.buffer) and self._failure is None and not self.is_suspended:
                self._send_or_wait()

    # ------------------------------------------------------------------ waiting
    def _park(self, operation_id: OperationId) -> None:
        """Return when the operation has moved; raise SuspendExecution when no branch is running any more."""
        with self._changed:
            self._running -= 1
            try:
                while self._writer.journal.is_waiting(operation_id):
                    if self._running == 0 and not self._is_sending:
                        self._is_suspended = True
                        self._changed.notify_all()
                    self._check_open()
                    self._changed.wait()
            finally:
                self._running += 1


class _Lingering:
    """The background thread that sends updates which nobody waits for, a moment after the first of them."""

    def __init__(self, driver: ThreadDriver) -> None:
        self._driver = driver
        self._armed = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="everstep-checkpoints", daemon=True)
        self._thread.start()

    def arm(self) -> None:
        if not self._armed.is_set():
            self._armed.set()

    def stop(self) -> None:
        self._stopped.set()
        self._armed.set()
        self._thread.join()

    def _work(self) -> None:
        while self._armed.wait() and not self._stopped.is_set():
            if self._stopped.wait(LINGER_SECONDS):
                return
            self._armed.clear()
            self._driver.send_leftovers()
