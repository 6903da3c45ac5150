"""The driver for `async def` functions: scripts run as tasks of one event loop.

An operation starts when its method is called: its script runs at once up to the first thing that takes time, and
goes on as a task. So `asyncio.gather(ctx.step(a), ctx.step(b))` is two steps side by side, in a fixed order of ids;
an author's own tasks count for themselves (see `lanes`). What became of operations is told in the order in which they
ended (see `gate`).

The invocation is suspended when something is parked, nothing runs, no call is on its way and the author's code is at
rest (see `pulse`). Then the handler is cancelled, and whatever it does in its `finally` blocks is no longer recorded.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from typing import Any, TypeVar, assert_never

from everstep.core.messages import CheckpointReply, InvocationOutput
from everstep.core.model import Arn, OperationId
from everstep.errors import InvocationError, SuspendExecution, UnrecoverableError
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.alarms import set_alarm
from everstep.sdk.drive.async_bodies import outcome_of, settled
from everstep.sdk.drive.bodies import call, is_awaitable
from everstep.sdk.drive.concluding import answer, end_of
from everstep.sdk.drive.crew import Crew, Strand
from everstep.sdk.drive.deadlines import is_given_up
from everstep.sdk.drive.lanes import Moment, first_lane, laneless_task, make_task, never, running
from everstep.sdk.drive.parking import Parking, Poll
from everstep.sdk.drive.polling import Interval
from everstep.sdk.drive.pulse import Pulse
from everstep.sdk.drive.quiet import IN_BODY, listening_loop
from everstep.sdk.drive.rooms import ROOM, Room
from everstep.sdk.drive.sending import Sender
from everstep.sdk.replay.batching import Writer
from everstep.sdk.replay.ending import Failed, HandlerEnd, Suspended, end, failed
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


class LoopDriver:
    """Owns the writer and the tasks of one invocation; lives in one running event loop."""

    def __init__(self, arn: Arn, client: DurableClient, writer: Writer) -> None:
        self._writer = writer
        self._loop = listening_loop()
        self._sender = Sender(arn, client, writer, heard=self._heard, ended=self._silent)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._parking = Parking(writer.journal)
        self._poll = None if client.is_local else Poll(self._parking, Interval(writer.journal), self._sender.ask)
        self._pulse = Pulse(lambda: len(self._parking) > 0 and not self._sender.is_busy)
        self._gate = self._pulse.gate

    def is_cancelled(self) -> bool:
        """Whether whoever asks works for nothing: the invocation is over."""
        return self._pulse.is_over or is_given_up()

    def furnish(self, wait: Callable[[int], asyncio.Future[None]]) -> None:
        """A context is made in the present room: this is how time passes in it (see `alarms`)."""
        self._gate.room.wait = wait

    async def run_handler(self, handler: Callable[[], object]) -> HandlerEnd:
        """Run the author's handler to its end or to its suspension."""
        self._loop.set_task_factory(make_task)
        self._loop.set_timer = self._set_timer
        task = laneless_task(self._loop, self._handle(handler))
        await asyncio.wait((task, self._pulse.over), return_when=asyncio.FIRST_COMPLETED)
        became = end_of(task) if task.done() and not self._pulse.is_over else Suspended()
        await self._stop(task)
        return became

    def _set_timer(
        self, when: float, ring: Callable[[], object], context: Context | None
    ) -> asyncio.TimerHandle | None:
        wait = self._gate.room.wait
        if running() is None or wait is None or self._pulse.is_over:
            return None
        return set_alarm(self._loop, when, ring, wait, context)

    async def _handle(self, handler: Callable[[], object]) -> object:
        ROOM.set(self._gate.root)
        with first_lane():
            value = handler()  # a decorator around it may raise, or answer in its place, before there is a coroutine
            return await value if is_awaitable(value) else value

    def start(self, script: Script[T], moment: Moment = never, *, is_known: bool = False) -> asyncio.Future[T]:
        """Begin the operation, or take it up again when it is known; the future is done when it is.

        `moment` then says when it ended, if anybody knows.
        """
        asked = self._gate.ask(moment)
        if self._pulse.is_over:
            asked.future.cancel()  # so is the handler, and a `finally` of it came here
            return asked.future
        strand = Strand(script, asked if is_known else None)
        try:
            request = self._advance(strand, None)
        except StopIteration as finished:
            self._gate.ended(asked, partial(asked.future.set_result, finished.value))
        except Exception as error:
            self._note(error)
            self._gate.ended(asked, partial(asked.future.set_exception, error))
        else:
            asked.task = self._run_beside(self._drive(strand, request))
            asked.task.add_done_callback(partial(self._gate.heard, asked))
        return asked.future

    def carry_out_now(self, script: Script[T]) -> T:
        """Carry out a script that waits for nothing."""
        self._pulse.check()
        try:
            request = self._advance(Strand(script), None)
        except StopIteration as finished:
            value: T = finished.value
            return value
        raise AssertionError(request)

    def _run_beside(self, strand: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task that counts as running until it parks or ends."""
        self._pulse.begin()
        task = laneless_task(self._loop, strand)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def conclude(self, became: HandlerEnd) -> InvocationOutput:
        """The function's answer, after `run_handler`. Raises InvocationError when it must be invoked again."""
        if self._pulse.failure is not None:
            became = failed(self._pulse.failure)
        try:
            if self._pulse.failure is None and not isinstance(became, Suspended):
                await self._sender.settle()
            return await answer(end(became), self._writer, self._sender)
        except InvocationError as error:
            # The end could not be saved, as with a result over the service's limit; invoking again may be no remedy.
            return await answer(end(Failed(error)), self._writer, self._sender)

    # ------------------------------------------------------------------ scripts
    def _advance(self, strand: Strand[T], reply: Reply) -> Request:
        """The script's next request that takes time; what takes none is done here."""
        while True:
            request = strand.script.send(reply)
            reply = None
            match request:
                case Save(wait=False) if strand.known is None and self._gate.is_clear and not self._writer.is_full:
                    self._pulse.check()
                    self._sender.add(request.update, is_owed=request.is_owed)
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
        self._pulse.rest()
        self._note(None if task.cancelled() else task.exception())

    def _note(self, error: BaseException | None) -> None:
        if isinstance(error, UnrecoverableError):
            self._pulse.fail(error)

    async def _carry_out(self, strand: Strand[T], request: Request) -> Reply:
        match request:
            case Save(update=update, wait=wait, is_owed=is_owed):
                await self._turn(strand)
                if wait or (is_owed and self._writer.is_full):
                    await self._sender.save(update)
                else:
                    self._sender.add(update, is_owed=is_owed)
            case Run():
                await self._turn(strand)
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

    async def _turn(self, strand: Strand[T]) -> None:
        """Wait until the script may do something new."""
        if strand.known is not None:
            known, strand.known = strand.known, None
            await self._gate.turn(known)
        while not self._gate.is_clear:
            await self._gate.turn()
        self._pulse.check()

    async def _enter(self, body: Callable[[], object]) -> Outcome:
        """Run code that asks for operations itself. What it leaves unfinished ends with it."""
        room = Room(ROOM.get())
        outside = ROOM.set(room)
        try:
            with self._pulse.aside(), first_lane():
                return await settled(call(body))
        finally:
            ROOM.reset(outside)
            room.leave()

    async def _join(self, crew: Crew) -> BranchEnded:
        while not crew.ended:
            with self._pulse.aside():
                await crew.wait()
        return crew.ended.popleft()

    async def _run(self, run: Run) -> Outcome:
        outside = IN_BODY.set(True)
        try:
            return await outcome_of(run)
        except (asyncio.CancelledError, SuspendExecution):
            raise
        except BaseException as error:  # SystemExit, KeyboardInterrupt …: the body has no outcome
            self._pulse.fail(error)
            raise
        finally:
            IN_BODY.reset(outside)

    async def _park(self, operation_id: OperationId) -> None:
        while self._writer.journal.is_waiting(operation_id):
            moved = self._parking.park(operation_id)
            with self._pulse.aside():
                if self._poll is not None:
                    self._poll.schedule(operation_id)
                try:
                    await moved
                finally:
                    self._parking.forget(operation_id, moved)

    def _heard(self, reply: CheckpointReply) -> None:
        if self._writer.is_revoked:
            self._pulse.end()
        elif self._parking.release(reply.operations) and self._poll is not None:
            self._poll.hasten()

    def _silent(self, failure: InvocationError | None) -> None:
        if failure is not None:
            self._pulse.fail(failure)
        self._pulse.watch()

    # ------------------------------------------------------------------ the end
    async def _stop(self, handler: asyncio.Task[object]) -> None:
        """Let go of everything that still runs; nothing is recorded from here on."""
        self._pulse.end()
        if self._poll is not None:
            self._poll.stop()
        tasks: list[asyncio.Task[Any]] = [handler, *self._tasks]
        for task in tasks:
            task.cancel()
        sending = self._sender.stop()
        if sending is not None:
            tasks.append(sending)
        self._gate.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        self._sender.close()
