"""Whether an invocation in an event loop still lives: what runs, what has been told, and when nothing is left to do.

Whenever something stops running, and the author's code has come to rest, either the next outcome is told, or the
invocation waits for something outside: then it is over.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from everstep.errors import SuspendExecution
from everstep.sdk.drive.gate import Gate
from everstep.sdk.drive.quiet import Quiet


class Pulse:
    """Owns the count of what runs, the gate, and the end."""

    def __init__(self, is_waiting: Callable[[], bool]) -> None:
        """`is_waiting` says whether something is parked, and no call that could move it is on its way."""
        self._is_waiting = is_waiting
        self._running = 0
        """Scripts that are not parked."""
        self._quiet = Quiet(self._go_on)
        self.gate = Gate(self._quiet.watch)
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the invocation must end without a result."""
        self.failure: BaseException | None = None
        """Why nothing may be saved any more; it decides the invocation whatever the author's code does."""

    @property
    def is_over(self) -> bool:
        return self.over.done()

    def begin(self) -> None:
        """Something runs."""
        self._running += 1

    def rest(self) -> None:
        """Something stopped running: perhaps it was the last."""
        self._running -= 1
        self._quiet.watch()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Inside, what runs only waits for others."""
        self.rest()
        try:
            yield
        finally:
            self.begin()

    def watch(self) -> None:
        """Something else may have been the last."""
        self._quiet.watch()

    def end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def fail(self, error: BaseException) -> None:
        self.failure = self.failure or error
        self.end()

    def check(self) -> None:
        """Raises what ended the invocation, if anything did."""
        if self.is_over:
            raise self.failure or SuspendExecution()

    def _go_on(self, *, is_quiet: bool) -> bool:
        if self.is_over:
            return False
        if self.gate.release() or self.gate.give_turns():
            return True
        if is_quiet and self._running == 0 and self._is_waiting():
            self.end()
        return False
