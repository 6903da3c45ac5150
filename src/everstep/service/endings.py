"""Who waits for the end of which execution."""

from asyncio import Future, get_running_loop
from collections.abc import Iterator
from contextlib import contextmanager

from everstep.core.machine.delta import Delta
from everstep.core.model import Arn


class Endings:
    """Owns the futures of those who wait."""

    def __init__(self) -> None:
        self._awaited: dict[Arn, set[Future[None]]] = {}

    @contextmanager
    def of(self, arn: Arn) -> Iterator[Future[None]]:
        """Done as soon as the execution is closed. Look whether it is closed already after asking, not before."""
        waiter: Future[None] = get_running_loop().create_future()
        self._awaited.setdefault(arn, set()).add(waiter)
        try:
            yield waiter
        finally:
            waiters = self._awaited.get(arn, set())
            waiters.discard(waiter)
            if not waiters:
                self._awaited.pop(arn, None)

    def note(self, delta: Delta) -> None:
        """A change is durable: perhaps it was the end."""
        if delta.head.status.is_closed:
            for waiter in self._awaited.pop(delta.arn, ()):
                if not waiter.done():
                    waiter.set_result(None)
