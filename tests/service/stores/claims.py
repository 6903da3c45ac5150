"""How a claim about stores becomes a test of every adapter."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from everstep.core.machine.state import Execution
from everstep.core.model import Arn
from everstep.service.ports import Store


class Adapter(Protocol):
    """What a suite needs to know of the adapter under test."""

    def opened(self) -> AbstractAsyncContextManager[Store]:
        """A new, empty store, closed at the end."""
        ...


A = TypeVar("A", bound=Adapter)


def claim(body: Callable[[A, Store], Awaitable[None]]) -> Callable[[A], None]:
    """Make a test out of a claim about a store: it gets an empty one and an event loop."""

    def test(self: A) -> None:
        async def run() -> None:
            async with self.opened() as store:
                await body(self, store)

        asyncio.run(run())

    test.__name__ = test.__qualname__ = getattr(body, "__name__", "claim")
    return test


async def the(store: Store, arn: Arn) -> Execution:
    """The execution, which must exist."""
    execution = await store.load(arn)
    assert execution is not None, arn
    return execution
