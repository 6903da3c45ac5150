"""Running an author's body to its outcome."""

from collections.abc import Awaitable, Callable
from typing import TypeGuard

from everstep.sdk.drive.deadlines import within
from everstep.sdk.replay.requests import Enter, Outcome, Raised, Returned, Run


def is_awaitable(value: object) -> TypeGuard[Awaitable[object]]:
    """Like inspect.isawaitable for what bodies return, without the import."""
    return hasattr(type(value), "__await__")


def nothing() -> None:
    """The thread needs no preparation."""


def call(body: Callable[[], object], seconds_max: float | None = None, adopt: Callable[[], None] = nothing) -> Outcome:
    """What becomes of the call itself; an awaitable that it returns is not awaited.

    A call with a time limit has a thread of its own, which begins with `adopt`.
    """
    if seconds_max is not None:

        def attempt() -> Outcome:
            adopt()
            return call(body)

        return within(seconds_max, attempt)
    try:
        return Returned(body())
    except Exception as error:
        return Raised(error)


def run_blocking(run: Run | Enter, adopt: Callable[[], None] = nothing) -> Outcome:
    """Run it here and now. A body written `async` gets an event loop of its own for as long as it runs."""
    seconds_max = run.seconds_max if isinstance(run, Run) else None
    is_coroutine = isinstance(run, Run) and run.is_async
    outcome = call(run.body) if is_coroutine else call(run.body, seconds_max, adopt)
    if isinstance(outcome, Returned) and is_awaitable(outcome.value):
        from everstep.sdk.drive.coroutines import run_to_end, settle  # asyncio: only who writes async steps pays

        return run_to_end(settle(outcome.value, seconds_max))
    return outcome
