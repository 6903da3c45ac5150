"""Running an author's body to its outcome."""

from collections.abc import Awaitable, Callable
from typing import TypeGuard

from everstep.sdk.replay.requests import Outcome, Raised, Returned


def is_awaitable(value: object) -> TypeGuard[Awaitable[object]]:
    """Like inspect.isawaitable for what bodies return, without the import."""
    return hasattr(type(value), "__await__")


def run_blocking(body: Callable[[], object]) -> Outcome:
    """Run it here and now. A body written `async` gets an event loop of its own for as long as it runs."""
    try:
        value = body()
        if is_awaitable(value):
            import asyncio  # only who writes async steps pays for it

            value = asyncio.run(_wait_for(value))
    except Exception as error:
        return Raised(error)
    return Returned(value)


async def _wait_for(awaitable: Awaitable[object]) -> object:
    return await awaitable
