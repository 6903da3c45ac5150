"""A service without its door: the store, the service, who performs its effects and who watches its time.

    plan -> store, clock, ids, functions' host -> service -> dispatcher, timers, page

`at_home` gives a service that has taken up what an earlier process left, and lets go of everything at the end. Nothing
acknowledged depends on a clean end. `app` puts HTTP before it; a program that carries everstep inside does without.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from everstep.core.limits import LIMITS, Limits
from everstep.service.dispatch import Dispatcher
from everstep.service.pace import PacedClock
from everstep.service.page.page import Library, Page, PageSettings, Workforce
from everstep.service.ports import Clock, Functions, Ids, Invoker, StoreError
from everstep.service.service import Place, Service, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.timers import Timers
from everstep.service.world import RandomIds, RealClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a service works, whoever asks it."""

    store: str = "memory:"
    """`memory:` or `sqlite:///FILE` (three slashes and a relative path, four and an absolute one)."""
    limits: Limits = LIMITS
    place: Place = field(default_factory=Place)
    recover: bool = True
    """Take up unfinished executions that the store holds; else they can be read, but their functions are not called."""
    time_scale: float = 1.0
    """Seconds that a second of waiting takes (see `pace`); 0 skips it."""
    page: PageSettings = field(default_factory=PageSettings)


Overheard = Callable[[str, str, str | None], None]
"""Told a line, the stream that it was written to, and the id of the request that was served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """Where functions run, and which there are."""

    invoker: Invoker
    functions: Functions
    redirect: Callable[[str], None] | None = None
    """Changes the endpoint at which functions are invoked; None where they have none."""
    roster: Callable[[], Sequence[Workforce]] = lambda: ()
    """The workers that run in this process."""
    overhear: Callable[[Overheard], None] = lambda _listener: None
    """Has somebody told of every line that functions write here."""


Host = Callable[[str], AbstractAsyncContextManager[Hosted]]
"""Opens the place where functions run, given the endpoint that they shall report to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A service that works."""

    service: Service
    store: Library
    clock: Clock
    dispatcher: Dispatcher
    page: Page
    hosted: Hosted
    taken_up: int
    """Executions of an earlier process that go on."""


async def open_store(url: str) -> Library:
    """The store that a URL names. Raises StoreError for one that cannot be used."""
    if url in ("memory:", "memory://"):
        return MemoryStore()
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return await SqliteStore.open(url.removeprefix("sqlite:///"))
    raise StoreError(f"{url!r} names no store; write memory: or sqlite:///FILE")


@asynccontextmanager
async def at_home(
    plan: Plan, host: Host, *, endpoint: str = "", clock: Clock | None = None, ids: Ids | None = None
) -> AsyncIterator[House]:
    """A service that nobody can ask yet; `endpoint` is where functions will reach it, if over HTTP.

    Raises StoreError before anything was changed.
    """
    clock, ids = clock or RealClock(), ids or RandomIds()
    pace = PacedClock(clock, plan.time_scale) if plan.time_scale != 1 else None
    clock = pace or clock
    async with AsyncExitStack() as stack:
        store = await open_store(plan.store)
        stack.push_async_callback(store.close)
        hosted = await stack.enter_async_context(host(endpoint))
        world = World(store=store, clock=clock, ids=ids, invoker=hosted.invoker, functions=hosted.functions)
        service = Service(world, limits=plan.limits, place=plan.place)
        dispatcher = Dispatcher(
            service, hosted.invoker, ids, only_own=not plan.recover, on_rest=pace.rest if pace else None
        )
        stack.push_async_callback(dispatcher.close)
        timers = Timers(service, store, clock)
        taken_up = await dispatcher.recover(store) if plan.recover else 0
        watching = asyncio.create_task(timers.run())
        stack.push_async_callback(_cancelled, watching)
        page = Page(service, store, clock, ids, replace(plan.page, roster=hosted.roster))
        hosted.overhear(page.logbook.hear)
        stack.push_async_callback(page.close)
        yield House(
            service=service,
            store=store,
            clock=clock,
            dispatcher=dispatcher,
            page=page,
            hosted=hosted,
            taken_up=taken_up,
        )


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
