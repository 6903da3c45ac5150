"""Our own API over a real service in memory, without a socket, and functions that do what its tests need."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from everstep.service.dispatch import Dispatcher
from everstep.service.http.api import api
from everstep.service.http.asgi import Handler, Request, Response, Streamed
from everstep.service.page.page import Page, PageSettings
from everstep.service.service import Service, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.world import RandomIds, RealClock
from tests.service.http.functions import Invoker, Known

PREFIX = "/everstep/v1"


class Stage:
    """Asks the API, and waits until executions stand still."""

    def __init__(self, handler: Handler, page: Page, service: Service) -> None:
        self.page = page
        self.service = service
        self._handler = handler
        self._changed = asyncio.Event()
        service.listen(lambda _delta: self._changed.set())

    async def respond(self, method: str, path: str, body: object = None, **headers: str) -> Response:
        raw_path, _, query = f"{PREFIX}{path}".partition("?")
        content = b"" if body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._handler(Request(method, raw_path.encode(), query, given, content))

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        response = await self.respond(method, path, body)
        return response.status, json.loads(response.body)

    async def get(self, path: str) -> Any:
        status, answer = await self.ask("GET", path)
        assert status == 200, answer
        return answer

    async def stream(self, path: str, **headers: str) -> AsyncIterator[bytes]:
        response = await self.respond("GET", path, **headers)
        assert isinstance(response, Streamed)
        assert response.chunks is not None
        return response.chunks

    async def started(self, function: str, input: object = None, name: str | None = None) -> str:  # noqa: A002
        """The ARN, encoded, of a new execution whose function rests: closed, or asleep."""
        body = {"function": function, "input": input} | ({"name": name} if name else {})
        status, answer = await self.ask("POST", "/executions", body)
        assert status == 201, answer
        await self.at_rest(answer["arn"])
        return quote(answer["arn"], safe="")

    async def at_rest(self, arn: str) -> None:
        while (await self.get(f"/executions/{quote(arn, safe='')}"))["invocation"] is not None:
            self._changed.clear()
            await self._changed.wait()


def on_stage(talk: Callable[[Stage], Awaitable[None]], settings: PageSettings | None = None) -> None:
    async def run() -> None:
        invoker, ids, store, clock = Invoker(), RandomIds(), MemoryStore(), RealClock()
        service = invoker.service = Service(
            World(store=store, clock=clock, ids=ids, invoker=invoker, functions=Known())
        )
        dispatcher = Dispatcher(service, invoker, ids)
        page = Page(service, store, clock, ids, settings)
        try:
            await asyncio.wait_for(talk(Stage(api(service, page=page), page, service)), 20)
        finally:
            await page.close()
            with suppress(asyncio.CancelledError):
                await dispatcher.close()

    asyncio.run(run())
