"""The way from the threads, in which functions run, to the event loop, in which the service lives.

    thread: call -------- call_soon_threadsafe ------> loop: the service's coroutine
    thread waits at a lock  <------ release ---------- its end

One wake-up there and one back is all that a call costs beyond its work.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Generic, TypeVar

from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Action, Arn, CheckpointToken, Kind, OperationId
from everstep.core.refusal import Refused
from everstep.errors import CheckpointError, GetExecutionStateError, ServiceError
from everstep.sdk.clients.verdict import refused, unreachable
from everstep.service.ports import StoreError
from everstep.service.service import Service

T = TypeVar("T")
E = TypeVar("E", bound=ServiceError)


class CrossingClosedError(Exception):
    """The engine is closed: nobody answers any more."""


class _Call(Generic[T]):
    """A question on its way; the lock is held until it is answered."""

    __slots__ = ("answer", "answered", "error", "make")

    def __init__(self, make: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self.make = make
        self.answer: T
        self.error: BaseException | None = None
        self.answered = threading.Lock()
        self.answered.acquire()


class Crossing:
    """Owns the calls that are on their way."""

    def __init__(self, service: Service) -> None:
        """Made in the service's event loop."""
        self.service = service
        self.is_ending = False
        """Functions shall end as soon as what they have begun is saved."""
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def call(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What the coroutine returns or raises. Raises CrossingClosedError. For other threads than the loop's."""
        call = _Call(make)
        if self._is_closed:
            raise CrossingClosedError
        try:
            self._loop.call_soon_threadsafe(self._begin, call)
        except RuntimeError as error:  # the loop is closed, and nobody closed the engine before
            raise CrossingClosedError from error
        call.answered.acquire()
        if call.error is not None:
            raise call.error
        return call.answer

    async def close(self) -> None:
        """Whoever still waits, or asks from now on, is told that nobody answers."""
        self._is_closed = True
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, call: _Call[Any]) -> None:
        task = self._loop.create_task(self._carry_out(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, call: _Call[Any]) -> None:
        try:
            if self._is_closed:
                raise CrossingClosedError
            call.answer = await call.make()
        except asyncio.CancelledError:
            call.error = CrossingClosedError()
            raise
        except Exception as error:
            call.error = error
        finally:
            call.answered.release()


class CrossingClient:
    """The SDK's client of the service in the same process, for one invocation."""

    is_local = False  # its driver must not call it where it may not block: another thread answers

    def __init__(self, crossing: Crossing) -> None:
        self._crossing = crossing
        self._begun: set[OperationId] = set()
        """Steps whose beginning is saved and whose end is not."""
        self.was_cut = False
        """The invocation was told to end because the engine does: what it answers says nothing."""

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        service = self._crossing.service
        reply = self._ask(CheckpointError, lambda: service.checkpoint(arn, request))
        for update in request.updates:
            if update.kind is Kind.STEP:
                (self._begun.add if update.action is Action.START else self._begun.discard)(update.id)
        if self._crossing.is_ending and not self._begun:
            self.was_cut = True
            return replace(reply, token=None)
        return reply

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        service = self._crossing.service
        return self._ask(GetExecutionStateError, lambda: service.state(arn, token, marker, max_items))

    def _ask(self, kind: type[E], make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return self._crossing.call(make)
        except Refused as refusal:
            code = refusal.code
            raise refused(kind, code=code.value, status=code.http_status, message=refusal.message) from refusal
        except StoreError as error:
            raise unreachable(kind, str(error)) from error
        except CrossingClosedError as error:
            raise unreachable(kind, "the engine is closed") from error
