"""A real service on a real socket, and clients that need not keep to HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from everstep.service.app import App, Hosted, Settings, running
from tests.service.http.functions import Invoker, Known

ANSWER_SECONDS = 20
ECHO = "/2015-03-31/functions/echo/invocations"
EXECUTIONS = "/2025-12-01/durable-executions"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    """0: the connection was closed without an answer."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@asynccontextmanager
async def served(settings: Settings | None = None) -> AsyncIterator[tuple[App, Invoker]]:
    """A service whose functions are those of `tests.service.http.functions`."""
    invoker = Invoker()

    @asynccontextmanager
    async def host(_api: str) -> AsyncIterator[Hosted]:
        yield Hosted(invoker=invoker, functions=Known())

    async with running(settings or Settings(port=0), host) as app:
        invoker.service = app.service
        yield app, invoker


async def send_raw(port: int, data: bytes, *, half_close: bool = False) -> Answer:
    """The answer to these very bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            writer.write(data)
            if half_close:
                writer.write_eof()
            return await read_answer(reader)
    finally:
        writer.close()


async def ask(
    port: int, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """The answer to a well-formed request."""
    given = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(body)), **(headers or {})}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return await send_raw(port, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """One answer; status 0 when the other side closes instead."""
    try:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except (asyncio.IncompleteReadError, ConnectionError):
        return Answer(0, {}, b"")
    return Answer(int(first.split()[1]), headers, body)
