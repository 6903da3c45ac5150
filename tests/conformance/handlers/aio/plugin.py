"""Requirements 10-x: plugins. What they tell is written for the official SDK, which is ours here, by its alias."""

from functools import partial
from typing import Any

from everstep import (
    AsyncDurableContext,
    Duration,
    JitterStrategy,
    ParallelBranch,
    ParallelConfig,
    RetryPresets,
    RetryStrategyConfig,
    StepConfig,
    StepContext,
    create_retry_strategy,
    durable_execution,
)
from everstep.sdk.handler import Decorator
from tests.conformance.handlers.official.plugin import (
    NAME,
    DumpOfAttempts,
    DumpOfContexts,
    DumpOfInvocations,
    Factory,
    Faulty,
    OfAttempts,
    OfEnds,
    OfEverything,
    OfInvocations,
    OfSteps,
    OfStepsAndAttempts,
    OfUpdates,
    write,
)


def observed_by(*factories: Any) -> Decorator:
    """To a type checker the factories are the official SDK's."""
    return durable_execution(plugins=factories)


async def greet(event: str, context: AsyncDurableContext) -> str:
    arn = context.execution_context.durable_execution_arn

    async def greeting(_: StepContext) -> str:
        write({"message": f"Greeting step running for: {event}", "executionArn": arn})
        return f"Hello, {event}!"

    return await context.step(greeting)


async def failing_until(attempt: int, step: StepContext, *, result: str = "Operation succeeded") -> str:
    if step.attempt < attempt:
        raise RuntimeError("not yet")
    return result


def soon(attempts: int) -> StepConfig:
    strategy = RetryStrategyConfig(
        max_attempts=attempts, initial_delay=Duration.from_seconds(1), jitter_strategy=JitterStrategy.NONE
    )
    return StepConfig(retry_strategy=create_retry_strategy(strategy))


@observed_by(Factory(OfInvocations))
async def plugin_10_1(event: str, context: AsyncDurableContext) -> str:
    return await greet(event, context)


@observed_by(Factory(OfAttempts))
async def plugin_10_3(event: None, context: AsyncDurableContext) -> str:
    return await context.step(partial(failing_until, 2), config=soon(2))


@observed_by(Factory(OfInvocations, f"{NAME}-A"), Factory(OfInvocations, f"{NAME}-B"))
async def plugin_10_5(event: str, context: AsyncDurableContext) -> str:
    return await greet(event, context)


@observed_by(Factory(OfInvocations))
async def plugin_10_7(event: None, context: AsyncDurableContext) -> str:
    return await context.step(partial(failing_until, 99), config=StepConfig(retry_strategy=RetryPresets.none()))


@observed_by(Factory(OfUpdates))
async def plugin_10_9(event: None, context: AsyncDurableContext) -> None:
    await context.wait(2)


@observed_by(Factory(OfEnds))
async def plugin_10_11(event: str, context: AsyncDurableContext) -> str:
    return await context.run_in_child_context(partial(greet, event))


@observed_by(Factory(OfSteps))
async def plugin_10_13(event: None, context: AsyncDurableContext) -> str:
    await context.step(lambda _: "A")
    return await context.step(partial(failing_until, 2), config=soon(2))


@observed_by(Factory(OfStepsAndAttempts))
async def plugin_10_15(event: None, context: AsyncDurableContext) -> str:
    return await context.step(partial(failing_until, 99), config=soon(2))


@observed_by(Factory(Faulty, f"{NAME}-FAULTY"), Factory(OfEverything, f"{NAME}-HEALTHY"))
async def plugin_10_17(event: str, context: AsyncDurableContext) -> str:
    return await greet(event, context)


@observed_by(Factory(DumpOfInvocations))
async def plugin_10_19(event: str, context: AsyncDurableContext) -> str:
    await context.wait(2)
    return f"done-{event}"


@observed_by(Factory(DumpOfAttempts))
async def plugin_10_21(event: None, context: AsyncDurableContext) -> str:
    return await context.step(partial(failing_until, 2, result="ok"), name="flaky", config=soon(2))


@observed_by(Factory(DumpOfContexts))
async def plugin_10_23(event: None, context: AsyncDurableContext) -> list[str]:
    async def branch_a(branch: AsyncDurableContext) -> str:
        await branch.step(lambda _: "x", name="inner")
        await branch.wait(2)
        return "a-done"

    async def branch_b(branch: AsyncDurableContext) -> str:
        return "b-done"

    branches = [ParallelBranch(branch_a, name="branch-a"), ParallelBranch(branch_b, name="branch-b")]
    batch = await context.parallel(branches, name="ctx", config=ParallelConfig(max_concurrency=1))
    return batch.get_results()
