"""The result of a step has the type that its function returns, however the function came about.

Nothing here is run; see authors.py.
"""

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar, assert_type

from everstep import AsyncDurableContext, DurableContext, StepContext, durable_step
from everstep.sdk.files import FileSystemSerDes
from everstep.sdk.serdes import SerDesContext
from everstep.sdk.typed import TypedSerDes

T = TypeVar("T")


@dataclass
class Order:
    id: int


@dataclass
class Page(Generic[T]):
    content: list[T]


@durable_step
def place(step: StepContext, number: int, *, express: bool = False) -> Order:
    return Order(number if express else step.attempt)


@durable_step
async def fetch(step: StepContext, url: str) -> Page[Order]:
    return Page([Order(len(url))])


def quote(currency: str, step: StepContext) -> Decimal:
    return Decimal(step.attempt)


async def count(step: StepContext) -> int:
    return step.attempt


def keep(item: T) -> Callable[[StepContext], T]:
    return lambda _: item


class Shop:
    def close(self, step: StepContext) -> str | None:
        return None

    def __call__(self, step: StepContext) -> frozenset[int]:
        return frozenset()


def blocking(context: DurableContext) -> None:
    assert_type(context.step(place(1, express=True)), Order)
    assert_type(context.step(fetch("u"), name="fetch"), Page[Order])
    assert_type(context.step(functools.partial(quote, "EUR")), Decimal)
    assert_type(context.step(count), int)
    assert_type(context.step(keep(Order(1))), Order)
    assert_type(context.step(Shop().close), str | None)
    assert_type(context.step(Shop()), frozenset[int])
    assert_type(context.step(lambda step: step.attempt), int)
    assert_type(context.step(lambda _: {"a": [1]}), dict[str, list[int]])


async def awaiting(context: AsyncDurableContext) -> None:
    assert_type(await context.step(place(1)), Order)
    assert_type(await context.step(fetch("u")), Page[Order])
    assert_type(await context.step(functools.partial(quote, "EUR")), Decimal)
    assert_type(await context.step(count), int)
    assert_type(await context.step(keep("a")), str)
    assert_type(await context.step(Shop().close), str | None)
    assert_type(await context.step(lambda step: step.attempt), int)

    pages = await asyncio.gather(*(context.step(fetch(url)) for url in ("a", "b")))
    assert_type(pages, list[Page[Order]])
    order, number = await asyncio.gather(context.step(place(1)), context.step(count))
    assert_type((order, number), tuple[Order, int])
    async with asyncio.TaskGroup():
        started = context.step(count)
    assert_type(started.result(), int)


def serializers() -> None:
    assert_type(TypedSerDes(Order), TypedSerDes[Order])
    assert_type(TypedSerDes(Page[Order]), TypedSerDes[Page[Order]])
    stored: FileSystemSerDes[Order] = FileSystemSerDes("/mnt/shared")
    assert_type(stored.deserialize("", SerDesContext()), Order)
