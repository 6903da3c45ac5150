"""An `async def` function: it asks three shops for their price at the same time, and takes the best.

Eager and natural: `context.step(...)` starts at once and returns a future, so `asyncio.gather` works, and replays.
"""

import asyncio

from everstep import AsyncDurableContext, StepContext, durable_execution, durable_step

SHOPS = {"north": 2190, "south": 1990, "harbour": 2350}
"""Prices in cents; a real function would ask somebody."""


@durable_step
async def ask(step: StepContext, shop: str) -> int:
    step.logger.info("asking %s", shop)
    await asyncio.sleep(0.1)
    return SHOPS[shop]


@durable_execution
async def quotes(event: dict[str, str], context: AsyncDurableContext) -> dict[str, object]:
    prices = await asyncio.gather(*(context.step(ask(shop), name=f"ask {shop}") for shop in SHOPS))
    await context.wait(1, name="think it over")
    price, shop = min(zip(prices, SHOPS, strict=True))
    return {"item": event.get("item", "mug"), "shop": shop, "cents": price}
