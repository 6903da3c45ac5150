"""Retrying a whole block of durable operations, where a step's own retries are for one body.

Between two attempts lies a durable wait, so nothing runs while time passes.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar, overload

from everstep.core.records import dataclass
from everstep.sdk.config import ChildConfig
from everstep.sdk.context import DurableContext
from everstep.sdk.context_async import AsyncDurableContext
from everstep.sdk.retries import RetryDecision, RetryStrategy, create_retry_strategy

T = TypeVar("T")


@dataclass(frozen=True)  # without slots, so that C[int](...) works on Python 3.11
class WithRetryConfig(Generic[T]):
    """Configuration of `with_retry`: exponential back-off with three attempts by default.

    By default the block runs in a child context, and its final failure is a ChildContextError; without one it is the
    last attempt's own exception.
    """

    retry_strategy: RetryStrategy | None = None
    wrap_with_run_in_child_context: bool = True
    child_context_config: ChildConfig[T] | None = None


@overload
def with_retry(
    context: AsyncDurableContext,
    func: Callable[[AsyncDurableContext, int], Awaitable[T]],
    config: WithRetryConfig[T],
    name: str | None = None,
) -> Awaitable[T]: ...


@overload
def with_retry(
    context: DurableContext,
    func: Callable[[DurableContext, int], T],
    config: WithRetryConfig[T],
    name: str | None = None,
) -> T: ...


def with_retry(
    context: DurableContext | AsyncDurableContext,
    func: Callable[[Any, int], Any],
    config: WithRetryConfig[Any],
    name: str | None = None,
) -> Any:
    """Run `func(context, attempt)` until it succeeds or the strategy gives up; attempts count from 1.

    The waits in between are called `<name>-backoff-<attempt>`. With an asynchronous context the result is awaitable.
    """
    strategy = config.retry_strategy or create_retry_strategy()
    if isinstance(context, AsyncDurableContext):

        async def attempts_async(room: AsyncDurableContext) -> Any:
            attempt = 1
            while True:
                try:
                    return await func(room, attempt)
                except Exception as error:
                    decision = _again(strategy, error, attempt)
                await room.wait(decision.delay, _backoff(name, attempt))
                attempt += 1

        if not config.wrap_with_run_in_child_context:
            return attempts_async(context)
        return context.run_in_child_context(attempts_async, name, config.child_context_config)

    def attempts(room: DurableContext) -> Any:
        attempt = 1
        while True:
            try:
                return func(room, attempt)
            except Exception as error:
                decision = _again(strategy, error, attempt)
            room.wait(decision.delay, _backoff(name, attempt))
            attempt += 1

    if not config.wrap_with_run_in_child_context:
        return attempts(context)
    return context.run_in_child_context(attempts, name, config.child_context_config)


def _again(strategy: RetryStrategy, error: Exception, attempt: int) -> RetryDecision:
    """The decision to go on; without one the error passes."""
    decision = strategy(error, attempt)
    if not decision.should_retry:
        raise error
    return decision


def _backoff(name: str | None, attempt: int) -> str | None:
    return f"{name}-backoff-{attempt}" if name else None
