"""The engine for programs without an event loop: the same methods, which block until there is an answer.

An Engine lives in an event loop of its own thread; every method hands its question over there.
"""

import asyncio
import importlib
import importlib.util
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, overload

from everstep.core.events import Event
from everstep.core.limits import Quotas
from everstep.core.model import Arn, ExecutionStatus
from everstep.engine.engine import DRAIN_SECONDS, THREADS, Engine
from everstep.engine.errors import EngineClosedError, EngineError
from everstep.engine.functions import Target
from everstep.engine.handles import CallbackHandle, ExecutionHandle
from everstep.engine.serving import CLOSED
from everstep.sdk.delays import DurationLike
from everstep.sdk.handler import DurableFunction
from everstep.service.catalogue import LinePage

T = TypeVar("T")


class _LoopThread:
    """Owns an event loop that runs in a thread of its own while it is open."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_open(self) -> bool:
        return self._loop is not None

    def open(self) -> None:
        loop = _new_loop()
        # A daemon: a program that ends without closing its engine loses nothing and must not hang.
        self._thread = threading.Thread(target=loop.run_forever, name="everstep-engine", daemon=True)
        self._thread.start()
        self._loop = loop

    def run(self, make: Callable[[], Coroutine[Any, Any, T]], timeout: float | None = None) -> T:
        """What the coroutine returns or raises. Raises TimeoutError after so many seconds, and cancels it."""
        loop = self._loop
        if loop is None:
            raise EngineClosedError(CLOSED)
        if threading.current_thread() is self._thread:
            raise EngineError("a SyncEngine cannot be asked within its own event loop")
        asking = asyncio.run_coroutine_threadsafe(make(), loop)
        try:
            return asking.result(timeout)
        except BaseException:
            asking.cancel()  # no harm where it has ended; KeyboardInterrupt must not leave it waiting
            raise

    def close(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()


class SyncEngine:
    """Durable functions in this process, for a program without an event loop. May be used by several threads at once.

    What its methods mean and raise is written at Engine.
    """

    def __init__(
        self,
        store: str,
        functions: Iterable[Target] | Mapping[str, Target],
        *,
        threads: int = THREADS,
        drain_seconds: float = DRAIN_SECONDS,
        quotas: Quotas = Quotas.AWS,
    ) -> None:
        """See Engine. Fork processes before it is opened, not after."""
        self._engine = Engine(store, functions, threads=threads, drain_seconds=drain_seconds, quotas=quotas)
        self._loop = _LoopThread()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """See Engine.open."""
        if self._loop.is_open:
            raise EngineError("the engine is open already")
        self._loop.open()
        try:
            self._loop.run(self._engine.open)
        except BaseException:
            self._loop.close()
            raise

    def close(self) -> None:
        """See Engine.close."""
        if self._loop.is_open:
            try:
                self._loop.run(self._engine.close)
            finally:
                self._loop.close()

    @overload
    def start(
        self,
        function: DurableFunction[T],
        input: Any = None,
        *,
        name: str | None = None,
        execution_timeout: DurationLike | None = None,
    ) -> "SyncExecutionHandle[T]": ...

    @overload
    def start(
        self,
        function: str,
        input: Any = None,
        *,
        name: str | None = None,
        execution_timeout: DurationLike | None = None,
    ) -> "SyncExecutionHandle[Any]": ...

    def start(
        self,
        function: DurableFunction[Any] | str,
        input: Any = None,  # noqa: A002 - as the API calls it
        *,
        name: str | None = None,
        execution_timeout: DurationLike | None = None,
    ) -> "SyncExecutionHandle[Any]":
        """See Engine.start."""
        engine = self._engine
        started: ExecutionHandle[Any] = self._loop.run(
            lambda: engine.start(function, input, name=name, execution_timeout=execution_timeout)
        )
        return SyncExecutionHandle(self._loop, started)

    @overload
    def execution(self, arn_or_name: str, function: DurableFunction[T]) -> "SyncExecutionHandle[T]": ...

    @overload
    def execution(self, arn_or_name: str, function: str | None = None) -> "SyncExecutionHandle[Any]": ...

    def execution(
        self, arn_or_name: str, function: DurableFunction[Any] | str | None = None
    ) -> "SyncExecutionHandle[Any]":
        """See Engine.execution."""
        found: ExecutionHandle[Any] = self._loop.run(lambda: self._engine.execution(arn_or_name, function))
        return SyncExecutionHandle(self._loop, found)

    def list(
        self,
        function: DurableFunction[Any] | str | None = None,
        *,
        statuses: Iterable[ExecutionStatus | str] = (),
        limit: int = 100,
        after: str | None = None,
    ) -> LinePage:
        """See Engine.list."""
        return self._loop.run(lambda: self._engine.list(function, statuses=statuses, limit=limit, after=after))

    def callback(self, callback_id: str) -> "SyncCallbackHandle":
        """See Engine.callback."""
        return SyncCallbackHandle(self._loop, self._engine.callback(callback_id))


class SyncExecutionHandle(Generic[T]):
    """One execution; see ExecutionHandle."""

    def __init__(self, loop: _LoopThread, handle: ExecutionHandle[T]) -> None:
        self._loop = loop
        self._handle = handle

    def __repr__(self) -> str:
        return repr(self._handle)

    @property
    def arn(self) -> Arn:
        return self._handle.arn

    @property
    def name(self) -> str:
        return self._handle.name

    @property
    def existing(self) -> bool:
        return self._handle.existing

    def result(self, timeout: float | None = None) -> T:
        """See ExecutionHandle.result. Raises TimeoutError when it takes longer than so many seconds."""
        return self._loop.run(self._handle.result, timeout)

    def status(self) -> ExecutionStatus:
        return self._loop.run(self._handle.status)

    def history(self) -> Sequence[Event]:
        return self._loop.run(self._handle.history)

    def callback(self, name: str | None = None) -> "SyncCallbackHandle":
        """See ExecutionHandle.callback."""
        return SyncCallbackHandle(self._loop, self._loop.run(lambda: self._handle.callback(name)))

    def stop(self, reason: str | None = None) -> None:
        self._loop.run(lambda: self._handle.stop(reason))

    def pause(self) -> None:
        self._loop.run(self._handle.pause)

    def resume(self) -> None:
        self._loop.run(self._handle.resume)


class SyncCallbackHandle:
    """A callback that waits for its answer; see CallbackHandle."""

    def __init__(self, loop: _LoopThread, handle: CallbackHandle) -> None:
        self._loop = loop
        self._handle = handle

    @property
    def id(self) -> str:
        return self._handle.id

    def succeed(self, value: Any = None) -> None:
        self._loop.run(lambda: self._handle.succeed(value))

    def fail(self, error: BaseException | str) -> None:
        self._loop.run(lambda: self._handle.fail(error))

    def heartbeat(self) -> None:
        self._loop.run(self._handle.heartbeat)


def _new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where that is installed."""
    if importlib.util.find_spec("uvloop"):
        loop: asyncio.AbstractEventLoop = importlib.import_module("uvloop").new_event_loop()
        return loop
    return asyncio.new_event_loop()
