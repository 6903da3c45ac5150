"""The ways in which endpoints say what became of a function, and what the connection itself may do meanwhile."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from everstep.service.http.serve import bind
from everstep.service.invokers.http import HttpInvoker, interpret
from everstep.service.invokers.http1 import HttpAnswer
from everstep.service.ports import FunctionAnswer, FunctionCall

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def a_call(function: str = "place", **options: str) -> FunctionCall:
    return FunctionCall(function=function, version="$LATEST", payload=b'{"n":1}', request_id="r-1", **options)  # type: ignore[arg-type]  # the keys are the test's


def an_answer(status: int, body: object, **headers: str) -> HttpAnswer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=content
    )


FAILED = {"errorMessage": "no", "errorType": "ValueError", "stackTrace": ["line 1"]}


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (an_answer(200, FAILED, x_amz_function_error="Unhandled"), "ValueError", "no"),
        (an_answer(200, b"plain", x_amz_function_error="Unhandled"), "Unhandled", "plain"),
        (an_answer(200, FAILED), "ValueError", "no"),
        (an_answer(200, b"Task timed out after 4.00 seconds"), "Sandbox.Timedout", "Task timed out after 4.00 seconds"),
        (
            an_answer(200, {"errorMessage": "r Task timed out after 3.00 seconds"}, x_amz_function_error="Unhandled"),
            "Sandbox.Timedout",
            "r Task timed out after 3.00 seconds",
        ),
        (
            an_answer(502, {"errorType": "Runtime.ExitError", "errorMessage": "exit status 1"}),
            "Runtime.ExitError",
            "exit status 1",
        ),
        (an_answer(404, {"Message": "Function not found: x"}), "ResourceNotFoundException", "Function not found: x"),
        (
            an_answer(429, {"message": "slow"}, x_amzn_errortype="TooManyRequestsException:x"),
            "TooManyRequestsException",
            "slow",
        ),
        (an_answer(503, b"<html>"), "Service.Unreachable", "the endpoint answered 503: <html>"),
    ],
)
def test_every_endpoints_way_to_fail_is_understood(answer: HttpAnswer, kind: str, message: str) -> None:
    error = interpret(answer).error
    assert error is not None
    assert (error.type, error.message) == (kind, message)


@pytest.mark.parametrize(
    "body", [b'{"Status":"FAILED","errorType":"x","errorMessage":"y"}', b'{"errorType":"x"}', b'"text"', b"", b"[1]"]
)
def test_what_is_no_error_is_the_functions_own_payload(body: bytes) -> None:
    assert interpret(an_answer(200, body)) == FunctionAnswer(payload=body)


def test_a_call_names_the_function_alone_and_connections_are_used_again() -> None:
    requests: list[bytes] = []
    connections = 0

    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            requests.append(await request(reader))
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async def talk(invoker: HttpInvoker) -> None:
        for _ in range(3):
            assert await invoker.invoke(a_call("a b", tenant_id="acme", trace_header="Root=1")) == FunctionAnswer(
                payload=b"{}"
            )

    calling(endpoint, talk)
    assert connections == 1
    assert requests[0].startswith(b"POST /2015-03-31/functions/a%20b/invocations HTTP/1.1\r\n")
    for part in (
        b"X-Dex-Handler-Invoke: true\r\n",
        b"X-Amz-Tenant-Id: acme\r\n",
        b"X-Amzn-Trace-Id: Root=1\r\n",
        b'\r\n\r\n{"n":1}',
    ):
        assert part in requests[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nabcde",
    ],
)
def test_bodies_come_in_every_form_that_http_allows(answer: bytes) -> None:
    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(answer)

    async def talk(invoker: HttpInvoker) -> None:
        for _ in range(2):
            assert (await invoker.invoke(a_call())).payload == b"abcde"

    calling(endpoint, talk)


def test_a_connection_that_was_closed_while_idle_is_not_used_again() -> None:
    hung_up = asyncio.Event()

    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    async def talk(invoker: HttpInvoker) -> None:
        for _ in range(5):
            assert (await invoker.invoke(a_call())).error is None
            await hung_up.wait()
            hung_up.clear()

    calling(endpoint, talk)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200\r\n"]
)
def test_a_connection_that_breaks_off_is_the_end_of_the_runtime(answer: bytes) -> None:
    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(answer)

    async def talk(invoker: HttpInvoker) -> None:
        error = (await invoker.invoke(a_call())).error
        assert error is not None
        assert error.type == "Runtime.ExitError"

    calling(endpoint, talk)


def test_an_answer_that_does_not_come_is_a_timeout() -> None:
    async def endpoint(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await request(reader)
        await reader.read()

    async def talk(invoker: HttpInvoker) -> None:
        error = (await invoker.invoke(a_call())).error
        assert error is not None
        assert error.type == "Sandbox.Timedout"

    calling(endpoint, talk, timeout_seconds=0.2)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:{free}", "ftp://there", "http://", "http://x:port", "nonsense"])
def test_an_endpoint_that_cannot_be_reached_is_no_crash_of_the_function(endpoint: str) -> None:
    with bind("127.0.0.1", 0) as sock:
        free = sock.getsockname()[1]

    async def scenario() -> FunctionAnswer:
        return await HttpInvoker(endpoint.format(free=free)).invoke(a_call())

    error = asyncio.run(scenario()).error
    assert error is not None
    assert error.type == "Service.Unreachable"


def test_a_call_may_bring_its_own_endpoint() -> None:
    async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere")

    async def talk(invoker: HttpInvoker) -> None:
        other = HttpInvoker("http://127.0.0.1:1")
        assert (await other.invoke(a_call(endpoint=f"{invoker.endpoint}/"))).payload == b"here"
        await other.close()

    calling(elsewhere, talk)


def test_hundreds_of_calls_may_be_under_way_at_once() -> None:
    waiting = 0
    all_here = asyncio.Event()

    async def endpoint(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal waiting
        await request(reader)
        waiting += 1
        if waiting == 300:
            all_here.set()
        await all_here.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async def talk(invoker: HttpInvoker) -> None:
        answers = await asyncio.gather(*(invoker.invoke(a_call()) for _ in range(300)))
        assert {answer.error for answer in answers} == {None}

    calling(endpoint, talk)


async def request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    return head + await reader.readexactly(len(a_call().payload))


def calling(endpoint: Script, talk: Callable[[HttpInvoker], Awaitable[None]], *, timeout_seconds: float = 20) -> None:
    """Let an invoker talk to a scripted endpoint, which hangs up when its script ends."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await endpoint(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def scenario() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
        invoker = HttpInvoker(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout_seconds=timeout_seconds)
        try:
            await asyncio.wait_for(talk(invoker), 30)
        finally:
            await invoker.close()
            server.close()
            await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    asyncio.run(scenario())


def test_a_function_that_can_do_one_thing_at_a_time_is_called_again_only_when_it_has_answered() -> None:
    under_way = most = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        await reader.readuntil(b'{"n":1}')
        under_way += 1
        most = max(most, under_way)
        for _ in range(50):  # long enough for another call to arrive
            await asyncio.sleep(0)
        under_way -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n5")
        writer.close()

    async def most_at_once(*, one_at_a_time: bool) -> int:
        nonlocal most
        most = 0
        server = await asyncio.start_server(answer, sock=bind("127.0.0.1", 0))
        async with server:
            port = server.sockets[0].getsockname()[1]
            invoker = HttpInvoker(f"http://127.0.0.1:{port}", one_at_a_time=one_at_a_time)
            answers = await asyncio.gather(*(invoker.invoke(a_call()) for _ in range(5)))
            await invoker.close()
        assert [answer.payload for answer in answers] == [b"5"] * 5
        return most

    assert asyncio.run(most_at_once(one_at_a_time=True)) == 1
    assert asyncio.run(most_at_once(one_at_a_time=False)) > 1
