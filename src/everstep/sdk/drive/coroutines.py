"""Awaiting an author's coroutine to its outcome, wherever the call comes from."""

import asyncio
import contextvars
from collections.abc import Awaitable, Coroutine
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any, TypeVar

from everstep.sdk.drive.deadlines import timed_out
from everstep.sdk.drive.quiet import QuietLoop
from everstep.sdk.replay.requests import Outcome, Raised, Returned

T = TypeVar("T")


async def settle(awaitable: Awaitable[object], seconds_max: float | None = None) -> Outcome:
    """What becomes of the awaitable. Raises CancelledError only where the task around it is cancelled.

    When its time is up it is cancelled, and the outcome is a TimeoutError.
    """
    if seconds_max is None:
        return await _settle(awaitable)
    try:
        async with asyncio.timeout(seconds_max):
            return await _settle(awaitable)
    except TimeoutError:
        return timed_out(seconds_max)


async def _settle(awaitable: Awaitable[object]) -> Outcome:
    try:
        return Returned(await awaitable)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # The body cancelled itself, as a cancel scope does that leaks; an attempt that ended so is a failed attempt.
        return Raised(CancelledError("the body was cancelled by its own code"))
    except Exception as error:
        return Raised(error)


def run_to_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in an event loop of its own, also where this thread runs a loop already: then in another thread.

    Authors' context variables are seen in either case.
    """
    if not _is_in_loop():
        return _run(coroutine)
    with ThreadPoolExecutor(1, "everstep-loop") as thread:
        return thread.submit(contextvars.copy_context().run, _run, coroutine).result()


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=QuietLoop) as runner:
        return runner.run(coroutine)


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
