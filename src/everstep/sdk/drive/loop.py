"""The driver for `async def` functions: scripts run as tasks of one event loop.

An operation starts when its method is called: its script runs at once up to the first thing that takes time, and
goes on as a task. So `asyncio.gather(ctx.step(a), ctx.step(b))` is two steps side by side, in a fixed order of ids.

The invocation is suspended when something is parked, nothing runs and no call is on its way, and the loop has been
given `SETTLE_TURNS` turns to let the author's own tasks begin something new. Then the handler is cancelled, and
whatever it does in its `finally` blocks is no longer recorded.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, assert_never

from everstep.core.messages import InvocationOutput
from everstep.core.model import Arn, OperationId, Update
from everstep.errors import InvocationError, SuspendExecution
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.bodies import is_awaitable
from everstep.sdk.replay.batching import Writer
from everstep.sdk.replay.ending import PENDING, Failed, Finished, HandlerEnd, Suspended, end
from everstep.sdk.replay.requests import Outcome, Park, Raised, Request, Returned, Run, Save, Script

T = TypeVar("T")

LINGER_SECONDS = 0.01
"""How long an update that nobody waits for may wait for company; a quick step ends sooner."""
SETTLE_TURNS = 50
"""Loop turns without any durable work before an invocation counts as suspended; a chain of the author's own tasks
between two operations takes one turn a link, and fifty turns cost less than a tenth of a millisecond."""
POLL_SECONDS = (0.05, 1.0, 10.0)
"""While something runs, news of parked operations is asked for: soonest after a due moment, first and longest
interval where no moment is known."""


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
        self._parked: dict[OperationId, list[asyncio.Future[None]]] = {}
        self._saving: deque[tuple[int, asyncio.Future[None]]] = deque()
        """Who waits for which ticket, in order."""
        self._sender: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        """Somebody waits for an update."""
        self._poll: asyncio.TimerHandle | None = None
        self._poll_interval = POLL_SECONDS[1]
        self._activity = 0
        self._over: asyncio.Future[None] = self._loop.create_future()
        """Done when the invocation must end without a result."""
        self._failure: InvocationError | None = None
        """Why nothing can be saved any more; it decides the invocation whatever the author's code does."""

    async def run_handler(self, handler: Callable[[], Coroutine[Any, Any, object]]) -> HandlerEnd:
        """Run the author's handler to its end or to its suspension."""
        task = self._loop.create_task(handler())
        await asyncio.wait((task, self._over), return_when=asyncio.FIRST_COMPLETED)
        became: HandlerEnd = Suspended()
        if task.done() and not self._over.done():
            became = _end_of(task)
        await self._stop(task)
        return became

    def start(self, script: Script[T]) -> asyncio.Future[T]:
        """Begin the operation; the future is done when it is."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._over.done():
            # The invocation is over and its handler is being cancelled; a `finally` of it came here.
            future.set_exception(SuspendExecution())
            future.exception()  # nobody need look at it
            return future
        self._activity += 1
        try:
            request = self._advance(script, None)
        except StopIteration as finished:
            future.set_result(finished.value)
            return future
        except Exception as error:
            future.set_exception(error)
            return future
        task = self._loop.create_task(self._drive(script, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def conclude(self, became: HandlerEnd) -> InvocationOutput:
        """The function's answer, after `run_handler`. Raises InvocationError when it must be invoked again."""
        script = end(Failed(self._failure) if self._failure is not None else became)
        try:
            request = script.send(None)
            while not self._writer.is_revoked:
                assert isinstance(request, Save), request
                ticket = self._writer.add(request.update)
                while self._writer.saved < ticket:
                    await self._call()
                request = script.send(None)
        except StopIteration as finished:
            output: InvocationOutput = finished.value
            return output
        return PENDING

    # ------------------------------------------------------------------ scripts
    def _advance(self, script: Script[T], reply: Outcome | None) -> Request:
        """The script's next request that takes time; what takes none is done here."""
        request = script.send(reply)
        while isinstance(request, Save) and not request.wait:
            self._add(request.update)
            request = script.send(None)
        return request

    async def _drive(self, script: Script[T], request: Request) -> T:
        self._running += 1
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
            self._running -= 1
            self._rest()

    async def _carry_out(self, request: Request) -> Outcome | None:
        match request:
            case Save(update=update):
                await self._save(update)
            case Run(body=body, is_async=is_async):
                return await _run(body, is_async=is_async)
            case Park(operation_id=operation_id):
                await self._park(operation_id)
            case _:
                assert_never(request)
        return None

    async def _park(self, operation_id: OperationId) -> None:
        while self._writer.journal.is_waiting(operation_id):
            moved: asyncio.Future[None] = self._loop.create_future()
            self._parked.setdefault(operation_id, []).append(moved)
            self._running -= 1
            self._rest()
            self._schedule_poll()
            try:
                await moved
            finally:
                self._running += 1
                self._activity += 1

    def _rest(self) -> None:
        """Something stopped running: perhaps it was the last."""
        self._activity += 1
        if self._is_idle():
            self._settle(self._activity, SETTLE_TURNS)

    def _is_idle(self) -> bool:
        return bool(self._parked) and self._running == 0 and self._sender is None

    def _settle(self, activity: int, turns: int) -> None:
        if activity != self._activity or not self._is_idle():
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
        if self._failure is not None:
            raise self._failure
        if self._over.done():
            raise SuspendExecution
        ticket = self._writer.add(update)
        if self._sender is None and not (self._client.is_local and not self._hurry.is_set()):
            self._send_soon()
        return ticket

    async def _save(self, update: Update) -> None:
        self._hurry.set()
        ticket = self._add(update)
        saved: asyncio.Future[None] = self._loop.create_future()
        self._saving.append((ticket, saved))
        await saved

    def _send_soon(self) -> None:
        if self._sender is None:
            self._sender = self._loop.create_task(self._send())

    async def _send(self) -> None:
        """Call the service until the buffer is empty; one call at a time."""
        try:
            if not self._hurry.is_set():
                await _within(self._hurry.wait(), LINGER_SECONDS)
            while True:
                await asyncio.sleep(0)  # what is said in the same turn of the loop travels together
                self._hurry.clear()
                await self._call()
                if not len(self._writer.buffer) or self._over.done():
                    break
        except InvocationError as error:
            self._failure = error
            self._end()
        finally:
            self._sender = None
            self._rest()

    async def _call(self) -> None:
        request = self._writer.request()
        if self._caller is None:
            reply = self._client.checkpoint(self._arn, request)
        else:
            reply = await self._loop.run_in_executor(self._caller, self._client.checkpoint, self._arn, request)
        self._writer.accept(request, reply)
        while self._saving and self._saving[0][0] <= self._writer.saved:
            _release(self._saving.popleft()[1])
        for operation in reply.operations:
            if not self._writer.journal.is_waiting(operation.id):
                for moved in self._parked.pop(operation.id, ()):
                    _release(moved)
                    self._poll_interval = POLL_SECONDS[1]
        if self._writer.is_revoked:
            self._end()

    # ------------------------------------------------------------------ news while something else runs
    def _schedule_poll(self) -> None:
        if self._caller is None:
            return
        if self._poll is not None:
            self._poll.cancel()
        self._poll = self._loop.call_later(self._until_poll(), self._ask)

    def _until_poll(self) -> float:
        """Seconds until it is worth asking: the earliest known due moment, else ever longer intervals."""
        known = (self._writer.journal.get(operation_id) for operation_id in self._parked)
        dues = [operation.due_at for operation in known if operation is not None and operation.due_at is not None]
        if not dues:
            return self._poll_interval
        soonest, _, longest = POLL_SECONDS
        return min(max(min(dues) / 1000 - time.time(), soonest), longest)

    def _ask(self) -> None:
        self._poll = None
        if self._parked and not self._over.done() and self._failure is None:
            self._poll_interval = min(self._poll_interval * 2, POLL_SECONDS[2])
            self._hurry.set()
            self._send_soon()
            self._schedule_poll()

    # ------------------------------------------------------------------ the end
    async def _stop(self, handler: asyncio.Task[object]) -> None:
        """Let go of everything that still runs; nothing is recorded from here on."""
        self._end()
        if self._poll is not None:
            self._poll.cancel()
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
        return Failed(InvocationError("the handler was cancelled"))
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


async def _run(body: Callable[[], object], *, is_async: bool) -> Outcome:
    """Run the body. What may block gets a thread; what is awaitable runs in the loop."""
    try:
        value = body() if is_async else await asyncio.to_thread(body)
        if is_awaitable(value):
            value = await value
    except Exception as error:
        return Raised(error)
    return Returned(value)


def _release(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


async def _within(awaitable: Coroutine[Any, Any, object], seconds: float) -> None:
    try:
        await asyncio.wait_for(awaitable, seconds)
    except TimeoutError:
        return
