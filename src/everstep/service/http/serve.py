"""An ASGI application on a socket: uvicorn, quiet, stopped from code.

The socket is bound before anything else starts, so that a port in use is one sentence at the beginning and not a
log line in the middle. The event loop is the caller's; `run` starts one on uvloop where that is installed.
"""

import asyncio
import errno
import gc
import importlib
import importlib.util
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import uvicorn

if os.name == "posix":
    import resource

from everstep.service.http.asgi import AsgiApp

T = TypeVar("T")
Drain: TypeAlias = Callable[[], Awaitable[object]]

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
"""Longer than the pools of AWS clients keep an idle connection, so that it is the client who closes it."""
GRACE_SECONDS = 5
GARBAGE_THRESHOLDS = (20_000, 20, 100)
"""Python looks for cycles after every 700 new objects, which is twice per checkpoint, and finds none: ours make none.
Looking less often made a checkpoint a tenth cheaper."""
TICKS_PER_LOOK = 10
"""Slow connections are looked for once per second; a tick of uvicorn is a tenth of it."""
FILES_KEPT = 200
"""Open files beside connections: the store, pipes of workers, connections to functions."""


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """PEM files: the certificate with its chain, and its key."""

    certificate: str
    key: str


class CannotListenError(Exception):
    """The address cannot be listened on; the message says which and why."""


class PortInUseError(CannotListenError):
    """Another program, or another everstep, listens there already."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises PortInUseError, or CannotListenError for other causes."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListenError(f"cannot listen on {host}: {error.strerror or error}") from error
    try:
        if os.name == "posix":  # elsewhere this option would let two programs share the port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it; clients whose machine is gone are noticed in the end.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.bind(address)
        # Bound twice is still possible; only listening tells that the port is ours.
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"port {port} of {host} is in use; stop that program or choose another port"
            ) from error
        raise CannotListenError(f"cannot listen on port {port} of {host}: {error.strerror or error}") from error
    return sock


class Server:
    """One application on one socket.

    `run` serves until `stop`; then open requests have `grace_seconds` to finish. Signal handlers are installed
    only when `handle_signals` is true: SIGINT and SIGTERM then stop the server, a second one at once. Before SIGTERM
    stops it, `drain` is awaited, while requests are still answered.
    """

    def __init__(
        self,
        app: AsgiApp,
        sock: socket.socket,
        *,
        grace_seconds: int = GRACE_SECONDS,
        handle_signals: bool = False,
        tls: Tls | None = None,
        drain: Drain | None = None,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=_protocol(),
            limit_concurrency=_connections_max(),
            ssl_certfile=tls.certificate if tls is not None else None,
            ssl_keyfile=tls.key if tls is not None else None,
            ws="none",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=grace_seconds,
        )
        self._uvicorn = _Uvicorn(config)
        self._sock = sock
        self._handle_signals = handle_signals
        self._drain = drain
        self.signal: int | None = None
        """The number of the signal that stopped it."""

    @property
    def port(self) -> int:
        port: int = self._sock.getsockname()[1]
        return port

    async def run(self, on_started: Callable[[], None] | None = None) -> None:
        """Serve until stopped. `on_started` is called once requests are answered.

        Raises RuntimeError when the application's lifespan did not start.
        """
        self._uvicorn.on_started = on_started
        with self._signals():
            try:
                await self._uvicorn.serve(sockets=[self._sock])
            except SystemExit as error:  # uvicorn's way to say that the lifespan failed
                raise RuntimeError("the application did not start") from error
            finally:
                self._sock.close()

    def stop(self) -> None:
        """Take no new connections and let `run` return when the open requests are answered."""
        self._uvicorn.should_exit = True

    @contextmanager
    def _signals(self) -> Iterator[None]:
        if not self._handle_signals:
            yield
            return
        previous = {number: signal.signal(number, self._on_signal) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: object) -> None:
        self.signal = number
        self._uvicorn.force_exit = self._uvicorn.should_exit
        if number == signal.SIGTERM:  # who presses Ctrl-C wants the prompt back
            self._uvicorn.drain = self._drain
        self._uvicorn.should_exit = True


async def serve(app: AsgiApp, sock: socket.socket, *, on_started: Callable[[Server], None] | None = None) -> None:
    """Serve until the task is cancelled or the server handed to `on_started` is stopped."""
    server = Server(app, sock)
    running = asyncio.ensure_future(server.run(None if on_started is None else lambda: on_started(server)))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        server.stop()
        await running
        raise


def run(main: Coroutine[object, object, T]) -> T:
    """Run the coroutine to its end on a new event loop: uvloop's where that is installed.

    A program that serves may open as many files as the machine allows it: each connection is one.
    """
    _open_files()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if importlib.util.find_spec("uvloop"):
        factory = importlib.import_module("uvloop").new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


def _protocol() -> "type[asyncio.Protocol] | str":
    """Connections with patience of their own; without httptools, uvicorn's slower ones."""
    if not importlib.util.find_spec("httptools"):
        return "h11"
    from everstep.service.http.connections import Connection

    return Connection


def _open_files() -> None:
    if os.name == "posix":
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):  # macOS says "unlimited" and means less
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _connections_max() -> int | None:
    """Beyond it connections are answered 503: without a free file nothing would be answered at all."""
    if os.name != "posix":
        return None
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if files == resource.RLIM_INFINITY else max(files - FILES_KEPT, files // 2)


class _Uvicorn(uvicorn.Server):
    """uvicorn without its own signal handlers, and with a call when it has started."""

    on_started: Callable[[], None] | None = None
    drain: Drain | None = None

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_PER_LOOK == 0:
            self._look_at_connections()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.drain is not None:
            await self._until_drained(self.drain)
        await super().shutdown(sockets)

    async def _until_drained(self, drain: Drain) -> None:
        """Until it is done, or a second signal comes; the sockets still take requests."""
        draining = asyncio.ensure_future(drain())
        while not draining.done() and not self.force_exit:
            await asyncio.wait((draining,), timeout=0.1)
            self._look_at_connections()
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)

    def _look_at_connections(self) -> None:
        now = asyncio.get_running_loop().time()
        for connection in list(self.server_state.connections):
            if look := getattr(connection, "look", None):
                look(now)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self.on_started is not None:
            self.on_started()
