"""What fan_out runs: many branches at once."""

import sys
from collections.abc import Sequence
from typing import Any

from everstep import AsyncDurableContext, CompletionConfig, durable_execution, durable_wait_for_callback
from everstep.sdk.types import WaitForCallbackContext


@durable_execution
async def many_items(event: dict[str, Any], context: AsyncDurableContext) -> dict[str, float]:
    """A step for each of `items`, at most `concurrency` at a time."""

    async def one(room: AsyncDurableContext, item: int, index: int, items: Sequence[int]) -> int:
        return await room.step(lambda _: item, "echo")

    batch = await context.map(range(event["items"]), one, "items", max_concurrency=event["concurrency"])
    return {"sum": sum(batch.get_results()), "peak_mib": peak_mib()}


@durable_wait_for_callback
def hand_out(callback_id: str, context: WaitForCallbackContext) -> None:
    """Whoever runs the benchmark hears of every callback anyway."""


@durable_execution
async def many_callbacks(event: dict[str, Any], context: AsyncDurableContext) -> dict[str, float]:
    """Waits for the answers to `items` callbacks at once."""

    async def one(room: AsyncDurableContext, item: int, index: int, items: Sequence[int]) -> int:
        return int(await room.wait_for_callback(hand_out(), f"answer {index}") or 0)

    everyone = CompletionConfig.all_completed()
    batch = await context.map(range(event["items"]), one, "items", completion=everyone)
    return {"sum": sum(batch.get_results()), "peak_mib": peak_mib()}


def peak_mib() -> float:
    """The most memory that this process ever had; 0 where the platform does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
