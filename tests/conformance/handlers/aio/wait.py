"""Requirements 2-x: waits."""

from everstep import AsyncDurableContext, Duration, durable_execution


@durable_execution
async def wait_2_1(event: None, context: AsyncDurableContext) -> None:
    await context.wait(Duration.from_seconds(2))


@durable_execution
async def wait_2_3(event: None, context: AsyncDurableContext) -> dict[str, int]:
    await context.wait(Duration.from_seconds(2), name="wait-1")
    await context.wait(Duration.from_seconds(2), name="wait-2")
    return {"completedWaits": 2}


@durable_execution
async def wait_2_5(event: None, context: AsyncDurableContext) -> None:
    await context.wait(Duration.from_hours(1))
