"""Requirements 3-x: child contexts."""

from tests.conformance.handlers.names import (
    ChildContextError,
    DurableContext,
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
def one_step(child: DurableContext, text: str) -> str:
    return child.step(lambda _: text)


@durable_with_child_context
def two_steps(child: DurableContext, text: str) -> str:
    first = child.step(lambda _: text)
    return child.step(lambda _: first)


@durable_with_child_context
def retried_step(child: DurableContext, text: str) -> str:
    def work(step: StepContext) -> str:
        if step.attempt == 1:
            raise RuntimeError("not yet")
        return text

    retries = RetryStrategyConfig(
        max_attempts=2, initial_delay=Duration.from_seconds(1), jitter_strategy=JitterStrategy.NONE
    )
    return child.step(work, config=StepConfig(retry_strategy=create_retry_strategy(retries)))


@durable_with_child_context
def failing_step(child: DurableContext) -> None:
    def work(_: StepContext) -> None:
        raise RuntimeError("the step fails")

    child.step(work, config=StepConfig(retry_strategy=RetryPresets.none()))


@durable_with_child_context
def large_result(child: DurableContext, text: str) -> str:
    child.logger.get_logger().info(text, extra={"executionArn": child.execution_context.durable_execution_arn})
    small = child.step(lambda _: "x")
    return small * MORE_THAN_IS_KEPT


@durable_with_child_context
def wait_only(child: DurableContext, text: str) -> str:
    child.wait(Duration.from_seconds(1))
    return text


@durable_with_child_context
def broken(child: DurableContext) -> None:
    raise RuntimeError("the context fails")


@durable_with_child_context
def log_only(child: DurableContext, text: str) -> str:
    child.logger.get_logger().info(text, extra={"executionArn": child.execution_context.durable_execution_arn})
    return text


@durable_execution
def child_3_1(event: str, context: DurableContext) -> str:
    return context.run_in_child_context(one_step(event))


@durable_execution
def child_3_3(event: str, context: DurableContext) -> str:
    return context.run_in_child_context(two_steps(event))


@durable_execution
def child_3_5(event: str, context: DurableContext) -> str:
    try:
        context.run_in_child_context(failing_step())
    except ChildContextError:
        return context.step(lambda _: event)
    return "the child did not fail"


@durable_execution
def child_3_7(event: str, context: DurableContext) -> str:
    return context.run_in_child_context(retried_step(event))


@durable_execution
def child_3_9(event: str, context: DurableContext) -> str:
    result = context.run_in_child_context(one_step(event))
    context.wait(Duration.from_seconds(1))
    return result


@durable_execution
def child_3_11(event: str, context: DurableContext) -> int:
    result = context.run_in_child_context(large_result(event))
    context.wait(Duration.from_seconds(1))
    return len(result)


@durable_execution
def child_3_13(event: str, context: DurableContext) -> str:
    result = context.run_in_child_context(wait_only(event))
    return context.step(lambda _: result)


@durable_execution
def child_3_15(event: None, context: DurableContext) -> None:
    context.run_in_child_context(broken())


@durable_execution
def child_3_17(event: str, context: DurableContext) -> str:
    result = context.run_in_child_context(log_only(event))
    context.wait(Duration.from_seconds(1))
    return result
