"""The driver for `def` functions: scripts run in the author's own thread.

Whoever needs an update saved sends it (see `posting`). So a function without branches never hands work to another
thread, and the START of a quick step travels with its SUCCEED.

The invocation is suspended when no branch is running. From then on every operation raises SuspendExecution, also
one that an author calls in a `finally`. What ends the invocation does so even if the author's code catches it: no
operation after it would stand at its right place in the history.
"""

import threading
from collections.abc import Callable, Iterable
from contextvars import copy_context
from functools import partial
from typing import TypeVar, assert_never

from everstep.core.model import Arn, OperationId
from everstep.errors import SuspendExecution, UnrecoverableError
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.bodies import run_blocking
from everstep.sdk.drive.branches import Branch, Crew, Roster
from everstep.sdk.drive.deadlines import is_given_up
from everstep.sdk.drive.platform import PlatformThreads, Threads
from everstep.sdk.drive.posting import Post
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


class ThreadDriver:
    """Owns the writer and the branches of one invocation; its methods may be called from several threads."""

    def __init__(self, arn: Arn, client: DurableClient, writer: Writer, threads: Threads | None = None) -> None:
        self._writer = writer
        self._threads = threads or PlatformThreads()
        self._changed = self._threads.condition()
        self._post = Post(arn, client, writer, self._changed, self)
        self._here = threading.local()
        """`branch`: the one that this thread carries out; missing in the handler's own thread."""
        self._running = 1
        """Branches that do not wait; the handler itself is the first."""
        self._waiting: dict[int, Callable[[], bool]] = {}
        """What the threads that wait are waiting for."""
        self._roster = Roster()
        self._parked: dict[int, OperationId] = {}
        """What the threads that are parked wait for."""
        self._is_suspended = False
        self._failure: BaseException | None = None

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
                    case Save(update=update, wait=wait, is_owed=is_owed):
                        with self._changed:
                            self._post.save(update, wait=wait, is_owed=is_owed)
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
            self.fail(error)
            raise
        finally:
            script.close()
            self._dismiss(crew)

    def settle(self) -> None:
        """The handler has ended: save what its answer owes. `failure` tells if that was not possible."""
        with self._changed:
            self._post.settle()

    def close(self) -> None:
        """Stop sending."""
        with self._changed:
            self._is_suspended = True
            self._changed.notify_all()
        self._post.stop()

    def _run_body(self, run: Run | Enter) -> Outcome:
        try:
            return run_blocking(run, adopt=partial(setattr, self._here, "branch", self._branch()))
        except SuspendExecution:
            raise
        except BaseException as error:  # SystemExit, KeyboardInterrupt …: the body has no outcome
            self.fail(error)
            raise

    # ------------------------------------------------------------------ what the post asks for
    def fail(self, error: BaseException) -> None:
        """Nothing may be saved any more."""
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def check(self) -> None:
        """Raises why nothing more may be saved by this thread, if so."""
        if self._failure is not None:
            raise self._failure
        if self.is_cancelled():
            raise SuspendExecution

    def is_over(self) -> bool:
        return self._failure is not None or self.is_suspended

    def parked(self) -> Iterable[OperationId]:
        """What is parked while something else still runs."""
        return self._parked.values() if self._running else ()

    def heard(self) -> None:
        """Something moved: unwound branches may go on."""
        self._roster.recall()
        self._staff()

    # ------------------------------------------------------------------ waiting
    def _park(self, operation_id: OperationId) -> None:
        """Return when the operation has moved; raise SuspendExecution when no branch is running any more."""
        me = threading.get_ident()
        with self._changed:
            self._parked[me] = operation_id
            try:
                if self._running > 1:
                    self._post.watch(operation_id)
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
                self.check()
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
        is_busy = self._running or self._post.is_sending or self._roster.ready
        return not is_busy and not any(is_ready() for is_ready in self._waiting.values())

    # ------------------------------------------------------------------ branches
    def _branch(self) -> Branch | None:
        return getattr(self._here, "branch", None)

    def _spawn(self, crew: Crew, spawn: Spawn) -> None:
        with self._changed:
            self.check()
            self._roster.ready.append(Branch(crew, spawn.index, spawn.make))
            self._staff()

    def _staff(self) -> None:
        """Give threads to branches that may run, as far as there are any; the others nudge parked ones to make way."""
        while not self._roster.is_full and (branch := self._roster.take()) is not None:
            self._roster.threads += 1
            self._running += 1
            self._threads.start(partial(copy_context().run, self._work, branch), f"everstep-branch-{branch.index}")
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
