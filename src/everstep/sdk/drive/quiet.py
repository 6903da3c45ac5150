"""Knowing when an author's code has come to rest: nothing of it can run until something is told to it.

A loop is quiet when in a whole turn nobody asked for another one. Bodies of steps do not count: they are busy with the
world outside, may be so for hours, and nothing that they do may depend on what else is told.
"""

import asyncio
import sys
from collections.abc import Callable
from contextvars import Context, ContextVar
from typing import TYPE_CHECKING, Any, TypeVarTuple

if TYPE_CHECKING or sys.platform != "win32":
    from asyncio import SelectorEventLoop as _Loop
else:
    from asyncio import ProactorEventLoop as _Loop

Ts = TypeVarTuple("Ts")

IN_BODY: ContextVar[bool] = ContextVar("everstep_in_body", default=False)
"""Whether the code that runs is the body of a step, not of a handler."""


class QuietLoop(_Loop):
    """The platform's event loop, with an ear for who asks for a turn."""

    turns_asked = 0

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        if not (IN_BODY.get() if context is None else context.get(IN_BODY, False)):
            self.turns_asked += 1
        return super().call_soon(callback, *args, context=context)


class Quiet:
    """Owns the watch. `act` is called when the loop is quiet; while it finds something to do, the watch goes on."""

    def __init__(self, act: Callable[[], bool]) -> None:
        loop: Any = asyncio.get_running_loop()
        assert isinstance(loop, QuietLoop), loop
        self._loop = loop
        self._act = act
        self._context = Context()
        self._is_watching = False
        self._turns_seen = 0

    def watch(self) -> None:
        """Call `act` soon."""
        if not self._is_watching:
            self._is_watching = True
            self._go_on()

    def _go_on(self) -> None:
        self._loop.call_soon(self._turn, context=self._context)
        self._turns_seen = self._loop.turns_asked

    def _turn(self) -> None:
        if self._loop.turns_asked != self._turns_seen or self._act():
            self._go_on()
        else:
            self._is_watching = False
