"""One request and its answer over an open connection: HTTP/1.1, as much of it as a client of a JSON API needs.

    request --sendall, once--> socket --read_answer--> Answer

`http.client` would do, but sends head and body apart and reads headers as if they were mail, which made a checkpoint of
a quick step twice as slow, and its import was a third of this package's. What is read: a length, chunks, or everything
until the other side closes (RFC 9112, section 6.3); informational answers are skipped.
"""

import socket
from collections.abc import Mapping

from everstep.core.records import dataclass

HEAD_BYTES_MAX = 64 * 1024
"""An answer whose head is longer is not one that we asked for."""
_READ_BYTES = 64 * 1024
_NO_CONTENT, _NOT_MODIFIED, _FIRST_FINAL = 204, 304, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    target: str
    """Path and query, percent-encoded."""
    headers: Mapping[str, str]
    """With Host; without Content-Length, which is added."""
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """By lower-case name; of a repeated header the last one."""
    body: bytes
    is_last: bool = False
    """Whether the other side closes the connection after it."""

    @property
    def error_type(self) -> str | None:
        """What AWS calls the error that this is, if it is one."""
        return self.headers.get("x-amzn-errortype")

    @property
    def execution_arn(self) -> str | None:
        """The execution that an Invoke began."""
        return self.headers.get("x-amz-durable-execution-arn")


class NotHttpError(Exception):
    """What came is not an HTTP answer, or not all of it."""


class ClosedUnansweredError(ConnectionError):
    """The other side closed the connection before any byte of an answer."""


def send(sock: socket.socket, request: Request) -> None:
    """Send the request in one piece, so that the other side wakes once. Raises OSError."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    if request.body is not None or request.method not in ("GET", "DELETE"):
        lines.append(f"Content-Length: {len(request.body or b'')}")
    head = "\r\n".join(lines).encode("latin-1")
    if head.count(b"\n") != len(lines) - 1 or head.count(b"\r") != len(lines) - 1:
        raise ValueError(f"a header of {request.method} {request.target} holds a line break")
    sock.sendall(b"%b\r\n\r\n%b" % (head, request.body or b""))


def read_answer(sock: socket.socket) -> Answer:
    """The whole answer. Raises NotHttpError, ClosedUnansweredError, OSError."""
    data = sock.recv(_READ_BYTES)
    if not data:
        raise ClosedUnansweredError("the connection was closed without an answer")
    while True:
        status, version, headers, data = _read_head(sock, data)
        if status >= _FIRST_FINAL:
            break
    wishes = headers.get("connection", "").lower()
    is_last = "close" in wishes or (version == "HTTP/1.0" and "keep-alive" not in wishes)
    if status in (_NO_CONTENT, _NOT_MODIFIED):
        return Answer(status=status, headers=headers, body=b"", is_last=is_last)
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return Answer(status=status, headers=headers, body=_read_chunks(sock, data), is_last=is_last)
    length = headers.get("content-length")
    if length is None:
        return Answer(status=status, headers=headers, body=_read_to_end(sock, data), is_last=True)
    if not length.isdecimal():
        raise NotHttpError(f"Content-Length is {length!r}")
    body, rest = _read_exactly(sock, data, int(length))
    return Answer(status=status, headers=headers, body=body, is_last=is_last or bool(rest))


def _read_head(sock: socket.socket, data: bytes) -> tuple[int, str, dict[str, str], bytes]:
    """Status, version and headers, and what has come of the rest."""
    while (end := data.find(b"\r\n\r\n")) < 0:
        if len(data) > HEAD_BYTES_MAX:
            raise NotHttpError(f"the head of the answer is longer than {HEAD_BYTES_MAX} bytes")
        data += _more(sock)
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    code = rest[:3]
    if version not in ("HTTP/1.1", "HTTP/1.0") or not (len(code) == 3 and code.isdecimal()):
        raise NotHttpError(f"the answer begins with {first[:80]!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise NotHttpError(f"the answer has a header {line[:80]!r}")
        headers[name.lower()] = value.strip()
    return int(code), version, headers, data[end + 4 :]


def _read_exactly(sock: socket.socket, data: bytes, count: int) -> tuple[bytes, bytes]:
    """So many bytes, and what has come beyond them."""
    if len(data) < count:
        pieces, missing = [data], count - len(data)
        while missing > 0:
            pieces.append(_more(sock))
            missing -= len(pieces[-1])
        data = b"".join(pieces)
    return data[:count], data[count:]


def _read_chunks(sock: socket.socket, data: bytes) -> bytes:
    body: list[bytes] = []
    while True:
        line, data = _read_line(sock, data)
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            raise NotHttpError(f"a chunk begins with {line[:80]!r}") from None
        if size == 0:
            while line:  # trailers, up to an empty line
                line, data = _read_line(sock, data)
            return b"".join(body)
        chunk, data = _read_exactly(sock, data, size + 2)
        if not chunk.endswith(b"\r\n"):
            raise NotHttpError("a chunk is longer than it says")
        body.append(chunk[:-2])


def _read_line(sock: socket.socket, data: bytes) -> tuple[bytes, bytes]:
    while (end := data.find(b"\r\n")) < 0:
        if len(data) > HEAD_BYTES_MAX:
            raise NotHttpError("a line of the answer has no end")
        data += _more(sock)
    return data[:end], data[end + 2 :]


def _read_to_end(sock: socket.socket, data: bytes) -> bytes:
    pieces = [data]
    while piece := sock.recv(_READ_BYTES):
        pieces.append(piece)
    return b"".join(pieces)


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(_READ_BYTES)
    if not data:
        raise NotHttpError("the connection was closed in the middle of the answer")
    return data
