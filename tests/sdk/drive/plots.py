"""One workflow for both drivers.

A plot is written once, as a generator that yields whatever the operations return; it is told as a `def` handler,
where that is a value, and as an `async def` handler, where that is awaited.
"""

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeAlias

import pytest

from everstep import AsyncDurableContext, DurableContext, DurableFunction, durable_execution

Plot: TypeAlias = Callable[[Any, Any], Generator[Any, Any, Any]]
Telling: TypeAlias = Callable[[Plot], DurableFunction[Any]]


def as_def(plot: Plot) -> DurableFunction[Any]:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        telling = plot(event, context)
        value: Any = None
        while True:
            try:
                value = telling.send(value)
            except StopIteration as end:
                return end.value

    return handler


def as_async_def(plot: Plot) -> DurableFunction[Any]:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> Any:
        telling = plot(event, context)
        go_on: Callable[[], Any] = partial(telling.send, None)
        while True:
            try:
                future = go_on()
            except StopIteration as end:
                return end.value
            try:
                go_on = partial(telling.send, await future)
            except BaseException as error:
                go_on = partial(telling.throw, error)

    return handler


both_drivers = pytest.mark.parametrize("told", [as_def, as_async_def], ids=["def", "async def"])
