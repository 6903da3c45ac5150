"""What an author's editor sees of plain keyword arguments and of what neither official SDK has.

Nothing here is run. `make check` gives it to mypy and to pyright.
"""

from datetime import datetime
from random import Random
from typing import assert_type
from uuid import UUID

from everstep import (
    AsyncDurableContext,
    BatchResult,
    CompletionConfig,
    DurableContext,
    NestingType,
    RetryPresets,
    StepContext,
    StepSemantics,
    WaitStrategies,
    durable_execution,
    durable_step,
)


@durable_step
def price(step: StepContext, item: str) -> int:
    return len(item)


@durable_step
async def weigh(step: StepContext, item: str) -> float:
    return float(len(item))


def ready(state: str) -> bool:
    return state == "ready"


def one(context: DurableContext) -> int:
    return 1


def hand_out(callback_id: str, context: object) -> None: ...


def double(context: DurableContext, item: int, index: int, items: object) -> float:
    return item * 2.0


async def double_async(context: AsyncDurableContext, item: int, index: int, items: object) -> float:
    return item * 2.0


@durable_execution
def order(event: dict[str, str], context: DurableContext) -> None:
    assert_type(context.step(price("a"), retry=3, timeout=0.5), int)
    assert_type(context.step(weigh("a"), name="weight", retry=RetryPresets.critical), float)
    assert_type(context.step(lambda _: b"", retry=False, semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY), bytes)
    assert_type(context.run_in_child_context(lambda child: child.is_replaying(), sub_type="Look"), bool)
    assert_type(
        context.map([1, 2], double, max_concurrency=1, item_namer=lambda item, i: f"{item + i}"), BatchResult[float]
    )
    assert_type(context.parallel([one, one], completion=CompletionConfig(min_successful=1)), BatchResult[int])
    state = context.wait_for_condition(
        lambda state, check: state, initial_state="new", wait_strategy=WaitStrategies.fixed(ready, 5)
    )
    assert_type(state, str)
    context.create_callback("approval", timeout=60).result()
    context.wait_for_callback(hand_out, heartbeat_timeout=5, retry=2)
    context.invoke("other:1", {}, tenant_id="t")
    assert_type(context.now(), datetime)
    assert_type(context.uuid4(), UUID)
    assert_type(context.random(), Random)
    assert_type(context.patched("p"), bool)


@durable_execution
async def order_async(event: dict[str, str], context: AsyncDurableContext) -> None:
    assert_type(await context.step(price("a"), retry=3, timeout=0.5), int)
    assert_type(await context.step(weigh("a"), name="weight", retry=RetryPresets.critical()), float)
    batch = await context.map([1, 2], double_async, nesting=NestingType.FLAT)
    assert_type(batch, BatchResult[float])
    state = await context.wait_for_condition(
        lambda state, check: state, initial_state="new", wait_strategy=WaitStrategies.fixed(ready, 5)
    )
    assert_type(state, str)
    callback = await context.create_callback("approval", timeout=60)
    await callback.result()
    assert_type(context.now(), datetime)
    assert_type(context.patched("p"), bool)
