"""The driver for `async def` functions: scripts run as tasks of one event loop.

An operation starts when its method is called: its script runs at once up to the first thing that takes time, and
goes on as a task. So `asyncio.gather(ctx.step(a), ctx.step(b))` is two steps side by side, in a fixed order of ids.

The invocation is suspended when something is parked, nothing runs and no call is on its way, and the loop has been
given `SETTLE_TURNS` turns to let the author's own tasks begin something new. Then the handler is cancelled, and
whatever it does in its `finally` blocks is no longer recorded.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, assert_never

from everstep.core.messages import InvocationOutput
from everstep.core.model import Arn, OperationId, Update
from everstep.errors import ExecutionError, InvocationError, SuspendExecution, UnrecoverableError
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.bodies import call, is_awaitable
from everstep.sdk.drive.calls import checkpoint
from everstep.sdk.drive.coroutines import settle
from everstep.sdk.drive.parking import Parking, Poll, wake
from everstep.sdk.replay.batching import Writer
from everstep.sdk.replay.ending import PENDING, Failed, Finished, HandlerEnd, Suspended, end
from everstep.sdk.replay.requests import Outcome, Park, Request, Returned, Run, Save, Script

T = TypeVar("T")

LINGER_SECONDS = 0.01
"""How long an update that nobody waits for may wait for company; a quick step ends sooner."""
SETTLE_TURNS = 50
"""Loop turns without any durable work before an invocation counts as suspended; a chain of the author's own tasks
between two operations takes one turn a link, and fifty turns cost less than a tenth of a millisecond."""


class LoopDriver:
    """Owns the writer and the tasks of one invocation; lives in one running event loop."""

    def __init__(self, arn: Arn, client: DurableClient, writer: Writer) -> None:
        self._arn = arn
        self._client = client
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._caller = None if client.is_local else ThreadPoolExecutor(1, "everstep-checkpoints")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._running = 0
        """Scripts that are not parked."""
        self._parking = Parking(writer.journal)
        self._saving: deque[tuple[int, asyncio.Future[None]]] = deque()
        """Who waits for which ticket, in order."""
        self._sender: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        """Somebody waits for an update."""
        self._poll = None if client.is_local else Poll(self._parking, self._ask)
        self._activity = 0
        self._over: asyncio.Future[None] = self._loop.create_future()
        """Done when the invocation must end without a result."""
        self._failure: UnrecoverableError | None = None
        """Why nothing may be saved any more; it decides the invocation whatever the author's code does."""

    async def run_handler(self, handler: Callable[[], object]) -> HandlerEnd:
        """Run the author's handler to its end or to its suspension."""
        task = self._loop.create_task(_await(handler))
        await asyncio.wait((task, self._over), return_when=asyncio.FIRST_COMPLETED)
        became = _end_of(task) if task.done() and not self._over.done() else Suspended()
        await self._stop(task)
        return became

    def start(self, script: Script[T]) -> asyncio.Future[T]:
        """Begin the operation; the future is done when it is."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._over.done():
            future.cancel()  # so is the handler, and a `finally` of it came here
            return future
        self._activity += 1
        try:
            request = self._advance(script, None)
        except StopIteration as finished:
            future.set_result(finished.value)
            return future
        except Exception as error:
            future.set_exception(error)
            self._note(future)
            return future
        self._running += 1
        task = self._loop.create_task(self._drive(script, request))
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def conclude(self, became: HandlerEnd) -> InvocationOutput:
        """The function's answer, after `run_handler`. Raises InvocationError when it must be invoked again."""
        if self._failure is not None:
            became = Failed(self._failure)
        try:
            return await self._answer(end(became))
        except InvocationError as error:
            # The end could not be saved, as with a result over the service's limit; invoking again may be no remedy.
            return await self._answer(end(Failed(error)))

    async def _answer(self, script: Script[InvocationOutput]) -> InvocationOutput:
        try:
            request = script.send(None)
            while True:
                assert isinstance(request, Save), request
                ticket = self._writer.add(request.update)
                while self._writer.saved < ticket:
                    if self._writer.is_revoked:
                        return PENDING
                    await self._call()
                request = script.send(None)
        except StopIteration as finished:
            output: InvocationOutput = finished.value
            return output

    # ------------------------------------------------------------------ scripts
    def _advance(self, script: Script[T], reply: Outcome | None) -> Request:
        """The script's next request that takes time; what takes none is done here."""
        request = script.send(reply)
        while isinstance(request, Save) and not request.wait:
            self._add(request.update)
            request = script.send(None)
        return request

    async def _drive(self, script: Script[T], request: Request) -> T:
        try:
            while True:
                reply = await self._carry_out(request)
                try:
                    request = self._advance(script, reply)
                except StopIteration as finished:
                    value: T = finished.value
                    return value
        finally:
            script.close()

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

    def _fail(self, error: UnrecoverableError) -> None:
        self._failure = self._failure or error
        self._end()

    async def _carry_out(self, request: Request) -> Outcome | None:
        match request:
            case Save(update=update):
                await self._save(update)
            case Run(body=body, is_async=is_async):
                return await self._run(body, is_async=is_async)
            case Park(operation_id=operation_id):
                await self._park(operation_id)
            case _:
                assert_never(request)
        return None

    async def _run(self, body: Callable[[], object], *, is_async: bool) -> Outcome:
        """Run the body. What may block gets a thread; what is awaitable runs in the loop."""
        try:
            outcome = call(body) if is_async else await asyncio.to_thread(call, body)
            if isinstance(outcome, Returned) and is_awaitable(outcome.value):
                return await settle(outcome.value)
        except (asyncio.CancelledError, SuspendExecution):
            raise
        except BaseException as error:  # SystemExit, KeyboardInterrupt …: the body has no outcome
            self._fail(InvocationError(f"a body was cut off by {type(error).__name__}"))
            raise
        return outcome

    async def _park(self, operation_id: OperationId) -> None:
        while self._writer.journal.is_waiting(operation_id):
            moved = self._parking.park(operation_id)
            self._running -= 1
            self._rest()
            if self._poll is not None:
                self._poll.schedule()
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
        is_idle = len(self._parking) > 0 and self._running == 0 and self._sender is None
        if not is_idle or activity != self._activity:
            return
        if turns == 0:
            self._end()
        else:
            self._loop.call_soon(self._settle, activity, turns - 1)

    def _end(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    # ------------------------------------------------------------------ saving
    def _add(self, update: Update) -> int:
        if self._over.done():
            raise self._failure or SuspendExecution()
        ticket = self._writer.add(update)
        if self._hurry.is_set() or not self._client.is_local:
            self._send_soon()
        return ticket

    async def _save(self, update: Update) -> None:
        self._hurry.set()
        saved: asyncio.Future[None] = self._loop.create_future()
        self._saving.append((self._add(update), saved))
        await saved

    def _send_soon(self) -> None:
        if self._sender is None:
            self._sender = self._loop.create_task(self._send())

    async def _send(self) -> None:
        """Call the service until the buffer is empty; one call at a time."""
        try:
            if not self._hurry.is_set():
                await _within(self._hurry.wait(), LINGER_SECONDS)
            await asyncio.sleep(0)  # what is said in the same turn of the loop travels together
            while not self._over.done():
                self._hurry.clear()
                await self._call()
                if not len(self._writer.buffer):
                    break
                await asyncio.sleep(0)
        except InvocationError as error:
            self._fail(error)
        finally:
            self._hurry.clear()
            self._sender = None
            self._rest()

    async def _call(self) -> None:
        request = self._writer.request()
        if self._caller is None:
            reply = checkpoint(self._client, self._arn, request)
        else:
            reply = await self._loop.run_in_executor(self._caller, checkpoint, self._client, self._arn, request)
        self._writer.accept(request, reply)
        if self._writer.is_revoked:
            self._end()  # whoever waits is cancelled: what was saved is saved, but this invocation shall end at once
            return
        while self._saving and self._saving[0][0] <= self._writer.saved:
            wake(self._saving.popleft()[1])
        if self._parking.release(reply.operations) and self._poll is not None:
            self._poll.hasten()

    def _ask(self) -> None:
        """Call the service only to hear what happened."""
        self._hurry.set()
        self._send_soon()

    # ------------------------------------------------------------------ the end
    async def _stop(self, handler: asyncio.Task[object]) -> None:
        """Let go of everything that still runs; nothing is recorded from here on."""
        self._end()
        self._hurry.set()
        if self._poll is not None:
            self._poll.stop()
        tasks: list[asyncio.Task[Any]] = [handler, *self._tasks]
        for task in tasks:
            task.cancel()
        if self._sender is not None:
            tasks.append(self._sender)
        await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        if self._caller is not None:
            self._caller.shutdown(wait=False)


def _end_of(task: asyncio.Task[object]) -> HandlerEnd:
    if task.cancelled():
        return Failed(ExecutionError("the handler was cancelled by its own code"))
    error = task.exception()
    match error:
        case None:
            return Finished(task.result())
        case SuspendExecution():
            return Suspended()
        case Exception():
            return Failed(error)
        case _:
            raise error


async def _await(handler: Callable[[], object]) -> object:
    """A decorator around the handler may raise, or answer in its place, before there is a coroutine."""
    value = handler()
    return await value if is_awaitable(value) else value


async def _within(awaitable: Coroutine[Any, Any, object], seconds: float) -> None:
    try:
        await asyncio.wait_for(awaitable, seconds)
    except TimeoutError:
        return
