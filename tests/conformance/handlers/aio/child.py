"""Requirements 3-x: child contexts."""

from everstep import (
    AsyncDurableContext,
    ChildContextError,
    Duration,
    JitterStrategy,
    RetryPresets,
    RetryStrategyConfig,
    StepConfig,
    StepContext,
    create_retry_strategy,
    durable_execution,
    durable_with_child_context,
)

MORE_THAN_IS_KEPT = 300 * 1024
"""Characters of a result that no checkpoint keeps."""


@durable_with_child_context
async def one_step(child: AsyncDurableContext, text: str) -> str:
    return await child.step(lambda _: text)


@durable_with_child_context
async def two_steps(child: AsyncDurableContext, text: str) -> str:
    first = await child.step(lambda _: text)
    return await child.step(lambda _: first)


@durable_with_child_context
async def retried_step(child: AsyncDurableContext, text: str) -> str:
    def work(step: StepContext) -> str:
        if step.attempt == 1:
            raise RuntimeError("not yet")
        return text

    retries = RetryStrategyConfig(
        max_attempts=2, initial_delay=Duration.from_seconds(1), jitter_strategy=JitterStrategy.NONE
    )
    return await child.step(work, config=StepConfig(retry_strategy=create_retry_strategy(retries)))


@durable_with_child_context
async def failing_step(child: AsyncDurableContext) -> None:
    def work(_: StepContext) -> None:
        raise RuntimeError("the step fails")

    await child.step(work, config=StepConfig(retry_strategy=RetryPresets.none()))


@durable_with_child_context
async def large_result(child: AsyncDurableContext, text: str) -> str:
    child.logger.get_logger().info(text, extra={"executionArn": child.execution_context.durable_execution_arn})
    small = await child.step(lambda _: "x")
    return small * MORE_THAN_IS_KEPT


@durable_with_child_context
async def wait_only(child: AsyncDurableContext, text: str) -> str:
    await child.wait(Duration.from_seconds(1))
    return text


@durable_with_child_context
async def broken(child: AsyncDurableContext) -> None:
    raise RuntimeError("the context fails")


@durable_with_child_context
async def log_only(child: AsyncDurableContext, text: str) -> str:
    child.logger.get_logger().info(text, extra={"executionArn": child.execution_context.durable_execution_arn})
    return text


@durable_execution
async def child_3_1(event: str, context: AsyncDurableContext) -> str:
    return await context.run_in_child_context(one_step(event))


@durable_execution
async def child_3_3(event: str, context: AsyncDurableContext) -> str:
    return await context.run_in_child_context(two_steps(event))


@durable_execution
async def child_3_5(event: str, context: AsyncDurableContext) -> str:
    try:
        await context.run_in_child_context(failing_step())
    except ChildContextError:
        return await context.step(lambda _: event)
    return "the child did not fail"


@durable_execution
async def child_3_7(event: str, context: AsyncDurableContext) -> str:
    return await context.run_in_child_context(retried_step(event))


@durable_execution
async def child_3_9(event: str, context: AsyncDurableContext) -> str:
    result = await context.run_in_child_context(one_step(event))
    await context.wait(Duration.from_seconds(1))
    return result


@durable_execution
async def child_3_11(event: str, context: AsyncDurableContext) -> int:
    result = await context.run_in_child_context(large_result(event))
    await context.wait(Duration.from_seconds(1))
    return len(result)


@durable_execution
async def child_3_13(event: str, context: AsyncDurableContext) -> str:
    result = await context.run_in_child_context(wait_only(event))
    return await context.step(lambda _: result)


@durable_execution
async def child_3_15(event: None, context: AsyncDurableContext) -> None:
    await context.run_in_child_context(broken())


@durable_execution
async def child_3_17(event: str, context: AsyncDurableContext) -> str:
    result = await context.run_in_child_context(log_only(event))
    await context.wait(Duration.from_seconds(1))
    return result
