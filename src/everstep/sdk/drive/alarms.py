"""Time as the author's code knows it: `asyncio.sleep`, `asyncio.timeout` and everything else that asks the loop for a
timer gets one that the service keeps.

A timer of the machine would ring at another moment on every replay, or never, because a suspended function has no
machine. So a timer that a handler asks for is a durable wait: at least one second, in whole seconds, and it rings in
its place among all outcomes. One that is cancelled in time is left to elapse unheard. Bodies of steps keep real time.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from math import ceil
from typing import Any

from everstep.core.limits import SECONDS_MAX


class Alarm(asyncio.TimerHandle):
    """What the author's code holds."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, when: float, ring: Callable[[], object], over: asyncio.Future[None]
    ) -> None:
        super().__init__(when, ring, (), loop)
        self._over = over

    def cancel(self) -> None:
        super().cancel()
        self._over.cancel()


def set_alarm(
    loop: asyncio.AbstractEventLoop,
    when: float,
    ring: Callable[[], object],
    wait: Callable[[int], asyncio.Future[None]],
    context: Context | None,
) -> asyncio.TimerHandle | None:
    """An alarm that rings at this moment of the loop's clock; None for a moment that has passed.

    `wait` begins a durable wait of so many seconds.
    """
    seconds = when - loop.time()
    if seconds <= 0:
        return None
    over = wait(min(ceil(seconds), SECONDS_MAX))
    alarm = Alarm(loop, when, ring, over)

    def ended(over: asyncio.Future[Any]) -> None:
        if not over.cancelled() and over.exception() is None and not alarm.cancelled():
            ring()

    over.add_done_callback(ended, context=context)
    return alarm
