"""A small HTTP/1.1 client: POST over kept-alive connections, hundreds of them at once if need be.

An invocation may take fifteen minutes, so a thread for each would be dear, and the only question about a failure is
whether the function can have begun: `NotSent` says no, `BrokenOff` says that it may have. Nothing is ever sent twice.
"""

import asyncio
import select
import socket
import ssl
import time
from asyncio import IncompleteReadError, LimitOverrunError, StreamReader, StreamWriter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

CONNECT_SECONDS_MAX = 5.0
IDLE_SECONDS_MAX = 3.0
"""Servers close idle connections, many after five seconds; a connection closed under our request looks like a crash."""
BODY_BYTES_MAX = 16 * 1024 * 1024
"""Lambda's answers end at 6 MB; more is not an answer of a function."""


class NotSent(Exception):
    """No connection, or nothing that could be sent; the other side has seen nothing."""


class BrokenOff(Exception):
    """The connection ended, or the answer made no sense, after the request was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """Where a connection leads."""

    host: str
    port: int
    is_tls: bool


@dataclass(slots=True)
class _Connection:
    reader: StreamReader
    writer: StreamWriter
    idle_since: float = 0.0


class HttpClient:
    """Owns its idle connections; `close` lets go of them. For use from one event loop."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._idle: dict[Target, list[_Connection]] = {}
        self._tls: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        idle, self._idle = self._idle, {}
        for connection in [connection for connections in idle.values() for connection in connections]:
            connection.writer.close()
            with suppress(OSError):
                await connection.writer.wait_closed()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """Send it and wait for the whole answer, whatever its status. Raises NotSent or BrokenOff."""
        target, head = _request(url, len(body), headers)
        connection = self._reuse(target) or await self._connect(target)
        try:
            with suppress(ConnectionError):  # it may have answered before it hung up
                connection.writer.write(head + body)
                await connection.writer.drain()
            answer, may_be_kept = await read_answer(connection.reader)
        except (OSError, IncompleteReadError, LimitOverrunError, ValueError) as error:
            connection.writer.close()
            raise BrokenOff(f"{url}: {str(error) or type(error).__name__}") from error
        except BaseException:
            connection.writer.close()
            raise
        if may_be_kept:
            self._keep(target, connection)
        else:
            connection.writer.close()
        return answer

    def _reuse(self, target: Target) -> _Connection | None:
        now = self._clock()
        idle = self._idle.get(target, [])
        while idle:
            connection = idle.pop()
            if now - connection.idle_since < IDLE_SECONDS_MAX and _is_silent(connection):
                return connection
            connection.writer.close()
        return None

    def _keep(self, target: Target, connection: _Connection) -> None:
        connection.idle_since = self._clock()
        self._idle.setdefault(target, []).append(connection)
        # Endpoints come and go with their containers: whatever nobody asks for any more is let go here.
        for other, idle in list(self._idle.items()):
            while idle and connection.idle_since - idle[0].idle_since >= IDLE_SECONDS_MAX:
                idle.pop(0).writer.close()
            if not idle:
                del self._idle[other]

    async def _connect(self, target: Target) -> _Connection:
        if target.is_tls and self._tls is None:
            self._tls = ssl.create_default_context()
        try:
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                tls = self._tls if target.is_tls else None
                reader, writer = await asyncio.open_connection(target.host, target.port, ssl=tls)
        except OSError as error:  # TimeoutError is one
            raise NotSent(f"cannot connect to {target.host}:{target.port}: {str(error) or 'timed out'}") from error
        # An invocation is silent for minutes; this keeps the routers on the way from forgetting it.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return _Connection(reader, writer)


def _is_silent(connection: _Connection) -> bool:
    """Whether an idle connection is still open: it has nothing to say, so what can be read from it is its end.

    The system is asked, because the event loop may not yet have heard of the end.
    """
    if connection.reader.at_eof() or connection.writer.is_closing():
        return False
    if not hasattr(select, "poll"):  # Windows
        return True
    poll = select.poll()
    poll.register(connection.writer.get_extra_info("socket").fileno(), select.POLLIN)
    return not poll.poll(0)


async def read_answer(reader: StreamReader) -> tuple[HttpAnswer, bool]:
    """One answer, and whether the connection may be used again. Raises ValueError for what is not HTTP."""
    status, is_persistent, headers = _parse_head(await reader.readuntil(b"\r\n\r\n"))
    while 100 <= status < 200:
        status, is_persistent, headers = _parse_head(await reader.readuntil(b"\r\n\r\n"))
    if status in {204, 304}:
        return HttpAnswer(status=status, headers=headers, body=b""), is_persistent
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = await _read_chunks(reader)
    elif "content-length" in headers:
        body = await reader.readexactly(_checked(int(headers["content-length"])))
    else:  # the end of the connection is the end of the body
        body, is_persistent = await _read_to_end(reader), False
    return HttpAnswer(status=status, headers=headers, body=body), is_persistent


def _parse_head(head: bytes) -> tuple[int, bool, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    version, status, *_ = first.split(" ", 2)
    if not version.startswith("HTTP/1."):
        raise ValueError(f"not an HTTP/1 answer: {first[:80]!r}")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    connection = headers.get("connection", "").lower()
    is_persistent = "keep-alive" in connection if version == "HTTP/1.0" else "close" not in connection
    return int(status), is_persistent, headers


async def _read_chunks(reader: StreamReader) -> bytes:
    chunks: list[bytes] = []
    total = 0
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        total = _checked(total + size)
        chunks.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":  # trailers
        pass
    return b"".join(chunks)


async def _read_to_end(reader: StreamReader) -> bytes:
    body = bytearray()
    while chunk := await reader.read(65_536):
        body += chunk
        _checked(len(body))
    return bytes(body)


def _checked(size: int) -> int:
    if not 0 <= size <= BODY_BYTES_MAX:
        raise ValueError(f"the answer is larger than {BODY_BYTES_MAX} bytes")
    return size


def _request(url: str, body_size: int, headers: Mapping[str, str]) -> tuple[Target, bytes]:
    try:
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it must start with http:// or https:// and name a host")
        target = Target(parts.hostname, parts.port or (443 if is_tls else 80), is_tls)
        lines = [f"POST {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header must be one line")
        return target, "\r\n".join([*lines, f"Content-Length: {body_size}", "", ""]).encode("latin-1")
    except ValueError as error:
        raise NotSent(f"{url} cannot be called: {error}") from error
