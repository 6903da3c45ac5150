"""Knowing when an author's code has come to rest: nothing of it can run until something is told to it.

A loop is quiet when in a whole turn nobody asked for another one. Bodies of steps do not count: they are busy with the
world outside, may be so for hours, and nothing that they do may depend on what else is told.
"""

import asyncio
import sys
from collections.abc import Callable
from contextvars import Context, ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVarTuple

if TYPE_CHECKING or sys.platform != "win32":
    from asyncio import SelectorEventLoop as _Loop
else:
    from asyncio import ProactorEventLoop as _Loop

Ts = TypeVarTuple("Ts")

NOISY_TURNS_MAX = 10_000
"""A handler that asks again and again (`while not task.done(): await asyncio.sleep(0)`) never rests, and would never
hear what it waits for."""

IN_BODY: ContextVar[bool] = ContextVar("everstep_in_body", default=False)
"""Whether the code that runs is the body of a step, not of a handler."""


SetTimer: TypeAlias = Callable[[float, Callable[[], object], Context | None], asyncio.TimerHandle | None]
"""(when, what to call then, in which context) -> the timer, or None where the loop's own will do."""


class QuietLoop(_Loop):
    """The platform's event loop, with an ear for who asks for a turn, and for a timer."""

    turns_asked = 0
    set_timer: SetTimer | None = None
    """Asked first for every timer that is not a body's."""

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        if not (IN_BODY.get() if context is None else context.get(IN_BODY, False)):
            self.turns_asked += 1
        return super().call_soon(callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        if self.set_timer is not None and not IN_BODY.get():
            timer = self.set_timer(when, partial(callback, *args), context)
            if timer is not None:
                return timer
        return super().call_at(when, callback, *args, context=context)


def listening_loop() -> QuietLoop:
    """The loop that is running."""
    loop: Any = asyncio.get_running_loop()
    assert isinstance(loop, QuietLoop), loop
    return loop


class Act(Protocol):
    """What there is to do when the loop is quiet, or seems never to be. Whether there was anything."""

    def __call__(self, *, is_quiet: bool) -> bool: ...


class Quiet:
    """Owns the watch. `act` is called when the loop is quiet; while it finds something to do, the watch goes on."""

    def __init__(self, act: Act) -> None:
        self._loop = listening_loop()
        self._act = act
        self._context = Context()
        self._is_watching = False
        self._turns_seen = 0
        self._noisy_turns = 0

    def watch(self) -> None:
        """Call `act` soon."""
        if not self._is_watching:
            self._is_watching = True
            self._go_on()

    def _go_on(self) -> None:
        self._loop.call_soon(self._turn, context=self._context)
        self._turns_seen = self._loop.turns_asked

    def _turn(self) -> None:
        is_quiet = self._loop.turns_asked == self._turns_seen
        self._noisy_turns = 0 if is_quiet else self._noisy_turns + 1
        if (not is_quiet and self._noisy_turns % NOISY_TURNS_MAX) or self._act(is_quiet=is_quiet) or not is_quiet:
            self._go_on()
        else:
            self._is_watching = False
