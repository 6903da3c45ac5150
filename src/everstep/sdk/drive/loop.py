"""The driver for `async def` functions: scripts run as tasks of one event loop.

An operation starts when its method is called: its script runs at once up to the first thing that takes time, and
goes on as a task. So `asyncio.gather(ctx.step(a), ctx.step(b))` is two steps side by side, in a fixed order of ids;
an author's own tasks count for themselves (see `lanes`).

The invocation is suspended when something is parked, nothing runs and no call is on its way, and the loop has been
given `SETTLE_TURNS` turns to let the author's own tasks begin something new. Then the handler is cancelled, and
whatever it does in its `finally` blocks is no longer recorded.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar, assert_never

from everstep.core.messages import CheckpointReply, InvocationOutput
from everstep.core.model import Arn, OperationId
from everstep.errors import ExecutionError, InvocationError, SuspendExecution, UnrecoverableError
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.bodies import call, is_awaitable
from everstep.sdk.drive.coroutines import settle
from everstep.sdk.drive.crew import Crew, Strand
from everstep.sdk.drive.deadlines import is_given_up
from everstep.sdk.drive.lanes import Moment, Told, first_lane, laneless_task, make_task, never, promise
from everstep.sdk.drive.parking import Parking, Poll
from everstep.sdk.drive.polling import Interval
from everstep.sdk.drive.sending import Sender
from everstep.sdk.replay.batching import Writer
from everstep.sdk.replay.ending import PENDING, Failed, Finished, HandlerEnd, Suspended, end, failed
from everstep.sdk.replay.requests import (
    BranchEnded,
    Dismiss,
    Enter,
    Join,
    Outcome,
    Park,
    Raised,
    Reply,
    Request,
    Returned,
    Run,
    Save,
    Script,
    Spawn,
)

T = TypeVar("T")

SETTLE_TURNS = 50
"""Loop turns without any durable work before an invocation counts as suspended; a chain of the author's own tasks
between two operations takes one turn a link, and fifty turns cost less than a tenth of a millisecond."""


ROOM: ContextVar[set[asyncio.Task[Any]] | None] = ContextVar("everstep_room", default=None)
"""The tasks of the innermost context whose code is running."""


class LoopDriver:
    """Owns the writer and the tasks of one invocation; lives in one running event loop."""

    def __init__(self, arn: Arn, client: DurableClient, writer: Writer) -> None:
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._sender = Sender(arn, client, writer, heard=self._heard, ended=self._silent)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._running = 0
        """Scripts that are not parked."""
        self._parking = Parking(writer.journal)
        self._poll = None if client.is_local else Poll(self._parking, Interval(writer.journal), self._sender.ask)
        self._activity = 0
        self._over: asyncio.Future[None] = self._loop.create_future()
        """Done when the invocation must end without a result."""
        self._failure: BaseException | None = None
        """Why nothing may be saved any more; it decides the invocation whatever the author's code does."""

    def is_cancelled(self) -> bool:
        """Whether whoever asks works for nothing: the invocation is over."""
        return self._over.done() or is_given_up()

    async def run_handler(self, handler: Callable[[], object]) -> HandlerEnd:
        """Run the author's handler to its end or to its suspension."""
        self._loop.set_task_factory(make_task)
        task = laneless_task(self._loop, _await(handler))
        await asyncio.wait((task, self._over), return_when=asyncio.FIRST_COMPLETED)
        became = _end_of(task) if task.done() and not self._over.done() else Suspended()
        await self._stop(task)
        return became

    def start(self, script: Script[T], moment: Moment = never) -> asyncio.Future[T]:
        """Begin the operation; the future is done when it is. `moment` then says when it ended, if anybody knows."""
        future: Told[T] = promise(self._loop, moment)
        if self._over.done():
            future.cancel()  # so is the handler, and a `finally` of it came here
            return future
        self._activity += 1
        strand = Strand(script)
        try:
            request = self._advance(strand, None)
        except StopIteration as finished:
            future.set_result(finished.value)
            return future
        except Exception as error:
            future.set_exception(error)
            self._note(future)
            return future
        return self._run_beside(self._drive(strand, request), moment)

    def _run_beside(self, strand: Coroutine[Any, Any, T], moment: Moment = never) -> asyncio.Task[T]:
        """A task that counts as running until it parks or ends, and that ends with the context it was made in."""
        self._running += 1
        task = laneless_task(self._loop, strand, moment)
        self._tasks.add(task)
        room = ROOM.get()
        if room is not None:
            room.add(task)
            task.add_done_callback(room.discard)
        task.add_done_callback(self._finished)
        return task

    async def conclude(self, became: HandlerEnd) -> InvocationOutput:
        """The function's answer, after `run_handler`. Raises InvocationError when it must be invoked again."""
        if self._failure is not None:
            became = failed(self._failure)
        try:
            return await _answer(end(became), self._writer, self._sender)
        except InvocationError as error:
            # The end could not be saved, as with a result over the service's limit; invoking again may be no remedy.
            return await _answer(end(Failed(error)), self._writer, self._sender)

    # ------------------------------------------------------------------ scripts
    def _advance(self, strand: Strand[T], reply: Reply) -> Request:
        """The script's next request that takes time; what takes none is done here."""
        while True:
            request = strand.script.send(reply)
            reply = None
            match request:
                case Save(update=update, wait=False):
                    self._check_open()
                    self._sender.add(update)
                case Spawn(index=index, make=make):
                    branch = self._run_beside(self._branch(strand.crew, index, make))
                    strand.crew.add(branch)
                case Dismiss():
                    strand.crew.dismiss()
                case _:
                    return request

    async def _drive(self, strand: Strand[T], request: Request | None = None) -> T:
        reply: Reply = None
        try:
            while True:
                if request is None:
                    try:
                        request = self._advance(strand, reply)
                    except StopIteration as finished:
                        value: T = finished.value
                        return value
                reply = await self._carry_out(strand, request)
                request = None
        finally:
            strand.crew.dismiss()
            strand.script.close()

    async def _branch(self, crew: Crew, index: int, make: Callable[[], Script[object]]) -> None:
        """One spawned script, from its beginning to its place among those that have ended."""
        try:
            outcome: Outcome = Returned(await self._drive(Strand(make())))
        except Exception as error:
            outcome = Raised(error)
        crew.note(BranchEnded(index, outcome))

    def _finished(self, task: asyncio.Task[Any]) -> None:
        """Runs before whoever awaits the operation; also for one that was cancelled before it began."""
        self._tasks.discard(task)
        self._running -= 1
        self._rest()
        self._note(task)

    def _note(self, ended: asyncio.Future[Any]) -> None:
        """Take notice of an operation's error, so that asyncio does not complain of one that nobody awaits."""
        error = None if ended.cancelled() else ended.exception()
        if isinstance(error, UnrecoverableError):
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._end()

    async def _carry_out(self, strand: Strand[T], request: Request) -> Reply:
        match request:
            case Save(update=update):
                self._check_open()
                await self._sender.save(update)
            case Run():
                return await self._run(request)
            case Enter(body=body):
                return await self._enter(body)
            case Park(operation_id=operation_id):
                await self._park(operation_id)
            case Join():
                return await self._join(strand.crew)
            case Spawn() | Dismiss():
                raise AssertionError(request)  # done in `_advance`
            case _:
                assert_never(request)
        return None

    async def _enter(self, body: Callable[[], object]) -> Outcome:
        """Run code that asks for operations itself. What it leaves unfinished ends with it."""
        room: set[asyncio.Task[Any]] = set()
        outside = ROOM.set(room)
        self._running -= 1
        self._rest()
        try:
            with first_lane():
                return await _settled(call(body))
        finally:
            ROOM.reset(outside)
            self._running += 1
            self._activity += 1
            for task in tuple(room):
                task.cancel()

    async def _join(self, crew: Crew) -> BranchEnded:
        while not crew.ended:
            self._running -= 1
            self._rest()
            try:
                await crew.wait()
            finally:
                self._running += 1
                self._activity += 1
        return crew.ended.popleft()

    async def _run(self, run: Run) -> Outcome:
        try:
            return await _outcome_of(run)
        except (asyncio.CancelledError, SuspendExecution):
            raise
        except BaseException as error:  # SystemExit, KeyboardInterrupt …: the body has no outcome
            self._fail(error)
            raise

    async def _park(self, operation_id: OperationId) -> None:
        while self._writer.journal.is_waiting(operation_id):
            moved = self._parking.park(operation_id)
            self._running -= 1
            self._rest()
            if self._poll is not None:
                self._poll.schedule(operation_id)
            try:
                await moved
            finally:
                self._parking.forget(operation_id, moved)
                self._running += 1
                self._activity += 1

    def _rest(self) -> None:
        """Something stopped running: perhaps it was the last."""
        self._activity += 1
        self._settle(self._activity, SETTLE_TURNS)

    def _settle(self, activity: int, turns: int) -> None:
        is_idle = len(self._parking) > 0 and self._running == 0 and not self._sender.is_busy
        if not is_idle or activity != self._activity:
            return
        if turns == 0:
            self._end()
        else:
            self._loop.call_soon(self._settle, activity, turns - 1)

    def _end(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    def _check_open(self) -> None:
        if self._over.done():
            raise self._failure or SuspendExecution()

    def _heard(self, reply: CheckpointReply) -> None:
        if self._writer.is_revoked:
            self._end()
        elif self._parking.release(reply.operations) and self._poll is not None:
            self._poll.hasten()

    def _silent(self, failure: InvocationError | None) -> None:
        if failure is not None:
            self._fail(failure)
        self._rest()

    # ------------------------------------------------------------------ the end
    async def _stop(self, handler: asyncio.Task[object]) -> None:
        """Let go of everything that still runs; nothing is recorded from here on."""
        self._end()
        if self._poll is not None:
            self._poll.stop()
        tasks: list[asyncio.Task[Any]] = [handler, *self._tasks]
        for task in tasks:
            task.cancel()
        sending = self._sender.stop()
        if sending is not None:
            tasks.append(sending)
        await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        self._sender.close()


def _end_of(task: asyncio.Task[object]) -> HandlerEnd:
    if task.cancelled():
        return Failed(ExecutionError("the handler was cancelled by its own code"))
    error = task.exception()
    match error:
        case None:
            return Finished(task.result())
        case SuspendExecution():
            return Suspended()
        case _:
            return failed(error)


async def _outcome_of(run: Run) -> Outcome:
    """Run the body. What may block gets a thread; what is awaitable runs in the loop."""
    outcome = call(run.body) if run.is_async else await asyncio.to_thread(call, run.body, run.seconds_max)
    return await _settled(outcome, run.seconds_max)


async def _settled(outcome: Outcome, seconds_max: float | None = None) -> Outcome:
    """The outcome of a call, once what it returned has been awaited."""
    if isinstance(outcome, Returned) and is_awaitable(outcome.value):
        return await settle(outcome.value, seconds_max)
    return outcome


async def _answer(script: Script[InvocationOutput], writer: Writer, sender: Sender) -> InvocationOutput:
    """Carry out the end's script; everything else has stopped."""
    try:
        request = script.send(None)
        while True:
            assert isinstance(request, Save), request
            ticket = writer.add(request.update)
            while writer.saved < ticket:
                if writer.is_revoked:
                    return PENDING
                await sender.call()
            request = script.send(None)
    except StopIteration as finished:
        output: InvocationOutput = finished.value
        return output


async def _await(handler: Callable[[], object]) -> object:
    """A decorator around the handler may raise, or answer in its place, before there is a coroutine."""
    with first_lane():
        value = handler()
        return await value if is_awaitable(value) else value
