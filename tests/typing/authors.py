"""What an author's editor sees: strict type checkers must accept this file as it stands, and know every type in it.

Nothing here is run. `make check` gives it to mypy and to pyright.
"""

from typing import assert_type

from everstep import AsyncDurableContext, DurableContext, Duration, StepContext, durable_execution, durable_step


@durable_step
def price(step: StepContext, item: str) -> int:
    step.logger.info("pricing %s", item)
    return len(item)


@durable_execution
def order(event: dict[str, str], context: DurableContext) -> int:
    total = assert_type(context.step(price(event["item"])), int)
    context.wait(Duration.from_seconds(5), name="cool down")
    name = assert_type(context.step(lambda _: event["item"], name="name"), str)
    return total + len(name)


async def fetch(step: StepContext) -> bytes:
    return str(step.attempt).encode()


@durable_execution
async def order_async(event: dict[str, str], context: AsyncDurableContext) -> int:
    body = assert_type(await context.step(fetch, name="fetch"), bytes)
    await context.wait(Duration.from_minutes(1))
    return len(body)
