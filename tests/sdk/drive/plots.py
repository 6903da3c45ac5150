"""One workflow for both drivers.

A plot is written once, as a generator that yields whatever the operations return; it is told as a `def` handler,
where that is a value, and as an `async def` handler, where that is awaited. `like` does the same for the functions
that a plot hands to operations.
"""

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeAlias

import pytest

from everstep import AsyncDurableContext, DurableFunction, durable_execution

Plot: TypeAlias = Callable[[Any, Any], Generator[Any, Any, Any]]
Telling: TypeAlias = Callable[[Plot], DurableFunction[Any]]


def as_def(plot: Plot) -> DurableFunction[Any]:
    return durable_execution(_written_def(plot))


def as_async_def(plot: Plot) -> DurableFunction[Any]:
    return durable_execution(_written_async_def(plot))


def like(context: Any, part: Callable[..., Generator[Any, Any, Any]]) -> Callable[..., Any]:
    """The part of a plot as a function of the kind that this context takes."""
    return _written_async_def(part) if isinstance(context, AsyncDurableContext) else _written_def(part)


def _written_def(part: Callable[..., Generator[Any, Any, Any]]) -> Callable[..., Any]:
    def told(*args: Any) -> Any:
        telling = part(*args)
        value: Any = None
        while True:
            try:
                value = telling.send(value)
            except StopIteration as end:
                return end.value

    return told


def _written_async_def(part: Callable[..., Generator[Any, Any, Any]]) -> Callable[..., Any]:
    async def told(*args: Any) -> Any:
        telling = part(*args)
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

    return told


both_drivers = pytest.mark.parametrize("told", [as_def, as_async_def], ids=["def", "async def"])
