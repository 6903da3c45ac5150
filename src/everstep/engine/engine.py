"""everstep inside a program: a store, the service and the functions, without a network and without another process.

async with Engine("sqlite:///orders.db", functions=[order]) as engine:
    handle = await engine.start(order, {"id": 1}, name="order-1")
    print(await handle.result())
"""

from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from everstep.core.limits import LIMITS_OF, Quotas
from everstep.core.model import Arn, ExecutionStatus
from everstep.core.names import parse_arn
from everstep.core.wire.text import dump
from everstep.engine.crossing import Crossing
from everstep.engine.errors import EngineError, NotFoundError, refusals_as_errors
from everstep.engine.functions import EngineFunctions, Target
from everstep.engine.handles import CallbackHandle, ExecutionHandle
from everstep.engine.invoker import ThreadInvoker
from everstep.engine.mounting import mounted
from everstep.engine.serving import Serving
from everstep.errors import ValidationError
from everstep.sdk.delays import DurationLike, to_seconds
from everstep.sdk.handler import DurableFunction
from everstep.service.catalogue import LinePage, Search
from everstep.service.house import Hosted, Plan, at_home
from everstep.service.http.asgi import AsgiApp
from everstep.service.ports import ListQuery
from everstep.service.service import StartCommand

T = TypeVar("T")

THREADS = 32
DRAIN_SECONDS = 10.0
"""Long enough for a call of another service, short enough for those who stop programs (Kubernetes kills after 30)."""


@dataclass(slots=True, kw_only=True)
class _Open:
    """What is to be let go of."""

    stack: AsyncExitStack
    invoker: ThreadInvoker


class Engine:
    """Durable functions in this process, for a program with an event loop. SyncEngine is its twin for all others.

    Belongs to the event loop in which it is opened. A program may have several engines, each with a store of its own.
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
        """Raises ValidationError for functions that cannot be called by name.

        `store` is `sqlite:///FILE` (three slashes and a relative path, four and an absolute one) or `memory:`.
        `functions` are all that may run: durable ones, and plain ones that they invoke; a mapping gives them other
        names than their own. At most `threads` invocations run at once; one that waits or sleeps needs none.
        `drain_seconds` is how long `close` lets steps that run come to their end. `quotas` of AWS Lambda hold unless
        they are off.
        """
        if threads < 1:
            raise ValidationError(f"an engine needs at least one thread, got {threads}")
        self._plan = Plan(store=store, limits=LIMITS_OF[quotas])
        self._functions = EngineFunctions(functions)
        self._threads = threads
        self._drain_seconds = drain_seconds
        self._serving = Serving()
        self._open: _Open | None = None

    # ------------------------------------------------------------------ opening and closing
    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Open the store, and go on with every execution that an earlier process left unfinished.

        Raises StoreError for a store that cannot be used, or is in use by another program or engine.
        """
        if self._open is not None:
            raise EngineError("the engine is open already")
        invoker = ThreadInvoker(self._functions, self._threads, self._plan.place)

        @asynccontextmanager
        async def host(_endpoint: str) -> Any:
            yield Hosted(invoker=invoker, functions=self._functions)

        async with AsyncExitStack() as stack:
            house = await stack.enter_async_context(at_home(self._plan, host))
            stack.push_async_callback(invoker.close)
            invoker.serve(Crossing(house.service))
            self._serving.open(house)
            self._open = _Open(stack=stack.pop_all(), invoker=invoker)

    async def close(self) -> None:
        """Begin nothing more, let running steps end and be saved, and let go of the store. Closing twice is harmless.

        Nothing is lost: whatever is unfinished goes on when an engine is opened on the store again. A step that takes
        longer than `drain_seconds` runs again then, as after a crash.
        """
        if self._open is None:
            return
        opened, self._open = self._open, None
        house = self._serving.house
        async with opened.stack:
            opened.invoker.finish()
            await house.dispatcher.drain(self._drain_seconds)
            house.page.feed.close()
            self._serving.close()

    # ------------------------------------------------------------------ executions
    @overload
    async def start(
        self,
        function: DurableFunction[T],
        input: Any = None,
        *,
        name: str | None = None,
        execution_timeout: DurationLike | None = None,
    ) -> ExecutionHandle[T]: ...

    @overload
    async def start(
        self,
        function: str,
        input: Any = None,
        *,
        name: str | None = None,
        execution_timeout: DurationLike | None = None,
    ) -> ExecutionHandle[Any]: ...

    async def start(
        self,
        function: DurableFunction[Any] | str,
        input: Any = None,  # noqa: A002 - as the API calls it
        *,
        name: str | None = None,
        execution_timeout: DurationLike | None = None,
    ) -> ExecutionHandle[Any]:
        """Start an execution, durably: it goes on from here whatever happens to this process.

        The same name with the same input finds the execution that it started before, whether it runs or has ended, as
        long as its history is kept. Without a name, one is made. `execution_timeout` overrides what the function
        declares (default: one day). Raises AlreadyStartedError when the name belongs to an execution with another
        input, ValidationError for arguments that cannot be right, EngineError for what exceeds a quota.
        """
        called, _ = self._functions.durable(function)
        try:
            text = None if input is None else dump(input)
        except (TypeError, ValueError, RecursionError) as error:
            raise ValidationError(f"the input of {called} cannot be written as JSON: {error}") from error
        seconds = None if execution_timeout is None else to_seconds(execution_timeout, "execution_timeout")
        command = StartCommand(function=called, name=name, input=text, timeout_seconds=seconds)
        with refusals_as_errors():
            started = await self._serving.house.service.start(command)
        return ExecutionHandle(self._serving, started.arn, existing=started.existing)

    @overload
    async def execution(self, arn_or_name: str, function: DurableFunction[T]) -> ExecutionHandle[T]: ...

    @overload
    async def execution(self, arn_or_name: str, function: str | None = None) -> ExecutionHandle[Any]: ...

    async def execution(
        self, arn_or_name: str, function: DurableFunction[Any] | str | None = None
    ) -> ExecutionHandle[Any]:
        """The execution of this ARN, or of this name; of several functions' the newest, unless `function` says which.

        Raises NotFoundError.
        """
        called = None if function is None else self._functions.durable(function)[0]
        if parse_arn(arn_or_name) is not None:
            return ExecutionHandle(self._serving, (await self._serving.summary(Arn(arn_or_name))).origin.arn)
        found = await self._serving.house.service.list(ListQuery(name=arn_or_name, function=called, limit=1))
        if not found.items:
            raise NotFoundError(f"there is no execution {arn_or_name!r}" + (f" of {called}" if called else ""))
        return ExecutionHandle(self._serving, found.items[0].origin.arn)

    async def list(
        self,
        function: DurableFunction[Any] | str | None = None,
        *,
        statuses: Iterable[ExecutionStatus | str] = (),
        limit: int = 100,
        after: str | None = None,
    ) -> LinePage:
        """A page of executions, newest first; its `next`, given as `after`, leads to the next page, None: the last."""
        called = None if function is None else self._functions.durable(function)[0]
        search = Search(function=called, statuses=frozenset(ExecutionStatus(status) for status in statuses))
        with refusals_as_errors():
            return await self._serving.house.page.catalogue.search(search, limit=limit, after=after, oldest_first=False)

    def callback(self, callback_id: str) -> CallbackHandle:
        """The callback with this id, to be answered; whether there is one turns out then."""
        return CallbackHandle(self._serving, callback_id)

    # ------------------------------------------------------------------ for people
    def asgi(self, *, token: str | None = None) -> AsgiApp:
        """The service's API and page as an application to mount: `app.mount("/everstep", engine.asgi())`.

        Guard it as you guard the rest of your program, or by a bearer `token` of its own. While the engine is closed it
        answers 503.
        """
        return mounted(self._serving, token=token)
