"""Requirements 1-x: steps."""

import os

from everstep import (
    AsyncDurableContext,
    Duration,
    JitterStrategy,
    RetryPresets,
    RetryStrategyConfig,
    StepConfig,
    StepContext,
    StepSemantics,
    create_retry_strategy,
    durable_execution,
    durable_step,
)


class TransientError(Exception):
    """Passes by itself."""


@durable_step
async def greet(step: StepContext, name: str) -> str:
    step.logger.info(f"Greeting step started for: {name}")
    greeting = f"Hello, {name}!"
    step.logger.info(f"Greeting step completed with: {greeting}")
    return greeting


@durable_execution
async def step_1_1(event: str, context: AsyncDurableContext) -> str:
    return await context.step(greet(event))


@durable_execution
async def step_1_3(event: None, context: AsyncDurableContext) -> str:
    first = await context.step(lambda _: "first")
    return await context.step(lambda _: f"{first}_second")


@durable_execution
async def step_1_5(event: None, context: AsyncDurableContext) -> None:
    await context.step(lambda _: None)


@durable_execution
async def step_1_7(event: str, context: AsyncDurableContext) -> str:
    return await context.step(greet(event))


@durable_execution
async def step_1_9(event: None, context: AsyncDurableContext) -> str:
    async def work(step: StepContext) -> str:
        step.logger.info("step executed")
        return "cached_value"

    value = await context.step(work)
    await context.wait(Duration.from_seconds(1))
    return value


async def failing_until(attempt: int, step: StepContext, error: Exception) -> str:
    if step.attempt < attempt:
        raise error
    return "Operation succeeded"


def soon(attempts: int, only: type[Exception] | None = None) -> StepConfig:
    """So many attempts, a second apart; with `only`, for this error alone."""
    strategy = RetryStrategyConfig(
        max_attempts=attempts,
        initial_delay=Duration.from_seconds(1),
        jitter_strategy=JitterStrategy.NONE,
        retryable_error_types=[only] if only is not None else None,
    )
    return StepConfig(retry_strategy=create_retry_strategy(strategy))


@durable_execution
async def step_1_11(event: None, context: AsyncDurableContext) -> str:
    return await context.step(lambda step: failing_until(2, step, RuntimeError("not yet")), config=soon(3))


@durable_execution
async def step_1_13(event: None, context: AsyncDurableContext) -> str:
    return await context.step(lambda step: failing_until(3, step, RuntimeError("not yet")))


@durable_execution
async def step_1_15(event: None, context: AsyncDurableContext) -> str:
    error = TransientError("it will pass")
    return await context.step(lambda step: failing_until(2, step, error), config=soon(3, only=TransientError))


@durable_step
async def at_most_once_flaky_step(step: StepContext, text: str) -> None:
    step.logger.info(text)
    os._exit(1)


@durable_execution
async def step_1_17(event: str, context: AsyncDurableContext) -> None:
    once = StepConfig(retry_strategy=RetryPresets.none(), step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY)
    await context.step(at_most_once_flaky_step(event), config=once)


@durable_execution
async def step_1_19(event: None, context: AsyncDurableContext) -> str:
    never = StepConfig(retry_strategy=RetryPresets.none())
    return await context.step(lambda step: failing_until(99, step, RuntimeError("never")), config=never)
