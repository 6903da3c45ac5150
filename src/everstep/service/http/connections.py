"""Connections of clients that are slow, silent or endless: each has its time and its size, then it is closed.

    connected --head, `head_seconds`, `head_bytes_max`--> handler --answer is read, `read_seconds`--> idle
                `--body, `body_seconds`---------------------^

The web server beneath has a limit for idle connections only. Nothing is counted per byte: a connection notes when its
present act began, and once per second the server has each of them `look`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from everstep.service.http.joining import JoiningTransport

_CLOSE = b"connection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\n" + _CLOSE
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _CLOSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What a client is given."""

    head_seconds: float = 20.0
    """From the connection, or the first byte of a further request, to the end of its headers."""
    head_bytes_max: int = 64 * 1024
    body_seconds: float = 60.0
    """From the end of the headers to the end of the body: 6 MiB at 100 KiB per second."""
    read_seconds: float = 60.0
    """Without taking one byte of its answer."""


PATIENCE = Patience()


class Act(Enum):
    """What a connection is waited for."""

    HEAD = "head"
    BODY = "body"
    NOTHING = "nothing"


class Connection(HttpToolsProtocol):
    """A connection that knows since when it does what."""

    patience = PATIENCE
    act = Act.HEAD
    since = 0.0
    head_bytes = 0
    unread = 0
    """Bytes of an answer that the client had not taken when it was last looked at."""
    unread_since = 0.0

    def connection_made(self, transport: Any) -> None:
        self.since = self.loop.time()
        super().connection_made(JoiningTransport(transport, self.loop))  # type: ignore[arg-type]  # it acts as one

    def data_received(self, data: bytes) -> None:
        if self.act is Act.HEAD:
            self.head_bytes += len(data)
        super().data_received(data)
        if self.act is Act.HEAD and self.head_bytes > self.patience.head_bytes_max:
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        if self.act is not Act.HEAD:
            self.act, self.since, self.head_bytes = Act.HEAD, self.loop.time(), 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.act, self.since = Act.BODY, self.loop.time()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.act = Act.NOTHING
        super().on_message_complete()

    def look(self, now: float) -> None:
        """Close it if its time is over."""
        if self._is_unread(now):
            self.transport.abort()
        elif not self.transport.is_closing():
            self._hurry(now)

    def _hurry(self, now: float) -> None:
        match self.act:
            case Act.HEAD if now - self.since > self.patience.head_seconds:
                self.transport.write(_TOO_SLOW)
                self.transport.close()
            case Act.BODY if now - self.since > self.patience.body_seconds:
                self.transport.close()
            case _:
                pass

    def _is_unread(self, now: float) -> bool:
        """Whether the client has taken nothing of its answer for too long."""
        left = self.transport.get_write_buffer_size()
        if left == 0 or left != self.unread:
            self.unread, self.unread_since = left, now
        return left > 0 and now - self.unread_since > self.patience.read_seconds
