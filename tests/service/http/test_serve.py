"""Requests over real sockets: what the ASGI layer and the server promise whoever stands on them."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from everstep.core.refusal import Code, Refused
from everstep.service.http.asgi import AsgiApp, Request, Response, asgi_app
from everstep.service.http.serve import PortInUseError, Server, bind


def test_a_port_in_use_is_known_before_anything_starts() -> None:
    with bind("127.0.0.1", 0) as first, pytest.raises(PortInUseError, match="is in use"):
        bind("127.0.0.1", first.getsockname()[1])


def test_a_handler_sees_the_path_as_it_was_sent_and_the_whole_body() -> None:
    seen: list[Request] = []

    async def handler(request: Request) -> Response:
        seen.append(request)
        return Response(201, b"made", (("X-Kind", "test"),))

    async def talk(port: int) -> None:
        status, headers, body = await call(port, "POST", "/a%2Fb/c?d=e%20f", b"x" * 100_000)
        assert (status, headers["x-kind"], body) == (201, "test", b"made")

    serving(asgi_app(handler, 1_000_000), talk)
    assert (seen[0].raw_path, seen[0].query, len(seen[0].body)) == (b"/a%2Fb/c", "d=e%20f", 100_000)


def test_a_body_over_the_limit_is_refused_with_an_answer_and_not_a_broken_connection() -> None:
    async def handler(request: Request) -> Response:
        raise AssertionError(request.raw_path)

    async def talk(port: int) -> None:
        status, headers, body = await call(port, "POST", "/", b"x" * 5_000_000)
        assert (status, headers["x-amzn-errortype"]) == (413, "RequestTooLargeException")
        assert json.loads(body)["__type"] == "RequestTooLargeException"

    serving(asgi_app(handler, 1_000), talk)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused(Code.NOT_FOUND, "nothing there"), 404, "ResourceNotFoundException"),
        (KeyError("a bug"), 500, "ServiceException"),
    ],
)
def test_what_a_handler_raises_becomes_an_answer(error: Exception, status: int, code: str) -> None:
    async def handler(_: Request) -> Response:
        raise error

    async def talk(port: int) -> None:
        answer = await call(port, "GET", "/")
        assert (answer[0], answer[1]["x-amzn-errortype"]) == (status, code)

    serving(asgi_app(handler, 0), talk)


def test_a_client_that_leaves_does_not_end_the_work_it_asked_for() -> None:
    begun, done = asyncio.Event(), asyncio.Event()
    go_on = asyncio.Event()

    async def handler(_: Request) -> Response:
        begun.set()
        await go_on.wait()
        done.set()
        return Response(200)

    async def talk(port: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        await begun.wait()
        writer.close()
        await writer.wait_closed()
        go_on.set()
        await asyncio.wait_for(done.wait(), 5)
        assert (await call(port, "GET", "/"))[0] == 200

    serving(asgi_app(handler, 0), talk)


def test_a_request_that_outlives_the_grace_is_answered_before_the_server_ends() -> None:
    begun = asyncio.Event()

    async def handler(_: Request) -> Response:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def scenario() -> int:
        sock = bind("127.0.0.1", 0)
        server = Server(asgi_app(handler, 0), sock, grace_seconds=0)
        running = asyncio.create_task(server.run())
        asking = asyncio.create_task(call(server.port, "GET", "/"))
        await begun.wait()
        server.stop()
        await running
        return (await asking)[0]

    assert asyncio.run(scenario()) == 500


def test_the_lifespan_is_entered_before_the_first_request_and_left_after_the_last() -> None:
    story: list[str] = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        story.append("enter")
        yield
        story.append("leave")

    async def handler(_: Request) -> Response:
        story.append("request")
        return Response(204)

    async def talk(port: int) -> None:
        assert (await call(port, "GET", "/"))[0] == 204

    serving(asgi_app(handler, 0, lifespan=lifespan), talk)
    assert story == ["enter", "request", "leave"]


def serving(app: AsgiApp, talk: Callable[[int], Awaitable[None]]) -> None:
    """Run the application on a free port for as long as `talk` takes."""

    async def scenario() -> None:
        server = Server(app, bind("127.0.0.1", 0))
        started = asyncio.Event()
        port = server.port
        running = asyncio.create_task(server.run(started.set))
        await started.wait()
        try:
            await asyncio.wait_for(talk(port), 20)
        finally:
            server.stop()
            await running

    asyncio.run(scenario())


async def call(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    def blocking() -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()

    return await asyncio.to_thread(blocking)
