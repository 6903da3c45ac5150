"""The driver for `def` functions: scripts run in the author's own thread.

Whoever needs an update saved sends it, together with everything that gathered meanwhile; whoever comes while a call
is on its way waits for its turn. So a function without branches never hands work to another thread, and the
START of a quick step travels with its SUCCEED. A background thread exists only to send what nobody waits for.

The invocation is suspended when no branch is running. From then on every operation raises SuspendExecution, also
one that an author calls in a `finally`. What ends the invocation does so even if the author's code catches it: no
operation after it would stand at its right place in the history.
"""

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import TypeVar, assert_never

from everstep.core.model import Arn, Kind, OperationId, Update
from everstep.errors import InvocationError, SuspendExecution, UnrecoverableError
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.background import Background
from everstep.sdk.drive.bodies import run_blocking
from everstep.sdk.drive.branches import Branch, Crew, Roster
from everstep.sdk.drive.calls import checkpoint
from everstep.sdk.drive.deadlines import is_given_up
from everstep.sdk.drive.polling import Interval
from everstep.sdk.replay.batching import Writer
from everstep.sdk.replay.requests import (
    BranchEnded,
    Dismiss,
    Enter,
    Join,
    Outcome,
    Park,
    Raised,
    Reply,
    Returned,
    Run,
    Save,
    Script,
    Spawn,
)

T = TypeVar("T")

LINGER_SECONDS = 0.01
"""How long an update that nobody waits for may wait for company; a quick step ends sooner."""


class ThreadDriver:
    """Owns the writer and the branches of one invocation; its methods may be called from several threads."""

    def __init__(self, arn: Arn, client: DurableClient, writer: Writer) -> None:
        self._arn = arn
        self._client = client
        self._writer = writer
        self._changed = threading.Condition()
        self._here = threading.local()
        """`branch`: the one that this thread carries out; missing in the handler's own thread."""
        self._running = 1
        """Branches that do not wait; the handler itself is the first."""
        self._waiting: dict[int, Callable[[], bool]] = {}
        """What the threads that wait are waiting for."""
        self._roster = Roster()
        self._is_sending = False
        self._lingering_since: float | None = None
        self._poll = Interval(writer.journal)
        self._parked: dict[int, OperationId] = {}
        """What the threads that are parked wait for."""
        self._is_suspended = False
        self._failure: BaseException | None = None
        self._background: Background | None = None

    @property
    def is_suspended(self) -> bool:
        """Whether the invocation must end without a result: all branches wait, or the right to write is gone."""
        return self._is_suspended or self._writer.is_revoked

    @property
    def failure(self) -> BaseException | None:
        """Why nothing may be saved any more, if so; it decides the invocation whatever the author's code does.

        An UnrecoverableError, or what cut off a body.
        """
        return self._failure

    def is_cancelled(self) -> bool:
        """Whether this thread works for nothing: its branch is not needed any more, or the invocation is over."""
        branch = self._branch()
        return is_given_up() or self.is_suspended or (branch is not None and branch.is_dismissed)

    def run(self, script: Script[T]) -> T:
        """Carry the script out to its value or its error."""
        reply: Reply = None
        crew: Crew | None = None
        try:
            while True:
                request = script.send(reply)
                reply = None
                match request:
                    case Save(update=update, wait=wait):
                        self._save(update, wait=wait)
                    case Run() | Enter():
                        reply = self._run_body(request)
                    case Park(operation_id=operation_id):
                        self._park(operation_id)
                    case Spawn():
                        crew = crew or Crew(self._branch())
                        self._spawn(crew, request)
                    case Join():
                        assert crew is not None, "joined before anything was spawned"
                        reply = self._join(crew)
                    case Dismiss():
                        self._dismiss(crew)
                        crew = None
                    case _:
                        assert_never(request)
        except StopIteration as finished:
            value: T = finished.value
            return value
        except UnrecoverableError as error:
            self._fail(error)
            raise
        finally:
            script.close()
            self._dismiss(crew)

    def close(self) -> None:
        """Stop sending. What nobody waited for and is not sent yet is not owed to anybody."""
        with self._changed:
            self._is_suspended = True
            self._changed.notify_all()
        if self._background is not None:
            self._background.stop()

    def _run_body(self, run: Run | Enter) -> Outcome:
        try:
            return run_blocking(run, adopt=partial(setattr, self._here, "branch", self._branch()))
        except SuspendExecution:
            raise
        except BaseException as error:  # SystemExit, KeyboardInterrupt …: the body has no outcome
            self._fail(error)
            raise

    def _fail(self, error: BaseException) -> None:
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
        if self.is_cancelled():
            raise SuspendExecution

    def _send_or_wait(self) -> None:
        """One call of the service, ours or the one that is on its way. The lock is held, but not during the call."""
        if self._is_sending:
            self._changed.wait()
            return
        self._is_sending = True
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
            self._is_sending = False
            if reply is not None:
                self._writer.accept(request, reply)
                self._recall()
            else:
                self._failure = self._failure or failure or InvocationError("a checkpoint was cut off")
            self._changed.notify_all()

    # ------------------------------------------------------------------ in the background
    def _linger(self) -> None:
        if self._client.is_local:
            return  # it costs nothing to let the update travel with the next one that somebody waits for
        if self._lingering_since is None:
            self._lingering_since = time.monotonic()
            self._in_background()

    def _in_background(self) -> None:
        if self._background is None:
            self._background = Background(self._until_send, self._send_anyway)
        self._background.note()

    def _until_send(self) -> float | None:
        """Seconds until somebody should call the service although nobody waits for it; None: not as things are."""
        with self._changed:
            if self._failure is not None or self.is_suspended:
                return None
            if self._lingering_since is not None:
                return self._lingering_since + LINGER_SECONDS - time.monotonic()
            return self._poll.seconds() if self._running and self._parked else None

    def _send_anyway(self) -> None:
        with self._changed:
            if self._failure is None and not self.is_suspended:
                if self._lingering_since is None:
                    self._poll.rang(self._parked.values())
                self._send_or_wait()

    # ------------------------------------------------------------------ waiting
    def _park(self, operation_id: OperationId) -> None:
        """Return when the operation has moved; raise SuspendExecution when no branch is running any more."""
        me = threading.get_ident()
        with self._changed:
            self._parked[me] = operation_id
            try:
                if self._running > 1 and not self._client.is_local and self._poll.awaits(operation_id):
                    self._in_background()
                self._wait_until(lambda: not self._writer.journal.is_waiting(operation_id), is_leaf=True)
            finally:
                del self._parked[me]

    def _wait_until(self, is_ready: Callable[[], bool], *, is_leaf: bool) -> None:
        """The lock is held. A leaf may be unwound, because nothing runs on its behalf."""
        branch = self._branch()
        me = threading.get_ident()
        self._running -= 1
        self._waiting[me] = is_ready
        try:
            while not is_ready():
                self._check_open()
                if is_leaf and branch is not None and self._roster.ready:
                    branch.waits_for = is_ready
                    self._roster.unwound.append(branch)
                    raise SuspendExecution
                if self._is_idle():
                    self._is_suspended = True
                    self._changed.notify_all()
                else:
                    self._changed.wait()
        finally:
            del self._waiting[me]
            self._running += 1

    def _is_idle(self) -> bool:
        is_busy = self._running or self._is_sending or self._roster.ready
        return not is_busy and not any(is_ready() for is_ready in self._waiting.values())

    # ------------------------------------------------------------------ branches
    def _branch(self) -> Branch | None:
        return getattr(self._here, "branch", None)

    def _spawn(self, crew: Crew, spawn: Spawn) -> None:
        with self._changed:
            self._check_open()
            self._roster.ready.append(Branch(crew, spawn.index, spawn.make))
            self._staff()

    def _recall(self) -> None:
        self._roster.recall()
        self._staff()

    def _staff(self) -> None:
        """Give threads to branches that may run, as far as there are any; the others nudge parked ones to make way."""
        while not self._roster.is_full and (branch := self._roster.take()) is not None:
            self._roster.threads += 1
            self._running += 1
            threading.Thread(
                target=copy_context().run,
                args=(self._work, branch),
                name=f"everstep-branch-{branch.index}",
                daemon=True,
            ).start()
        if self._roster.ready:
            self._changed.notify_all()

    def _work(self, branch: Branch | None) -> None:
        """A thread's life: one branch after the other."""
        while branch is not None:
            self._here.branch = branch
            outcome = self._outcome_of(branch)
            with self._changed:
                if outcome is not None and not branch.is_dismissed:
                    branch.crew.ended.append(BranchEnded(branch.index, outcome))
                branch = self._roster.take()
                if branch is None:
                    self._roster.threads -= 1
                    self._running -= 1
                self._changed.notify_all()

    def _outcome_of(self, branch: Branch) -> Outcome | None:
        """None: it was unwound, is not needed any more, or was cut off together with the whole invocation."""
        try:
            return Returned(self.run(branch.make()))
        except Exception as error:
            return Raised(error)
        except BaseException:
            return None

    def _join(self, crew: Crew) -> BranchEnded:
        with self._changed:
            in_branch = self._branch() is not None
            if in_branch:
                self._roster.threads -= 1
                self._staff()
            try:
                self._wait_until(lambda: bool(crew.ended), is_leaf=False)
            finally:
                if in_branch:
                    self._roster.threads += 1
            return crew.ended.popleft()

    def _dismiss(self, crew: Crew | None) -> None:
        if crew is not None:
            with self._changed:
                crew.is_dismissed = True
                self._changed.notify_all()
