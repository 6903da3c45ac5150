"""A wire that goes wrong: between the service and whoever talks to it, and it writes down what went over it.

    client --request--> [ wire ] --request--> server
           <--answer---          <--answer---

It understands just enough of HTTP to know where a message ends. What befalls a request is chance's choice (`Weather`):
it is lost, its answer is lost, it is late, it arrives twice, or nothing ever comes back.
"""

import asyncio
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

HALF_OPEN_SECONDS = 3.0
DELAY_SECONDS_MAX = 0.8


class Fate(StrEnum):
    PASSED = "passed"
    REQUEST_LOST = "request lost"
    ANSWER_LOST = "answer lost"
    DELAYED = "delayed"
    TWICE = "sent twice"
    HALF_OPEN = "half open"


@dataclass(slots=True)
class Exchange:
    """One request that reached the server, and what it answered."""

    method: str
    path: str
    body: bytes
    sent_at: int
    heard_at: int | None = None
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""


class Broken(Exception):
    """The connection ended within a message, or before one."""


@dataclass(slots=True)
class _Message:
    first_line: str
    headers: Mapping[str, str]
    head: bytes
    body: bytes


BAD_GATEWAY = _Message("", {}, b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", b"")
"""What a proxy answers while there is no server behind it."""


class Wire:
    """A listening port that leads to another one. It lives in a thread of its own until `close`."""

    def __init__(self, upstream: int, chance: random.Random) -> None:
        self.upstream = upstream
        self.trouble = 0.0
        """How probable it is that something befalls a request."""
        self.exchanges: list[Exchange] = []
        self.fates: dict[Fate, int] = dict.fromkeys(Fate, 0)
        self._chance = chance
        self._serving: set[asyncio.Task[None] | None] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 24), self._loop
        ).result()
        self.port: int = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _hang_up(self) -> None:
        self._server.close()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._serving.add(task)  # the loop itself would forget it
        try:
            while True:
                request = await _read(reader)
                await self._pass(request, writer)
        except (Broken, OSError):
            pass
        finally:
            self._serving.discard(task)
            writer.close()

    async def _pass(self, request: _Message, writer: asyncio.StreamWriter) -> None:
        fate = self._fate()
        self.fates[fate] += 1
        match fate:
            case Fate.REQUEST_LOST:
                raise Broken
            case Fate.HALF_OPEN:
                await asyncio.sleep(HALF_OPEN_SECONDS)
                raise Broken
            case Fate.DELAYED:
                await asyncio.sleep(self._chance.uniform(0, DELAY_SECONDS_MAX))
                answer = await self._exchange(request)
            case Fate.ANSWER_LOST:
                await self._exchange(request)
                raise Broken
            case Fate.TWICE:
                answer, _ = await asyncio.gather(self._exchange(request), self._exchange(request))
            case Fate.PASSED:
                answer = await self._exchange(request)
        writer.write(answer.head + answer.body)
        await writer.drain()

    def _fate(self) -> Fate:
        if self._chance.random() >= self.trouble:
            return Fate.PASSED
        return self._chance.choice([fate for fate in Fate if fate is not Fate.PASSED])

    async def _exchange(self, request: _Message) -> _Message:
        """Over a connection of its own, so that a server that dies takes nothing else along."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream, limit=1 << 24)
        except OSError:
            return BAD_GATEWAY
        try:
            method, path, _ = request.first_line.split(" ", 2)
            exchange = Exchange(method=method, path=path, body=request.body, sent_at=now())
            self.exchanges.append(exchange)
            writer.write(request.head + request.body)
            await writer.drain()
            answer = await _read(reader)
            exchange.heard_at = now()
            exchange.status = int(answer.first_line.split(" ")[1])
            exchange.headers, exchange.answer = answer.headers, answer.body
            return answer
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> _Message:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first_line, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, OSError) as error:
        raise Broken from error
    return _Message(first_line, headers, head, body)


def now() -> int:
    return round(time.time() * 1000)
