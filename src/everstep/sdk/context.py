"""What an author holds: the durable operations, blocking or awaitable.

Two classes, one behaviour: both make the same call and hand its script to their driver.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from everstep.sdk.config import DurationLike, StepConfig
from everstep.sdk.drive.threads import ThreadDriver
from everstep.sdk.logger import Logger
from everstep.sdk.replay.step import step
from everstep.sdk.replay.wait import wait
from everstep.sdk.scope import ExecutionContext, Scope
from everstep.sdk.types import LambdaContext, LoggerInterface, StepContext

if TYPE_CHECKING:
    import asyncio

    from everstep.sdk.drive.loop import LoopDriver

T = TypeVar("T")


class _Context:
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


class DurableContext(_Context):
    """The durable operations of a `def` function. Each method blocks until its result is known."""

    def __init__(self, scope: Scope, driver: ThreadDriver, lambda_context: LambdaContext | None = None) -> None:
        super().__init__(scope, lambda_context)
        self._driver = driver

    @overload
    def step(
        self,
        func: Callable[[StepContext], Awaitable[T]],
        name: str | None = None,
        config: StepConfig | None = None,
    ) -> T: ...

    @overload
    def step(
        self, func: Callable[[StepContext], T], name: str | None = None, config: StepConfig | None = None
    ) -> T: ...

    def step(
        self, func: Callable[[StepContext], Any], name: str | None = None, config: StepConfig | None = None
    ) -> Any:
        """Run `func` until it succeeds or its retries are used up; never run it again after that.

        `func` takes a StepContext and may be `async`. The name defaults to the decorated function's. By default an
        attempt that is interrupted runs again, and a failed one is retried five times with back-off.

        Raises StepError when the step fails for good, SerDesError when its result cannot be serialized,
        ValidationError for arguments that cannot be right.
        """
        return self._driver.run(step(self._scope.step(func, name, config), self._scope.journal))

    def wait(self, duration: DurationLike, name: str | None = None) -> None:
        """Let time pass without running: at least one second, at most 366 days, in whole seconds (rounded up)."""
        self._driver.run(wait(self._scope.wait(duration, name), self._scope.journal))


class AsyncDurableContext(_Context):
    """The durable operations of an `async def` function.

    Each method starts its operation at once and returns a future, so that `asyncio.gather`, `asyncio.TaskGroup` and
    plain `await` all work; the order of the *calls* is what must not change between replays.
    """

    def __init__(self, scope: Scope, driver: "LoopDriver", lambda_context: LambdaContext | None = None) -> None:
        super().__init__(scope, lambda_context)
        self._driver = driver

    @overload
    def step(
        self,
        func: Callable[[StepContext], Awaitable[T]],
        name: str | None = None,
        config: StepConfig | None = None,
    ) -> "asyncio.Future[T]": ...

    @overload
    def step(
        self, func: Callable[[StepContext], T], name: str | None = None, config: StepConfig | None = None
    ) -> "asyncio.Future[T]": ...

    def step(
        self, func: Callable[[StepContext], Any], name: str | None = None, config: StepConfig | None = None
    ) -> "asyncio.Future[Any]":
        """Run `func` until it succeeds or its retries are used up; never run it again after that.

        `func` takes a StepContext; an `async` one runs in the event loop, any other in a thread. See
        `DurableContext.step` for names, defaults and errors; those of the step itself are raised by `await`.
        """
        return self._driver.start(step(self._scope.step(func, name, config), self._scope.journal))

    def wait(self, duration: DurationLike, name: str | None = None) -> "asyncio.Future[None]":
        """Let time pass without running: at least one second, at most 366 days, in whole seconds (rounded up)."""
        return self._driver.start(wait(self._scope.wait(duration, name), self._scope.journal))
