"""The API over a real service in memory, without a socket, and what answers its requests look like."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from everstep.core.limits import LIMITS, Limits
from everstep.service.dispatch import Dispatcher
from everstep.service.http.api import api
from everstep.service.http.asgi import Handler, Request, Response
from everstep.service.http.dialect import Dialect
from everstep.service.ports import Store
from everstep.service.service import Service, World
from everstep.service.stores.memory import MemoryStore
from everstep.service.world import RandomIds, RealClock
from tests.service.http.functions import Invoker, Known

EXECUTIONS = "/2025-12-01/durable-executions"
UNKNOWN = "arn:aws:lambda:us-east-1:000000000000:function:echo:$LATEST/durable-execution/no/body"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, easy to look at."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def arn(self) -> str:
        return self.headers["x-amz-durable-execution-arn"]


class Client:
    """Asks the handler directly."""

    def __init__(self, handler: Handler, service: Service, invoker: Invoker) -> None:
        self._handler = handler
        self.service = service
        self.invoker = invoker

    async def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        raw_path, _, query = path.partition("?")
        return _reply(await self._handler(Request(method, raw_path.encode(), query, headers or {}, body)))

    async def invoke(self, function: str, body: bytes = b"", **headers: str) -> Reply:
        """Invoke; `type`, `durable_execution_name` … are the headers that begin with X-Amz-."""
        names = {"type": "x-amz-invocation-type"}
        given = {names.get(name, f"x-amz-{name.replace('_', '-')}"): value for name, value in headers.items()}
        return await self.ask("POST", f"/2015-03-31/functions/{function}/invocations", body, given)


def with_api(
    talk: Callable[[Client], Awaitable[None]],
    *,
    dialect: Dialect = Dialect.AWS,
    store: Store | None = None,
    limits: Limits = LIMITS,
) -> None:
    """Run a conversation with a fresh API."""

    async def run() -> None:
        invoker, ids = Invoker(), RandomIds()
        world = World(store=store or MemoryStore(), clock=RealClock(), ids=ids, invoker=invoker, functions=Known())
        service = invoker.service = Service(world, limits=limits)
        dispatcher = Dispatcher(service, invoker, ids)
        try:
            await talk(Client(api(service, dialect=dialect), service, invoker))
        finally:
            await dispatcher.close()

    asyncio.run(run())


def _reply(response: Response) -> Reply:
    headers = {name.lower(): value for name, value in response.headers}
    assert len(headers) == len(response.headers), f"a header twice: {response.headers}"
    return Reply(response.status, headers, response.body)
