"""Clients that take their time: judged by `look`, with a clock of the test's own, on a real connection."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvicorn
from uvicorn.server import ServerState

from everstep.service.http.asgi import Request, Response, asgi_app
from everstep.service.http.connections import Act, Connection, Patience

PATIENCE = Patience(head_seconds=20, body_seconds=60, read_seconds=60)
LARGE = b"x" * (32 * 1024 * 1024)
"""More than the buffers of a socket hold."""


async def answer(request: Request) -> Response:
    if request.raw_path == b"/large":
        return Response(200, LARGE)
    if request.raw_path == b"/never":
        await asyncio.Event().wait()
    return Response(200, request.body)


class Line:
    """A client's end of a connection, and the server's own view of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, state: ServerState) -> None:
        self.reader, self.writer, self._state = reader, writer, state

    @property
    def connection(self) -> Connection:
        (found,) = self._state.connections
        assert isinstance(found, Connection)
        return found

    async def say(self, data: bytes, until: Callable[[Connection], bool]) -> Connection:
        """Send, and wait until the server has seen it."""
        self.writer.write(data)
        async with asyncio.timeout(20):
            while not self._state.connections or not until(self.connection):  # noqa: ASYNC110 - it rings no bell
                await asyncio.sleep(0.001)
        return self.connection

    async def rest(self) -> bytes:
        async with asyncio.timeout(20):
            return await self.reader.read()


def on_a_line(talk: Callable[[Line], Awaitable[None]]) -> None:
    async def run() -> None:
        config = uvicorn.Config(asgi_app(answer, 1024), log_config=None)
        config.load()
        state, made = ServerState(), type("Patient", (Connection,), {"patience": PATIENCE})
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: made(config, state, {}), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            await talk(Line(reader, writer, state))
        finally:
            writer.close()
            server.close()
            for task in state.tasks:
                task.cancel()

    asyncio.run(run())


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a"])
def test_a_head_that_does_not_come_is_answered_408(sent: bytes) -> None:
    async def talk(line: Line) -> None:
        connection = await line.say(sent, lambda c: c.head_bytes == len(sent) and c.since > 0)
        connection.look(connection.since + 19)
        assert not connection.transport.is_closing()
        connection.look(connection.since + 21)
        assert (await line.rest()).startswith(b"HTTP/1.1 408 ")

    on_a_line(talk)


def test_a_body_that_does_not_come_ends_the_connection() -> None:
    async def talk(line: Line) -> None:
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nab"
        connection = await line.say(head, lambda c: c.act is Act.BODY)
        connection.look(connection.since + 59)
        assert not connection.transport.is_closing()
        connection.look(connection.since + 61)
        assert await line.rest() == b""

    on_a_line(talk)


def test_a_second_head_on_the_same_connection_has_its_own_time() -> None:
    async def talk(line: Line) -> None:
        await line.say(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", lambda c: c.act is Act.NOTHING)
        await line.reader.readuntil(b"\r\n\r\n")
        connection = await line.say(b"GET /", lambda c: c.act is Act.HEAD)
        connection.look(connection.since + 21)
        assert (await line.rest()).startswith(b"HTTP/1.1 408 ")

    on_a_line(talk)


def test_who_waits_for_a_long_answer_or_idles_between_requests_is_left_alone() -> None:
    async def talk(line: Line) -> None:
        connection = await line.say(b"GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n", lambda c: c.act is Act.NOTHING)
        connection.look(connection.since + 10_000)
        assert not connection.transport.is_closing()

    on_a_line(talk)


def test_an_answer_that_nobody_takes_is_thrown_away() -> None:
    async def talk(line: Line) -> None:
        line.writer.transport.pause_reading()  # type: ignore[attr-defined]  # asyncio's own can
        connection = await line.say(
            b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n",
            lambda c: c.act is Act.NOTHING and c.transport.get_write_buffer_size() > 1024 * 1024,
        )
        connection.look(1_000)
        connection.look(1_059)
        assert not connection.transport.is_closing()
        connection.look(1_061)
        assert connection.transport.is_closing()

    on_a_line(talk)
