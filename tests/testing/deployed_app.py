"""An app that tests run here and, deployed, in workers of a real service."""

from typing import Any

from everstep import (
    AsyncDurableContext,
    CallbackConfig,
    DurableContext,
    MapConfig,
    RetryPresets,
    StepConfig,
    StepContext,
    durable_execution,
)

ONE_SECOND = StepConfig(retry_strategy=RetryPresets.fixed(1))


def charge(step: StepContext) -> dict[str, Any]:
    if step.attempt == 1:
        raise ConnectionError("the bank is busy")
    return {"receipt": 17}


def ten(context: DurableContext, item: int, index: int, items: Any) -> int:
    return context.step(lambda step: item * 10, "ten")


@durable_execution
def order(event: Any, context: DurableContext) -> Any:
    """Something of every kind."""
    receipt = context.step(charge, "charge", ONE_SECOND)
    answer = context.wait_for_callback(lambda id_, _: None, "approval")
    stamp = context.create_callback("stamp", CallbackConfig(timeout=600)).result()
    context.wait(1, "cool down")
    sizes = context.map([1, 2], ten, "all", MapConfig(max_concurrency=1))  # threads start in no certain order
    stock = context.invoke("stock", {"n": event["n"]}, "stock")
    return [receipt, answer, stamp, sizes.get_results(), stock]


@durable_execution
async def stock(event: Any, context: AsyncDurableContext) -> int:
    return await context.step(lambda step: event["n"] - 1, "count")


@durable_execution
def refused(event: Any, context: DurableContext) -> Any:
    context.step(lambda step: 1, "fine")
    return context.wait_for_callback(lambda id_, _: None, "approval")


@durable_execution
def sleeper(event: Any, context: DurableContext) -> None:
    context.run_in_child_context(lambda inner: inner.wait(3600, "long"), "room")


@durable_execution
def many(event: Any, context: DurableContext) -> int:
    """A history of several pages, where one has a thousand events."""
    for number in range(event["steps"]):
        context.step(lambda step: None, f"step {number}")
    return int(event["steps"])


def plain(event: Any, context: Any) -> Any:
    return event
