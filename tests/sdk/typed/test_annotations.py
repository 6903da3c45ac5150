"""What a function returns is found through everything that an author may put around it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from everstep.sdk.decorators import durable_step
from everstep.sdk.typed import codec_for, result_annotation

if TYPE_CHECKING:
    from decimal import Decimal

    from everstep.sdk.types import StepContext


@dataclass
class Order:
    id: int
    parts: list[Order] | None = None


@durable_step
def place(step: StepContext, number: int) -> Order:
    return Order(number)


@durable_step
async def place_later(step: StepContext, number: int) -> list[Order]:
    return [Order(number)]


def hidden_parameter(price: Decimal) -> Order:
    return Order(int(price))


def hidden_result() -> Decimal:
    raise NotImplementedError


def nothing_said():  # type: ignore[no-untyped-def]  # that is the case
    ...


def coroutine() -> Coroutine[Any, Any, Order]:
    raise NotImplementedError


def awaitable() -> Awaitable[int]:
    raise NotImplementedError


def future() -> asyncio.Future[Order]:
    raise NotImplementedError


@functools.cache
def cached() -> Order:
    return Order(1)


class Shop:
    def open(self) -> Order:
        return Order(1)

    @classmethod
    def found(cls) -> Order:
        return Order(1)

    @staticmethod
    def rent() -> int:
        return 1

    def __call__(self) -> Order:
        return Order(1)


class Endless:
    """A proxy that has every attribute, as some test doubles do."""

    def __getattr__(self, name: str) -> Endless:
        return self

    def __call__(self) -> int:
        return 1


class Broken:
    @property
    def __wrapped__(self) -> Any:
        raise RuntimeError("do not look")


CASES: list[tuple[object, object]] = [
    (place(1), Order),
    (place_later(1), list[Order]),
    (functools.partial(hidden_parameter), Order),
    (functools.partial(functools.partial(place(1))), Order),
    (hidden_parameter, Order),
    (hidden_result, Any),
    (nothing_said, Any),
    (lambda step: Order(1), Any),
    (coroutine, Order),
    (awaitable, int),
    (future, Order),
    (cached, Order),
    (Shop().open, Order),
    (Shop.found, Order),
    (Shop.rent, int),
    (Shop(), Order),
    (Order, Order),
    (len, Any),
    (Endless(), Any),
    (Broken(), Any),
    (None, Any),
]


@pytest.mark.parametrize(("func", "annotation"), CASES)
def test_the_result_of_a_function_is_what_its_innermost_says(func: object, annotation: object) -> None:
    assert result_annotation(func) == annotation


def test_a_class_from_around_a_nested_function_is_found_if_the_function_uses_it() -> None:
    @dataclass
    class Local:
        n: int
        more: list[Local]

    def make() -> Local:
        return Local(1, [])

    assert result_annotation(make) is Local
    codec = codec_for(Local)
    assert codec.from_plain(codec.to_plain(Local(1, [Local(2, [])]))) == Local(1, [Local(2, [])])


def test_a_decorator_without_wraps_hides_the_result() -> None:
    def plain(func: Callable[[], Order]) -> Callable[[], Any]:
        def inside() -> Any:
            return func()

        return inside

    assert result_annotation(plain(cached)) is Any
