"""What an author holds in an `async def` function: the durable operations, each of which starts at once.

Every method returns a future, so that `asyncio.gather`, `asyncio.TaskGroup` and plain `await` all work; the order of
the *calls* is what must not change between replays.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack, overload

from everstep.core.model import CallbackId, OperationId
from everstep.sdk import asking, branching, succession
from everstep.sdk.config import (
    CallbackConfig,
    ChildConfig,
    InvokeConfig,
    MapConfig,
    ParallelConfig,
    StepConfig,
    WaitForCallbackConfig,
)
from everstep.sdk.context import Context
from everstep.sdk.delays import DurationLike
from everstep.sdk.keywords import (
    CallbackKeywords,
    ChildKeywords,
    ConditionKeywords,
    InvokeKeywords,
    MapKeywords,
    ParallelKeywords,
    SagaKeywords,
    StepKeywords,
    WaitForCallbackKeywords,
    settled,
)
from everstep.sdk.replay.batch import BatchResult
from everstep.sdk.replay.journal import Identity
from everstep.sdk.replay.requests import Script
from everstep.sdk.saga import AsyncSaga
from everstep.sdk.scope import Scope
from everstep.sdk.serdes import SerDes
from everstep.sdk.types import LambdaContext, StepContext, Submitter, WaitForConditionCheckContext
from everstep.sdk.waits import WaitForConditionConfig

if TYPE_CHECKING:  # whoever writes no async function need not load an event loop
    from asyncio import Future

    from everstep.sdk.drive.loop import LoopDriver

T = TypeVar("T")
U = TypeVar("U")


class AsyncCallback(Generic[T]):
    """A callback that exists: hand `callback_id` to somebody outside, then await the result."""

    def __init__(
        self, callback_id: str, identity: Identity, context: "AsyncDurableContext", config: CallbackConfig | None
    ) -> None:
        self.callback_id = callback_id
        self.operation_id: str = identity.id
        self._identity = identity
        self._context = context
        self._config = config

    def result(self) -> "Future[T | None]":
        """The answer; without a serializer the text that was sent, None for an empty one.

        Awaiting it raises CallbackExternalError when a failure was reported, CallbackTimeoutError when no answer or
        no heartbeat came in time.
        """
        return self._context.callback_result(self._identity, self._config)


class AsyncDurableContext(Context):
    """The durable operations of an `async def` function; see DurableContext for what each one does and raises."""

    def __init__(self, scope: Scope, driver: "LoopDriver", lambda_context: LambdaContext | None = None) -> None:
        super().__init__(scope, lambda_context)
        self._driver = driver
        driver.furnish(self._alarm)

    def _enter(self, scope: Scope) -> "AsyncDurableContext":
        return AsyncDurableContext(scope, self._driver, self.lambda_context)

    def _start(self, script: Script[T], of: OperationId | None = None) -> "Future[T]":
        """Begin the script of this operation, by default the one that was asked for last."""
        operation_id = of or self._scope.latest
        moment = partial(self._scope.ended_at, operation_id)
        is_known = operation_id is not None and operation_id in self._scope.journal
        return self._driver.start(self._scope.script(script), moment, is_known=is_known)

    def _alarm(self, seconds: int) -> "Future[None]":
        identity, script = asking.alarm(self._scope, seconds)
        return self._start(script, of=identity.id)

    def _at_once(self, script: Script[T]) -> T:
        return self._driver.carry_out_now(script)

    def saga(self, **keywords: Unpack[SagaKeywords]) -> AsyncSaga:
        """A block whose end undoes what was begun: `async with context.saga() as saga: saga.compensate(f, …)`."""
        return AsyncSaga(self.step, settled(StepConfig, None, keywords) or StepConfig())

    def continue_as_new(
        self,
        input: Any,  # noqa: A002 - as users say it
        *,
        function_name: str | None = None,
    ) -> "Future[Any]":
        """Hand the rest of the work to a new execution: `return await context.continue_as_new(…)`."""
        return self._start(succession.continue_as_new(self._scope, input, function_name, self.lambda_context))

    def _room(self) -> branching.Room:
        return branching.Room(self._scope, self._enter)

    @overload
    def step(
        self,
        func: Callable[[StepContext], Awaitable[T]],
        name: str | None = None,
        config: StepConfig | None = None,
        **keywords: Unpack[StepKeywords],
    ) -> "Future[T]": ...

    @overload
    def step(
        self,
        func: Callable[[StepContext], T],
        name: str | None = None,
        config: StepConfig | None = None,
        **keywords: Unpack[StepKeywords],
    ) -> "Future[T]": ...

    def step(
        self,
        func: Callable[[StepContext], Any],
        name: str | None = None,
        config: StepConfig | None = None,
        **keywords: Unpack[StepKeywords],
    ) -> "Future[Any]":
        """Run `func` until it succeeds or its retries are used up; never run it again after that.

        An `async` function runs in the event loop, any other in a thread.
        """
        return self._start(asking.step(self._scope, func, name, settled(StepConfig, config, keywords)))

    def wait(self, duration: DurationLike, name: str | None = None) -> "Future[None]":
        """Let time pass without running: at least one second, at most 366 days, in whole seconds (rounded up)."""
        return self._start(asking.wait(self._scope, duration, name))

    def run_in_child_context(
        self,
        func: Callable[["AsyncDurableContext"], Awaitable[T]],
        name: str | None = None,
        config: ChildConfig[T] | None = None,
        **keywords: Unpack[ChildKeywords[T]],
    ) -> "Future[T]":
        """Run `func` with a context of its own, whose operations end in one recorded result."""
        return self._start(
            asking.run_in_child_context(self._scope, self._enter, func, name, settled(ChildConfig, config, keywords))
        )

    def map(
        self,
        inputs: Sequence[U],
        func: Callable[["AsyncDurableContext", U, int, Sequence[U]], Awaitable[T]],
        name: str | None = None,
        config: MapConfig[U] | None = None,
        **keywords: Unpack[MapKeywords[U]],
    ) -> "Future[BatchResult[T]]":
        """Run `func(context, item, index, items)` for every item side by side, each with a context of its own."""
        return self._start(branching.map_items(self._room(), inputs, func, name, settled(MapConfig, config, keywords)))

    def parallel(
        self,
        functions: Sequence[Callable[["AsyncDurableContext"], Awaitable[T]]],
        name: str | None = None,
        config: ParallelConfig | None = None,
        **keywords: Unpack[ParallelKeywords],
    ) -> "Future[BatchResult[T]]":
        """Run the functions side by side, each with a context of its own. A failed branch does not raise."""
        return self._start(branching.parallel(self._room(), functions, name, settled(ParallelConfig, config, keywords)))

    @overload
    def create_callback(
        self, name: str | None = None, *, serdes: SerDes[T], **keywords: Unpack[CallbackKeywords]
    ) -> "Future[AsyncCallback[T]]": ...

    @overload
    def create_callback(
        self, name: str | None = None, **keywords: Unpack[CallbackKeywords]
    ) -> "Future[AsyncCallback[str]]": ...

    @overload
    def create_callback(
        self, name: str | None = None, config: CallbackConfig | None = None
    ) -> "Future[AsyncCallback[Any]]": ...

    def create_callback(
        self, name: str | None = None, config: CallbackConfig | None = None, **keywords: Any
    ) -> "Future[AsyncCallback[Any]]":
        """Make an id for somebody outside, who answers through the service's callback API."""
        config = settled(CallbackConfig, config, keywords)
        identity, script = asking.create_callback(self._scope, name, config)
        return self._driver.start(self._scope.script(self._created(script, identity, config)))

    def _created(
        self, script: Script[CallbackId], identity: Identity, config: CallbackConfig | None
    ) -> Script[AsyncCallback[Any]]:
        callback_id = yield from script
        return AsyncCallback(callback_id, identity, self, config)

    def callback_result(self, identity: Identity, config: CallbackConfig | None) -> "Future[Any]":
        """What `AsyncCallback.result` does."""
        return self._start(asking.callback_result(self._scope, identity, config), of=identity.id)

    @overload
    def wait_for_callback(
        self,
        submitter: Submitter,
        name: str | None = None,
        *,
        serdes: SerDes[T],
        **keywords: Unpack[WaitForCallbackKeywords],
    ) -> "Future[T | None]": ...

    @overload
    def wait_for_callback(
        self,
        submitter: Submitter,
        name: str | None = None,
        **keywords: Unpack[WaitForCallbackKeywords],
    ) -> "Future[str | None]": ...

    @overload
    def wait_for_callback(
        self,
        submitter: Submitter,
        name: str | None = None,
        config: WaitForCallbackConfig | None = None,
    ) -> "Future[Any]": ...

    def wait_for_callback(
        self,
        submitter: Submitter,
        name: str | None = None,
        config: WaitForCallbackConfig | None = None,
        **keywords: Any,
    ) -> "Future[Any]":
        """Create a callback, hand its id out with `submitter(callback_id, context)` as a step, wait for the answer."""
        return self._start(
            asking.wait_for_callback(self._scope, submitter, name, settled(WaitForCallbackConfig, config, keywords))
        )

    @overload
    def invoke(
        self,
        function_name: str,
        payload: Any,
        name: str | None = None,
        *,
        serdes_result: SerDes[T],
        **keywords: Unpack[InvokeKeywords],
    ) -> "Future[T]": ...

    @overload
    def invoke(
        self, function_name: str, payload: Any, name: str | None = None, *, config: InvokeConfig[Any, T]
    ) -> "Future[T]": ...

    @overload
    def invoke(
        self,
        function_name: str,
        payload: Any,
        name: str | None = None,
        config: InvokeConfig[Any, Any] | None = None,
        **keywords: Unpack[InvokeKeywords],
    ) -> "Future[Any]": ...

    def invoke(
        self,
        function_name: str,
        payload: Any,
        name: str | None = None,
        config: InvokeConfig[Any, Any] | None = None,
        **keywords: Any,
    ) -> "Future[Any]":
        """Call another function and wait for its result; a durable one becomes an execution of its own."""
        return self._start(
            asking.invoke(self._scope, function_name, payload, name, settled(InvokeConfig, config, keywords))
        )

    def wait_for_condition(
        self,
        check: Callable[[T, WaitForConditionCheckContext], T | Awaitable[T]],
        config: WaitForConditionConfig[T] | None = None,
        name: str | None = None,
        **keywords: Unpack[ConditionKeywords[T]],
    ) -> "Future[T]":
        """Poll: `check(state, context)` gives the next state until the wait strategy says that it will do."""
        return self._start(
            asking.wait_for_condition(self._scope, check, settled(WaitForConditionConfig, config, keywords), name)
        )
