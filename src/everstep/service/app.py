"""Puts HTTP before a service that works: the one place that knows both.

    settings -> house (store, clock, ids, functions' host, service, dispatcher, timers) -> front, API, server

`running` gives a service that answers, has taken up what an earlier process left, and lets go of everything at the
end. Nothing acknowledged depends on a clean end.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from everstep.service.functions import EveryFunction
from everstep.service.house import Host, Hosted, Overheard, Plan, at_home, open_store
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
from everstep.service.ports import Clock, Functions, Ids, Store
from everstep.service.service import Service

__all__ = ["App", "Host", "Hosted", "Overheard", "Settings", "lambda_endpoint", "open_store", "running"]

DEFAULT_PORT = 9014


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Plan):
    """How a service runs over HTTP."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    """0: any free one."""
    dialect: Dialect = Dialect.AWS
    access: Access = field(default_factory=Access)
    tls: Tls | None = None
    """None: plain HTTP."""
    bounds: Bounds = BOUNDS
    drain_seconds: float = 0.0
    """How long SIGTERM lets running functions end before the service stops; the next start goes on with the rest."""


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
    sock = bind(settings.host, settings.port)
    async with AsyncExitStack() as stack:
        stack.callback(sock.close)
        endpoint = f"{'https' if settings.tls else 'http'}://{_reachable(settings.host)}:{sock.getsockname()[1]}"
        house = await stack.enter_async_context(at_home(settings, host, endpoint=endpoint, clock=clock, ids=ids))
        service, page = house.service, house.page
        front = _front(settings, service, Owing(store=house.store, clock=house.clock, dispatcher=house.dispatcher))
        api = application(service, dialect=settings.dialect, redirect=house.hosted.redirect, front=front, page=page)
        drain = Draining(house.dispatcher, front.readiness, settings.drain_seconds, on_drain)

        async def ending() -> None:
            page.feed.close()  # a stream would keep its connection, and with it the server
            await drain.run()

        server = Server(api, sock, handle_signals=handle_signals, tls=settings.tls, drain=ending)
        serving = await _started(server)
        try:
            yield App(
                service=service,
                store=house.store,
                endpoint=endpoint,
                taken_up=house.taken_up,
                server=server,
                serving=serving,
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


def _reachable(host: str) -> str:
    """The address at which this machine reaches a service that listens on `host`."""
    return "127.0.0.1" if host in ("0.0.0.0", "", "::") else f"[{host}]" if ":" in host else host
