"""Wires the adapters together: the one place that knows them all.

    settings -> store, clock, ids, functions' host -> service -> dispatcher, timers, HTTP

`running` gives a service that answers, has taken up what an earlier process left, and lets go of everything at the
end. Nothing acknowledged depends on a clean end.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from everstep.core.limits import LIMITS, Limits
from everstep.service.dispatch import Dispatcher
from everstep.service.functions import EveryFunction
from everstep.service.http.access import Access
from everstep.service.http.admission import BOUNDS, Admission, Bounds
from everstep.service.http.api import application
from everstep.service.http.dialect import Dialect
from everstep.service.http.draining import Draining, OnDrain
from everstep.service.http.front import Front
from everstep.service.http.metrics import Metrics, Owing
from everstep.service.http.readiness import Readiness
from everstep.service.http.serve import Server, Tls, bind
from everstep.service.invokers.http import HttpInvoker
from everstep.service.pace import PacedClock
from everstep.service.page.page import Library, Page, PageSettings, Workforce
from everstep.service.ports import Clock, Functions, Ids, Invoker, Store, StoreError
from everstep.service.service import Place, Service, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.stores.sqlite import SqliteStore
from everstep.service.timers import Timers
from everstep.service.world import RandomIds, RealClock

logger = logging.getLogger(__name__)

DEFAULT_PORT = 9014


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a service runs."""

    store: str = "memory:"
    """`memory:` or `sqlite:///FILE` (three slashes and a relative path, four and an absolute one)."""
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    """0: any free one."""
    dialect: Dialect = Dialect.AWS
    limits: Limits = LIMITS
    place: Place = field(default_factory=Place)
    recover: bool = True
    """Take up unfinished executions that the store holds; else they can be read, but their functions are not called."""
    time_scale: float = 1.0
    """Seconds that a second of waiting takes (see `pace`); 0 skips it."""
    access: Access = field(default_factory=Access)
    tls: Tls | None = None
    """None: plain HTTP."""
    bounds: Bounds = BOUNDS
    page: PageSettings = field(default_factory=PageSettings)
    drain_seconds: float = 0.0
    """How long SIGTERM lets running functions end before the service stops; the next start goes on with the rest."""


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
class App:
    """A service that runs."""

    service: Service
    store: Store
    endpoint: str
    """The API's base URL."""
    taken_up: int
    """Executions of an earlier process that go on."""
    server: Server
    serving: "asyncio.Task[None]"

    async def stopped(self) -> None:
        """Wait until a signal or `server.stop()` ends it."""
        await asyncio.shield(self.serving)


def lambda_endpoint(
    url: str, functions: Functions | None = None, *, timeout_seconds: float = 900, one_at_a_time: bool = False
) -> Host:
    """Functions behind a Lambda-like HTTP endpoint; without a list, every name is taken for a durable function.

    `one_at_a_time` never calls a function again before it has answered, for endpoints that cannot bear it.
    """

    @asynccontextmanager
    async def host(_api: str) -> AsyncIterator[Hosted]:
        invoker = HttpInvoker(url, timeout_seconds=timeout_seconds, one_at_a_time=one_at_a_time)

        def redirect(endpoint: str) -> None:
            invoker.endpoint = endpoint

        try:
            yield Hosted(invoker=invoker, functions=functions or EveryFunction(), redirect=redirect)
        finally:
            await invoker.close()

    return host


async def open_store(url: str) -> Library:
    """The store that a URL names. Raises StoreError for one that cannot be used."""
    if url in ("memory:", "memory://"):
        return MemoryStore()
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return await SqliteStore.open(url.removeprefix("sqlite:///"))
    raise StoreError(f"{url!r} names no store; write memory: or sqlite:///FILE")


@asynccontextmanager
async def running(
    settings: Settings,
    host: Host,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    handle_signals: bool = False,
    on_drain: OnDrain = lambda _drained: None,
) -> AsyncIterator[App]:
    """A service over HTTP, from the first answer to a clean end; `on_drain` hears what SIGTERM finds and leaves.

    Raises PortInUseError and StoreError before anything was changed.
    """
    clock, ids = clock or RealClock(), ids or RandomIds()
    pace = PacedClock(clock, settings.time_scale) if settings.time_scale != 1 else None
    clock = pace or clock
    sock = bind(settings.host, settings.port)
    async with AsyncExitStack() as stack:
        stack.callback(sock.close)
        store = await open_store(settings.store)
        stack.push_async_callback(store.close)
        endpoint = f"{'https' if settings.tls else 'http'}://{_reachable(settings.host)}:{sock.getsockname()[1]}"
        hosted = await stack.enter_async_context(host(endpoint))
        world = World(store=store, clock=clock, ids=ids, invoker=hosted.invoker, functions=hosted.functions)
        service = Service(world, limits=settings.limits, place=settings.place)
        dispatcher = Dispatcher(
            service, hosted.invoker, ids, only_own=not settings.recover, on_rest=pace.rest if pace else None
        )
        stack.push_async_callback(dispatcher.close)
        timers = Timers(service, store, clock)
        taken_up = await dispatcher.recover(store) if settings.recover else 0
        watching = asyncio.create_task(timers.run())
        stack.push_async_callback(_cancelled, watching)
        page = Page(service, store, clock, ids, replace(settings.page, roster=hosted.roster))
        hosted.overhear(page.logbook.hear)
        stack.push_async_callback(page.close)
        front = _front(settings, service, Owing(store=store, clock=clock, dispatcher=dispatcher))
        api = application(service, dialect=settings.dialect, redirect=hosted.redirect, front=front, page=page)
        drain = Draining(dispatcher, front.readiness, settings.drain_seconds, on_drain)

        async def ending() -> None:
            page.feed.close()  # a stream would keep its connection, and with it the server
            await drain.run()

        server = Server(api, sock, handle_signals=handle_signals, tls=settings.tls, drain=ending)
        serving = await _started(server)
        try:
            yield App(
                service=service, store=store, endpoint=endpoint, taken_up=taken_up, server=server, serving=serving
            )
        finally:
            page.feed.close()
            server.stop()
            await serving


def _front(settings: Settings, service: Service, owing: Owing) -> Front:
    admission = Admission(settings.bounds, lambda: owing.dispatcher.backlog)
    metrics = Metrics(owing, admission)
    service.listen(metrics.note)
    return Front(
        access=settings.access,
        admission=admission,
        watch=metrics,
        readiness=Readiness(service, owing.store),
    )


async def _started(server: Server) -> "asyncio.Task[None]":
    """The task that serves, once it answers."""
    answers = asyncio.Event()
    serving = asyncio.create_task(server.run(answers.set))
    waiting = asyncio.create_task(answers.wait())
    await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if serving.done():
        await serving
    return serving


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _reachable(host: str) -> str:
    """The address at which this machine reaches a service that listens on `host`."""
    return "127.0.0.1" if host in ("0.0.0.0", "", "::") else f"[{host}]" if ":" in host else host
