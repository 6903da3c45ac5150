"""Requests that no honest client sends: each is refused or answered, none takes the service down."""

import asyncio
import logging

import pytest

from everstep.service.app import Settings
from tests.hostile.served import ECHO, EXECUTIONS, Answer, ask, read_answer, send_raw, served

HOST = b"Host: localhost\r\n"

MALFORMED = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "another version": b"GET /health HTTP/9.9\r\n" + HOST + b"\r\n",
    "a NUL in the path": b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a path outside ASCII": "GET /é HTTP/1.1\r\n".encode() + HOST + b"\r\n",
    "no slash": b"GET health HTTP/1.1\r\n" + HOST + b"\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "two lengths": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a negative length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "an endless length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n",
    "a length and chunks": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk of no size": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a space before the colon": b"GET /health HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a header without a colon": b"GET /health HTTP/1.1\r\n" + HOST + b"nonsense\r\n\r\n",
    "a NUL in a header": b"GET /nowhere HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
    "two hosts": b"GET /health HTTP/1.1\r\n" + HOST + b"Host: 127.0.0.1\r\n\r\n",
    "the absolute form of a stranger": b"GET http://evil.example/nowhere HTTP/1.1\r\nHost: evil.example\r\n\r\n",
}

PATHS = [
    "/../../etc/passwd",
    "/everstep/../../../etc/passwd",
    "/everstep/%2e%2e/%2e%2e/etc/passwd",
    f"{EXECUTIONS}/%252e%252e%252f/history",
    f"{EXECUTIONS}/%00",
    f"{EXECUTIONS}/%ff%fe",
    f"{EXECUTIONS}/%zz",
    f"{EXECUTIONS}/{'a' * 20_000}",
    f"{EXECUTIONS}/{'%2F' * 5_000}/stop",
    f"{EXECUTIONS}/a'%20OR%201=1--",
    f"/2025-12-01/functions/{'f' * 9_000}/durable-executions",
    "/2025-12-01/functions/x';DROP TABLE executions;--/durable-executions".replace(" ", "%20"),
    "/2025-12-01/durable-execution-callbacks/%F0%9F%98%80/succeed",
    f"{EXECUTIONS}?DurableExecutionName=%27%20OR%201%3D1--",
    f"{EXECUTIONS}?FunctionName=x%27%29%3BDROP%20TABLE%20executions%3B--",
    f"{EXECUTIONS}?Marker=%27%29%3BDELETE%20FROM%20executions%3B--",
    f"{EXECUTIONS}?StartedAfter=99999999999999999999&StartedBefore=-1e400&MaxItems=99999999999999999999",
    f"{EXECUTIONS}?StartedAfter=0001-01-01T00:00:00%2B23:59&StartedBefore=9999-12-31T23:59:59-23:59",
    f"{EXECUTIONS}?StartedAfter=999999999999999&StartedBefore=999999999999999.999999999",
    f"{EXECUTIONS}?{'&'.join(f'a{n}={n}' for n in range(3000))}",
    "/health?" + "%" * 3000,
]


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_proper_request_is_refused(data: bytes) -> None:
    async def talk() -> Answer:
        async with served() as (app, _):
            answer = await send_raw(app.server.port, data, half_close=True)
            assert (await ask(app.server.port, "GET", "/health")).status == 200
            return answer

    answer = asyncio.run(talk())
    assert answer.status == 0 or 400 <= answer.status < 500, answer


def test_no_path_and_no_query_leads_to_a_defect(tmp_path: object, caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> dict[str, int]:
        settings = Settings(port=0, store=f"sqlite:///{tmp_path}/store.db")
        async with served(settings) as (app, _):
            first = await ask(app.server.port, "POST", ECHO, b"7")
            assert (first.status, first.body) == (200, b"7")
            statuses = {
                f"{method} {path[:80]}": (await ask(app.server.port, method, path)).status
                for path in PATHS
                for method in ("GET", "POST", "DELETE", "PUT", "PATCH")
            }
            # And the injected SQL was never anything but text.
            listed = await ask(app.server.port, "GET", EXECUTIONS)
            assert len(listed.json["DurableExecutions"]) == 1
            return statuses

    statuses = asyncio.run(talk())
    assert {path: status for path, status in statuses.items() if not 200 <= status < 500} == {}
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_body_may_come_in_chunks_and_no_type_of_content_matters() -> None:
    chunked = (
        f"POST {ECHO} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n"
        "3\r\n[1,\r\n3\r\n 2]\r\n0\r\n\r\n"
    )

    async def talk() -> Answer:
        async with served() as (app, _):
            return await send_raw(app.server.port, chunked.encode())

    assert asyncio.run(talk()).json == [1, 2]


def test_an_endless_chunked_body_is_refused_while_it_is_read() -> None:
    async def talk() -> Answer:
        async with served() as (app, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", app.server.port)
            writer.write(f"POST {ECHO} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
            for _ in range(8):
                writer.write(chunk)
                await writer.drain()
            writer.write(b"0\r\n\r\n")
            answer = await read_answer(reader)
            writer.close()
            return answer

    answer = asyncio.run(talk())
    assert (answer.status, answer.json["__type"]) == (413, "RequestTooLargeException")


def test_a_head_without_end_is_cut_off() -> None:
    async def talk() -> Answer:
        async with served() as (app, _):
            head = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: "
            return await send_raw(app.server.port, head + b"a" * 100_000)

    assert asyncio.run(talk()).status == 431


def test_many_headers_without_end_are_cut_off() -> None:
    async def talk() -> Answer:
        async with served() as (app, _):
            return await send_raw(app.server.port, b"GET /health HTTP/1.1\r\n" + b"X: a\r\n" * 20_000)

    assert asyncio.run(talk()).status == 431
