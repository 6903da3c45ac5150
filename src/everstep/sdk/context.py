"""What an author holds in a `def` function: the durable operations, each of which blocks until its result is known."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Generic, TypeVar, Unpack, overload
from uuid import UUID

from everstep.core.model import OperationId
from everstep.core.wire.attributes import AttributeValue
from everstep.sdk import asking, attributing, branching, draws, patching, succession
from everstep.sdk.config import (
    CallbackConfig,
    ChildConfig,
    InvokeConfig,
    MapConfig,
    ParallelConfig,
    StepConfig,
    WaitForCallbackConfig,
)
from everstep.sdk.delays import DurationLike
from everstep.sdk.drive.threads import ThreadDriver
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
from everstep.sdk.logger import Logger
from everstep.sdk.replay.batch import BatchResult
from everstep.sdk.replay.journal import Identity
from everstep.sdk.replay.requests import Script
from everstep.sdk.saga import Saga
from everstep.sdk.scope import ExecutionContext, Scope
from everstep.sdk.serdes import SerDes
from everstep.sdk.types import (
    LambdaContext,
    LoggerInterface,
    StepContext,
    Submitter,
    WaitForConditionCheckContext,
)
from everstep.sdk.waits import WaitForConditionConfig

T = TypeVar("T")
U = TypeVar("U")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Context:
    """What both kinds of context have in common."""

    def __init__(self, scope: Scope, lambda_context: LambdaContext | None) -> None:
        self._scope = scope
        self.lambda_context = lambda_context
        """The Lambda context of this invocation; differs from invocation to invocation."""
        self.execution_context = ExecutionContext(scope.arn)

    @property
    def logger(self) -> Logger:
        """Writes lines that name this execution, and nothing while history is replayed."""
        return self._scope.logger

    def set_logger(self, new_logger: LoggerInterface) -> None:
        """Write with another logger from now on; anything with the five methods of a standard logger works."""
        self._scope.set_logger(new_logger)

    def is_replaying(self) -> bool:
        """Whether the next operation is answered from history."""
        return self._scope.is_replaying()

    def now(self) -> datetime:
        """What time it is, in UTC and the same on every replay: when the last operation ended whose outcome was taken.

        Before the first one it is the start of the execution; in a child context or branch, the moment that the code
        around it knew of. It costs nothing, and does not move while code merely runs.
        """
        return _EPOCH + timedelta(milliseconds=self._scope.now())

    def uuid4(self) -> UUID:
        """Another UUID with each call, and the same one on every replay; costs nothing.

        It follows from the execution's ARN: good for ids and idempotency keys, not for secrets.
        """
        return draws.uuid4(self._scope.draw())

    def random(self) -> Random:
        """A generator of random numbers that gives the same ones on every replay; costs nothing, keeps no secrets."""
        return draws.generator(self._scope.draw())

    def patched(self, patch_id: str) -> bool:
        """Whether to take the new way at a place where the code has changed; executions in flight keep the old one.

        True, and recorded with one operation, for an execution that comes here with the new code; False for one that
        had passed before. Each context decides for itself, at the first call with this id.
        """
        return self._at_once(patching.patched(self._scope, patch_id))

    def deprecate_patch(self, patch_id: str) -> None:
        """In the place of `if context.patched(...)`, once only the new way is left.

        Raises NonDeterministicExecutionError in an execution that had passed before the patch existed. When none is
        left, this call may go too.
        """
        self._at_once(patching.deprecate_patch(self._scope, patch_id))

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Set facts by which people find this execution: texts, numbers and truth values by name; None removes one.

        What is set later wins. Each call is recorded as one small operation, which is not waited for; everstep's own
        service lists and filters by them, other services keep them as a step. At most 32 names of up to 64 characters
        with values of up to 256. Raises ValidationError for anything else.
        """
        self._at_once(attributing.setting(self._scope, attributes))

    def _at_once(self, script: Script[T]) -> T:
        """Carry out what waits for nothing."""
        raise NotImplementedError


class Callback(Generic[T]):
    """A callback that exists: hand `callback_id` to somebody outside, then ask for the result."""

    def __init__(
        self, callback_id: str, identity: Identity, context: "DurableContext", config: CallbackConfig | None
    ) -> None:
        self.callback_id = callback_id
        self.operation_id: str = identity.id
        self._identity = identity
        self._context = context
        self._config = config

    def result(self) -> T | None:
        """Wait for the answer; without a serializer the text that was sent, None for an empty one.

        Raises CallbackExternalError when a failure was reported, CallbackTimeoutError when no answer or no heartbeat
        came in time.
        """
        answer: T | None = self._context.callback_result(self._identity, self._config)
        return answer


class DurableContext(Context):
    """The durable operations of a `def` function."""

    def __init__(self, scope: Scope, driver: ThreadDriver, lambda_context: LambdaContext | None = None) -> None:
        super().__init__(scope, lambda_context)
        self._driver = driver

    def _enter(self, scope: Scope) -> "DurableContext":
        return DurableContext(scope, self._driver, self.lambda_context)

    def _run(self, script: Script[T], of: OperationId | None = None) -> T:
        """Carry out the script of this operation, by default the one that was asked for last."""
        operation_id = of or self._scope.latest
        try:
            return self._driver.run(self._scope.script(script))
        finally:
            self._scope.lane.see(self._scope.ended_at(operation_id))

    def _at_once(self, script: Script[T]) -> T:
        return self._driver.run(script)

    def saga(self, **keywords: Unpack[SagaKeywords]) -> Saga:
        """A block whose end undoes what was begun: `with context.saga() as saga: saga.compensate(f, …)`.

        Compensations run when the block fails, cleanups however it ends; nothing runs when it is merely suspended. The
        keywords are for the steps that do it. Raises SagaError when some of them fail.
        """
        return Saga(self.step, settled(StepConfig, None, keywords) or StepConfig())

    def continue_as_new(self, input: Any, *, function_name: str | None = None) -> Any:  # noqa: A002 - as users say it
        """Hand the rest of the work to a new execution, and wait for its result: `return context.continue_as_new(…)`.

        The successor runs the same version of the function, or `function_name`, with this input and an empty history.
        This execution stays open, without running, until the successor has ended, and has the same result. Only in
        the handler's own context. Raises InvokeError when the successor fails, InvalidStateError elsewhere.
        """
        return self._run(succession.continue_as_new(self._scope, input, function_name, self.lambda_context))

    def _room(self) -> branching.Room:
        return branching.Room(self._scope, self._enter)

    @overload
    def step(
        self,
        func: Callable[[StepContext], Awaitable[T]],
        name: str | None = None,
        config: StepConfig | None = None,
        **keywords: Unpack[StepKeywords],
    ) -> T: ...

    @overload
    def step(
        self,
        func: Callable[[StepContext], T],
        name: str | None = None,
        config: StepConfig | None = None,
        **keywords: Unpack[StepKeywords],
    ) -> T: ...

    def step(
        self,
        func: Callable[[StepContext], Any],
        name: str | None = None,
        config: StepConfig | None = None,
        **keywords: Unpack[StepKeywords],
    ) -> Any:
        """Run `func` until it succeeds or its retries are used up; never run it again after that.

        `func` takes a StepContext and may be `async`. The name defaults to the decorated function's. By default an
        attempt that is interrupted runs again, and a failed one is retried five times with back-off.

        Raises StepError when the step fails for good, SerDesError when its result cannot be serialized,
        ValidationError for arguments that cannot be right.
        """
        return self._run(asking.step(self._scope, func, name, settled(StepConfig, config, keywords)))

    def wait(self, duration: DurationLike, name: str | None = None) -> None:
        """Let time pass without running: at least one second, at most 366 days, in whole seconds (rounded up)."""
        self._run(asking.wait(self._scope, duration, name))

    def run_in_child_context(
        self,
        func: Callable[["DurableContext"], T],
        name: str | None = None,
        config: ChildConfig[T] | None = None,
        **keywords: Unpack[ChildKeywords[T]],
    ) -> T:
        """Run `func` with a context of its own, whose operations end in one recorded result.

        Raises ChildContextError when `func` raises.
        """
        result: T = self._run(
            asking.run_in_child_context(self._scope, self._enter, func, name, settled(ChildConfig, config, keywords))
        )
        return result

    def map(
        self,
        inputs: Sequence[U],
        func: Callable[["DurableContext", U, int, Sequence[U]], T],
        name: str | None = None,
        config: MapConfig[U] | None = None,
        **keywords: Unpack[MapKeywords[U]],
    ) -> BatchResult[T]:
        """Run `func(context, item, index, items)` for every item side by side, each with a context of its own.

        By default all at once, and the first failure ends the batch. A failed item does not raise; see BatchResult.
        Each item that runs has a thread; for thousands of items at once, write the handler `async`.
        """
        return self._run(branching.map_items(self._room(), inputs, func, name, settled(MapConfig, config, keywords)))

    def parallel(
        self,
        functions: Sequence[Callable[["DurableContext"], T]],
        name: str | None = None,
        config: ParallelConfig | None = None,
        **keywords: Unpack[ParallelKeywords],
    ) -> BatchResult[T]:
        """Run the functions side by side, each with a context of its own. A failed branch does not raise."""
        return self._run(branching.parallel(self._room(), functions, name, settled(ParallelConfig, config, keywords)))

    @overload
    def create_callback(
        self, name: str | None = None, *, serdes: SerDes[T], **keywords: Unpack[CallbackKeywords]
    ) -> Callback[T]: ...

    @overload
    def create_callback(self, name: str | None = None, **keywords: Unpack[CallbackKeywords]) -> Callback[str]: ...

    @overload
    def create_callback(self, name: str | None = None, config: CallbackConfig | None = None) -> Callback[Any]: ...

    def create_callback(
        self, name: str | None = None, config: CallbackConfig | None = None, **keywords: Any
    ) -> Callback[Any]:
        """Make an id for somebody outside, who answers through the service's callback API."""
        config = settled(CallbackConfig, config, keywords)
        identity, script = asking.create_callback(self._scope, name, config)
        return Callback(self._driver.run(self._scope.script(script)), identity, self, config)

    def callback_result(self, identity: Identity, config: CallbackConfig | None) -> Any:
        """What `Callback.result` does."""
        return self._run(asking.callback_result(self._scope, identity, config), of=identity.id)

    @overload
    def wait_for_callback(
        self,
        submitter: Submitter,
        name: str | None = None,
        *,
        serdes: SerDes[T],
        **keywords: Unpack[WaitForCallbackKeywords],
    ) -> T | None: ...

    @overload
    def wait_for_callback(
        self,
        submitter: Submitter,
        name: str | None = None,
        **keywords: Unpack[WaitForCallbackKeywords],
    ) -> str | None: ...

    @overload
    def wait_for_callback(
        self,
        submitter: Submitter,
        name: str | None = None,
        config: WaitForCallbackConfig | None = None,
    ) -> Any: ...

    def wait_for_callback(
        self,
        submitter: Submitter,
        name: str | None = None,
        config: WaitForCallbackConfig | None = None,
        **keywords: Any,
    ) -> Any:
        """Create a callback, hand its id out with `submitter(callback_id, context)` as a step, wait for the answer.

        Raises CallbackExternalError, CallbackTimeoutError, or CallbackSubmitterError when the submitter fails.
        """
        return self._run(
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
    ) -> T: ...

    @overload
    def invoke(
        self, function_name: str, payload: Any, name: str | None = None, *, config: InvokeConfig[Any, T]
    ) -> T: ...

    @overload
    def invoke(
        self,
        function_name: str,
        payload: Any,
        name: str | None = None,
        config: InvokeConfig[Any, Any] | None = None,
        **keywords: Unpack[InvokeKeywords],
    ) -> Any: ...

    def invoke(
        self,
        function_name: str,
        payload: Any,
        name: str | None = None,
        config: InvokeConfig[Any, Any] | None = None,
        **keywords: Any,
    ) -> Any:
        """Call another function and wait for its result; a durable one becomes an execution of its own.

        On AWS a durable target needs a qualifier (`name:version`, `name:alias`, `name:$LATEST`). Raises InvokeError
        when it fails, times out or is stopped.
        """
        return self._run(
            asking.invoke(self._scope, function_name, payload, name, settled(InvokeConfig, config, keywords))
        )

    def wait_for_condition(
        self,
        check: Callable[[T, WaitForConditionCheckContext], T | Awaitable[T]],
        config: WaitForConditionConfig[T] | None = None,
        name: str | None = None,
        **keywords: Unpack[ConditionKeywords[T]],
    ) -> T:
        """Poll: `check(state, context)` gives the next state until the wait strategy says that it will do.

        Raises WaitForConditionError when the check raises or the strategy gives up.
        """
        result: T = self._run(
            asking.wait_for_condition(self._scope, check, settled(WaitForConditionConfig, config, keywords), name)
        )
        return result
