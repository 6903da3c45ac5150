"""The way between clients and the service: messages are lost, late, or come twice."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from everstep.core.refusal import Code, Refused
from everstep.service.ports import StoreError
from everstep.service.service import Service
from tests.simulation.points import Fault, Place
from tests.simulation.world import World

PATIENCE_MS = 5_000
"""After this long without an answer a client asks again."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the service answered."""

    value: Any


class Reachable(Protocol):
    """The service, as far as it can be reached now."""

    def serve(self, serving: Callable[[Service], Coroutine[Any, Any, None]]) -> bool:
        """Have it carry this out; False when nobody listens."""
        ...

    async def reach(self, point: str) -> None: ...


Ask = Callable[[Service], Coroutine[Any, Any, Any]]
Heard = Callable[[Said | Refused], object]


class Network:
    """Owns nothing but the way."""

    def __init__(self, world: World, there: Callable[[], Reachable | None]) -> None:
        self._world = world
        self._there = there

    def send(self, what: str, ask: Ask, *, truth: Heard, heard: Heard) -> None:
        """Send a request. `truth` is told of every answer that the service gives, `heard` of those that arrive."""
        world, odds = self._world, self._world.odds.network
        copies = 2 if world.goes_wrong(Fault.REQUEST_DUPLICATED, odds) else 1
        for _ in range(copies):
            if world.goes_wrong(Fault.REQUEST_DROPPED, odds):
                continue
            delay = world.fate.randint(0, 2)
            if world.goes_wrong(Fault.REQUEST_DELAYED, odds):
                delay = world.fate.choice([50, 1_000, 20_000])
            world.later(delay, f"deliver {what}", lambda: self._deliver(what, ask, truth, heard))

    def _deliver(self, what: str, ask: Ask, truth: Heard, heard: Heard) -> None:
        there = self._there()
        if there is None:
            return

        async def serve(service: Service) -> None:
            answer: Said | Refused
            try:
                answer = Said(await ask(service))
            except Refused as refused:
                answer = refused
            except StoreError as error:
                answer = Refused(Code.SERVICE, str(error))
            truth(answer)
            if not self._world.goes_wrong(Fault.ANSWER_DROPPED, self._world.odds.network):
                self._world.later(self._world.fate.randint(0, 2), f"answer {what}", lambda: heard(answer))
            await there.reach(Place.REPLIED)

        there.serve(serve)
