"""Running an author's body to its outcome."""

from collections.abc import Awaitable, Callable
from typing import TypeGuard

from everstep.sdk.replay.requests import Outcome, Raised, Returned


def is_awaitable(value: object) -> TypeGuard[Awaitable[object]]:
    """Like inspect.isawaitable for what bodies return, without the import."""
    return hasattr(type(value), "__await__")


def call(body: Callable[[], object]) -> Outcome:
    """What becomes of the call itself; an awaitable that it returns is not awaited."""
    try:
        return Returned(body())
    except Exception as error:
        return Raised(error)


def run_blocking(body: Callable[[], object]) -> Outcome:
    """Run it here and now. A body written `async` gets an event loop of its own for as long as it runs."""
    outcome = call(body)
    if isinstance(outcome, Returned) and is_awaitable(outcome.value):
        from everstep.sdk.drive.coroutines import run_to_end, settle  # asyncio: only who writes async steps pays

        return run_to_end(settle(outcome.value))
    return outcome
