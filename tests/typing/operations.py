"""The result of every operation has the type that its function returns, sync and async, through every decorator; where
nobody can know the type, a serializer names it.

Nothing here is run; see authors.py.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_type

from everstep import (
    AsyncDurableContext,
    BatchResult,
    CallbackConfig,
    ChildConfig,
    DurableContext,
    InvokeConfig,
    JsonSerDes,
    MapConfig,
    NestingType,
    ParallelBranch,
    WaitForCallbackContext,
    WaitForConditionCheckContext,
    WaitForConditionConfig,
    WithRetryConfig,
    durable_parallel_branch,
    durable_wait_for_callback,
    durable_with_child_context,
    with_retry,
)
from everstep.sdk.typed import TypedSerDes
from everstep.sdk.waits import WaitStrategies


@dataclass
class Order:
    id: int


ORDERS = TypedSerDes(Order)


# --------------------------------------------------------------------------- authors' functions, `def`
@durable_with_child_context
def room(context: DurableContext, number: int) -> Order:
    return Order(number)


def plain_room(context: DurableContext) -> list[Order]:
    return []


def item(context: DurableContext, order: Order, index: int, orders: Sequence[Order]) -> bytes:
    return b""


@durable_parallel_branch("named")
def branch(context: DurableContext, text: str) -> Order:
    return Order(len(text))


def attempt(context: DurableContext, number: int) -> Order:
    return Order(number)


@durable_wait_for_callback
def submit(callback_id: str, context: WaitForCallbackContext, address: str) -> None:
    context.logger.info("%s %s", callback_id, address)


def check(state: int, context: WaitForConditionCheckContext) -> int:
    return state + context.attempt


# --------------------------------------------------------------------------- the same, `async def`
@durable_with_child_context
async def room_async(context: AsyncDurableContext, number: int) -> Order:
    return Order(number)


async def plain_room_async(context: AsyncDurableContext) -> list[Order]:
    return []


async def item_async(context: AsyncDurableContext, order: Order, index: int, orders: Sequence[Order]) -> bytes:
    return b""


@durable_parallel_branch()
async def branch_async(context: AsyncDurableContext, text: str) -> Order:
    return Order(len(text))


async def attempt_async(context: AsyncDurableContext, number: int) -> Order:
    return Order(number)


async def check_async(state: int, context: WaitForConditionCheckContext) -> int:
    return state + context.attempt


def until_ten() -> WaitForConditionConfig[int]:
    return WaitForConditionConfig(wait_strategy=WaitStrategies.fixed(lambda state: state > 10), initial_state=0)


def blocking(context: DurableContext, orders: list[Order]) -> None:
    assert_type(context.run_in_child_context(room(1)), Order)
    assert_type(context.run_in_child_context(room(1), config=ChildConfig(is_virtual=True)), Order)
    assert_type(context.run_in_child_context(plain_room, name="room"), list[Order])
    assert_type(context.run_in_child_context(lambda inner: inner.execution_context.durable_execution_arn), str)
    assert_type(context.map(orders, item), BatchResult[bytes])
    assert_type(context.map(orders, item, config=MapConfig(max_concurrency=2)).get_results(), list[bytes])
    assert_type(context.map(orders, item, nesting=NestingType.FLAT), BatchResult[bytes])
    assert_type(context.parallel([room(1), room(2)]), BatchResult[Order])
    assert_type(context.parallel([branch("a"), ParallelBranch(room(1), "b")]), BatchResult[Order])
    assert_type(with_retry(context, attempt, WithRetryConfig()), Order)
    assert_type(context.wait_for_condition(check, until_ten()), int)


async def awaiting(context: AsyncDurableContext, orders: list[Order]) -> None:
    assert_type(await context.run_in_child_context(room_async(1)), Order)
    assert_type(await context.run_in_child_context(room_async(1), config=ChildConfig(is_virtual=True)), Order)
    assert_type(await context.run_in_child_context(plain_room_async, name="room"), list[Order])
    assert_type(await context.map(orders, item_async), BatchResult[bytes])
    assert_type((await context.map(orders, item_async, max_concurrency=2)).get_results(), list[bytes])
    assert_type(await context.parallel([room_async(1), room_async(2)]), BatchResult[Order])
    assert_type(await context.parallel([branch_async("a"), ParallelBranch(room_async(1), "b")]), BatchResult[Order])
    assert_type(await with_retry(context, attempt_async, WithRetryConfig()), Order)
    assert_type(await context.wait_for_condition(check, until_ten()), int)
    both = await asyncio.gather(context.run_in_child_context(room_async(1)), context.map(orders, item_async))
    assert_type(both, tuple[Order, BatchResult[bytes]])


# --------------------------------------------------------------------------- what comes from outside
def blocking_outside(context: DurableContext) -> None:
    assert_type(context.create_callback("text").result(), str | None)
    assert_type(context.create_callback("order", serdes=ORDERS, timeout=60).result(), Order | None)
    assert_type(context.create_callback("unknown", CallbackConfig(timeout=60)).result(), Any | None)
    assert_type(context.wait_for_callback(submit("a"), timeout=60), str | None)
    assert_type(context.wait_for_callback(submit("a"), "order", serdes=ORDERS, retry=3), Order | None)
    assert_type(context.invoke("f:1", {"a": 1}), Any)
    assert_type(context.invoke("f:1", {"a": 1}, tenant_id="t", serdes_result=ORDERS), Order)
    config: InvokeConfig[object, Order] = InvokeConfig(serdes_payload=JsonSerDes(), serdes_result=ORDERS)
    assert_type(context.invoke("f:1", {"a": 1}, config=config), Order)


async def awaiting_outside(context: AsyncDurableContext) -> None:
    callback = await context.create_callback("text")
    assert_type(await callback.result(), str | None)
    typed = await context.create_callback("order", serdes=ORDERS, timeout=60)
    assert_type(await typed.result(), Order | None)
    assert_type(await context.wait_for_callback(submit("a"), timeout=60), str | None)
    assert_type(await context.wait_for_callback(submit("a"), "order", serdes=ORDERS, retry=3), Order | None)
    assert_type(await context.invoke("f:1", {"a": 1}), Any)
    assert_type(await context.invoke("f:1", {"a": 1}, tenant_id="t", serdes_result=ORDERS), Order)
    config: InvokeConfig[object, Order] = InvokeConfig(serdes_payload=JsonSerDes(), serdes_result=ORDERS)
    assert_type(await context.invoke("f:1", {"a": 1}, config=config), Order)
