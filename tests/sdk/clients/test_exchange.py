"""What an answer over HTTP may look like, byte by byte, however it is cut into pieces."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.sdk.clients.exchange import Answer, ClosedUnansweredError, NotHttpError, Request, read_answer, send

WHOLE = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\nX-One: a\r\n\r\n{"a":[1,2]}\n'
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'4;note=x\r\n{"a"\r\nc\r\n:[1,2]}     \r\n0\r\nTrailer: t\r\n\r\n'
)


@contextmanager
def _answering(*pieces: bytes) -> Iterator[socket.socket]:
    """A connection over which these pieces come, and then its end."""
    ours, theirs = socket.socketpair()

    def speak() -> None:
        with theirs:
            for piece in pieces:
                theirs.sendall(piece)

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        ours.settimeout(10)
        yield ours
    finally:
        ours.close()
        speaker.join()


def _read(*pieces: bytes) -> Answer:
    with _answering(*pieces) as sock:
        return read_answer(sock)


def test_an_answer_with_a_length() -> None:
    answer = _read(WHOLE)
    assert (answer.status, answer.body, answer.is_last) == (200, b'{"a":[1,2]}\n', False)
    assert answer.headers["x-one"] == "a"


def test_an_answer_in_chunks() -> None:
    answer = _read(CHUNKED)
    assert (answer.body, answer.is_last) == (b'{"a":[1,2]}     ', False)


def test_an_answer_that_ends_with_the_connection() -> None:
    answer = _read(b"HTTP/1.1 200 OK\r\n\r\n", b"first ", b"second")
    assert (answer.body, answer.is_last) == (b"first second", True)


def test_an_answer_that_has_no_body() -> None:
    assert _read(b"HTTP/1.1 204 No Content\r\n\r\n").body == b""


@pytest.mark.parametrize(
    ("first", "header", "is_last"),
    [
        (b"HTTP/1.1 200 OK", b"Connection: close", True),
        (b"HTTP/1.0 200 OK", b"X: y", True),
        (b"HTTP/1.0 200 OK", b"Connection: Keep-Alive", False),
    ],
)
def test_whether_the_connection_goes_on(first: bytes, header: bytes, is_last: bool) -> None:
    assert _read(first + b"\r\n" + header + b"\r\nContent-Length: 0\r\n\r\n").is_last is is_last


def test_what_comes_beyond_the_answer_spoils_the_connection() -> None:
    assert _read(WHOLE + b"HTTP/1.1 200 OK\r\n").is_last


def test_informational_answers_are_skipped() -> None:
    assert _read(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", WHOLE).status == 200


@pytest.mark.parametrize("whole", [WHOLE, CHUNKED])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_it_does_not_matter_how_an_answer_is_cut(whole: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(1, len(whole) - 1), max_size=8, unique=True)))
    pieces = [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert _read(*pieces) == _read(whole)


@pytest.mark.parametrize("whole", [WHOLE, CHUNKED])
def test_an_answer_that_breaks_off_anywhere_is_no_answer(whole: bytes) -> None:
    for end in range(1, len(whole)):
        with pytest.raises(NotHttpError):
            _read(whole[:end])


def test_a_connection_that_ends_before_any_answer_is_told_apart() -> None:
    with pytest.raises(ClosedUnansweredError):
        _read()


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_not_http_is_refused(garbage: bytes) -> None:
    with pytest.raises(NotHttpError):
        _read(garbage)


def test_a_request_is_sent_in_one_piece() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(ours, Request(method="POST", target="/a?b=c", headers={"Host": "h"}, body=b"{}"))
        assert theirs.recv(1000) == b"POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"


def test_a_header_cannot_smuggle_another_one() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ValueError, match="line break"):
        send(ours, Request(method="GET", target="/", headers={"Host": "h\r\nX-Evil: 1"}))
