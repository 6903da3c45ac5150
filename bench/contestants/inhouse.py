"""A whole everstep service in this process, its functions called without a network."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Protocol, TypeVar

from everstep.core.limits import Limits
from everstep.service.app import App, Host, Hosted, Settings, running
from everstep.service.functions import EveryFunction
from everstep.service.ports import FunctionAnswer, FunctionCall
from everstep.service.service import Service

T = TypeVar("T")

QUOTAS_OFF = Limits(operations_max=10**9, written_bytes_max=10**15)


class Resident(Protocol):
    """An invoker that lives with the service and is told which it is."""

    service: Service

    async def invoke(self, call: FunctionCall) -> FunctionAnswer: ...


class House:
    """The service and the event loop in which it runs, seen from the outside of both."""

    def __init__(self, app: App, loop: asyncio.AbstractEventLoop) -> None:
        self.app = app
        self._loop = loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


@contextmanager
def a_house(store: str, invoker: Resident) -> Iterator[House]:
    """The service on this store, running until the end of the block in a thread of its own."""
    loop = _new_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    settings = Settings(store=store, port=0, limits=QUOTAS_OFF)
    serving = running(settings, _host(invoker))
    app = asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result()
    invoker.service = app.service
    try:
        yield House(app, loop)
    finally:
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _host(invoker: Resident) -> Host:
    @asynccontextmanager
    async def host(_api: str) -> AsyncIterator[Hosted]:
        yield Hosted(invoker=invoker, functions=EveryFunction())

    return host


def _new_loop() -> asyncio.AbstractEventLoop:
    """What `everstep serve` runs on: uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
