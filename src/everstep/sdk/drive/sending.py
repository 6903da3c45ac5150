"""The way to the service from an event loop: one call at a time, and nobody waits for an idle moment."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from everstep.core.messages import CheckpointReply
from everstep.core.model import Arn, Update
from everstep.errors import InvocationError, type_name
from everstep.sdk.clients.port import DurableClient
from everstep.sdk.drive.calls import checkpoint
from everstep.sdk.drive.lanes import laneless_task
from everstep.sdk.drive.parking import wake
from everstep.sdk.replay.batching import Writer

LINGER_SECONDS = 0.01
"""How long an update that nobody waits for may wait for company; a quick step ends sooner."""


class Sender:
    """Owns the writer and whoever waits for it.

    `heard` is told of every reply, `ended` when the sender falls silent: with the error that broke it, or None.
    """

    def __init__(
        self,
        arn: Arn,
        client: DurableClient,
        writer: Writer,
        *,
        heard: Callable[[CheckpointReply], None],
        ended: Callable[[InvocationError | None], None],
    ) -> None:
        self._arn = arn
        self._client = client
        self._writer = writer
        self._heard = heard
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._caller = None if client.is_local else ThreadPoolExecutor(1, "everstep-checkpoints")
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        """Who waits for which ticket, in order."""
        self._hurry = asyncio.Event()
        """Somebody waits."""
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def add(self, update: Update, *, is_owed: bool = False) -> int:
        """Send this with the next call, soon; its ticket."""
        ticket = self._writer.add(update, is_owed=is_owed)
        if self._hurry.is_set() or not self._client.is_local:
            self._begin()
        return ticket

    async def save(self, update: Update) -> None:
        """Send this now; come back when it is durable."""
        self._hurry.set()
        saved: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((self.add(update), saved))
        await saved

    def ask(self) -> None:
        """Call the service only to hear what happened."""
        self._hurry.set()
        self._begin()

    async def call(self) -> None:
        """One call, here and now. Raises InvocationError."""
        request = self._writer.request()
        if self._caller is None:
            reply = checkpoint(self._client, self._arn, request)
        else:
            reply = await self._loop.run_in_executor(self._caller, checkpoint, self._client, self._arn, request)
        self._writer.accept(request, reply)
        # After a revocation nobody is woken: what was saved is saved, but the invocation shall end at once.
        while not self._writer.is_revoked and self._waiting and self._waiting[0][0] <= self._writer.saved:
            wake(self._waiting.popleft()[1])
        self._heard(reply)

    async def settle(self) -> None:
        """The handler has ended, and so has sending: save what its answer owes. Raises InvocationError."""
        while self._writer.is_owing:
            await self.call()

    def stop(self) -> "asyncio.Task[None] | None":
        """Send nothing more after the call that is on its way; the task that carries it out, if any."""
        self._is_stopped = True
        self._hurry.set()
        return self._task

    def close(self) -> None:
        if self._caller is not None:
            self._caller.shutdown(wait=False)

    def _begin(self) -> None:
        if self._task is None:
            self._task = laneless_task(self._loop, self._send())

    async def _send(self) -> None:
        """Call the service until the buffer is empty."""
        failure = None
        try:
            if not self._hurry.is_set():
                await _within(self._hurry.wait(), LINGER_SECONDS)
            await asyncio.sleep(0)  # what is said in the same turn of the loop travels together
            while not (self._is_stopped or self._writer.is_revoked):
                self._hurry.clear()
                await self.call()
                if not len(self._writer.buffer):
                    break
                await asyncio.sleep(0)
        except InvocationError as error:
            failure = error
        except Exception as error:  # A client that breaks in its own way: whoever waits must hear of it all the same.
            failure = InvocationError(f"a checkpoint was cut off: {type_name(type(error))}: {error}")
            failure.__cause__ = error
        finally:
            self._hurry.clear()
            self._task = None
            self._ended(failure)


async def _within(awaitable: Coroutine[Any, Any, object], seconds: float) -> None:
    try:
        await asyncio.wait_for(awaitable, seconds)
    except TimeoutError:
        return
