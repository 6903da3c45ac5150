"""The checkpoint API alone under load: every client holds one invocation and saves step after step.

The bench plays the functions' endpoint: each invocation is caught with its envelope and held, and its token is spent
by a client of ours that does nothing but send and wait. The client is raw sockets on one selector, so that it takes
little of the machine from the service. Standard library only.
"""

import json
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from typing import Any
from urllib.parse import quote, urlsplit

from bench.contestants.lambda_api import Api
from bench.contestants.timing import spread
from bench.contestants.tiny_server import serving

CATCH_SECONDS = 5
"""How long invocations are waited for; a service that makes fewer at a time gets fewer clients, and a note."""


def checkpoint_load(api: Api, endpoint: str, home: str, clients: int, seconds: float) -> dict[str, Any]:
    """Checkpoints per second and their latencies. `home` is where functions are, before and after."""
    host, port = urlsplit(endpoint).netloc.split(":")
    with _caught_invocations() as (address, envelopes, release):
        _move(api, address)
        arns = [api.start("many_steps", {}, f"load-{time.time_ns()}-{number}") for number in range(clients)]
        caught = _taken(envelopes, clients)
        sessions = [_Session((host, int(port)), envelope) for envelope in caught]
        latencies, took = _hammer(sessions, seconds)
        release()
        for arn in arns:
            api.ended(arn)
        _move(api, home)
    few = f"{len(caught)} clients: it makes no more invocations at a time" if len(caught) < clients else ""
    return {"per_second": len(latencies) / took, **spread([1000 * latency for latency in latencies]), "note": few}


def _taken(envelopes: "Queue[dict[str, Any]]", wanted: int) -> list[dict[str, Any]]:
    caught: list[dict[str, Any]] = []
    deadline = time.monotonic() + CATCH_SECONDS
    while len(caught) < wanted:
        try:
            caught.append(envelopes.get(timeout=max(0.0, deadline - time.monotonic())))
        except Empty:
            break
    return caught


def _move(api: Api, address: str) -> None:
    api.call("PUT", "/lambda-endpoint", json.dumps({"EndpointUrl": address, "RegionName": "us-east-1"}).encode())


@contextmanager
def _caught_invocations() -> Iterator[tuple[str, "Queue[dict[str, Any]]", Callable[[], None]]]:
    """A Lambda endpoint that holds every invocation until it is told to release them."""
    envelopes: Queue[dict[str, Any]] = Queue()
    released = threading.Event()

    def respond(_path: str, body: bytes) -> bytes:
        envelopes.put(json.loads(body))
        released.wait()
        return b'{"Status": "SUCCEEDED", "Result": "1"}'

    with serving(respond) as endpoint:
        try:
            yield endpoint, envelopes, released.set
        finally:
            released.set()


class _Session:
    """One client: a connection, a token, and the number of its next step."""

    def __init__(self, address: tuple[str, int], envelope: dict[str, Any]) -> None:
        self._address = address
        self.socket = self._connected()
        path = f"/2025-12-01/durable-executions/{quote(envelope['DurableExecutionArn'], safe='')}/checkpoint"
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ".encode()
        )
        self._token: str = envelope["CheckpointToken"]
        self._number = 0
        self._received = b""
        self.sent_at = 0.0
        self.is_over = False

    def _connected(self) -> socket.socket:
        connection = socket.create_connection(self._address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self) -> None:
        """A quick step, begun and ended."""
        self._number += 1
        step = f'"Id":"step-{self._number}","Type":"STEP","SubType":"Step","Name":"count"'
        body = (
            f'{{"CheckpointToken":"{self._token}","Updates":[{{{step},"Action":"START","StepOptions":{{}}}},'
            f'{{{step},"Action":"SUCCEED","Payload":"{self._number}"}}]}}'
        ).encode()
        self.sent_at = time.perf_counter()
        self.socket.sendall(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))

    def receive(self) -> bool:
        """Take what has come; whether the answer is complete. Raises RuntimeError for one that says no."""
        data = self.socket.recv(65_536)
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _content_length(head) if found else None
        if data and (length is None or len(body) < length):
            return False
        if not data and length is not None:
            raise RuntimeError("the service cut the connection")
        self.is_over = length is None  # an answer without a length ends with its connection, as in HTTP/1.0
        if not head.startswith(b"HTTP/1.1 200") and not head.startswith(b"HTTP/1.0 200"):
            raise RuntimeError(f"a checkpoint was refused: {self._received[:300]!r}")
        self._token = _token_in(body)
        self._received = b""
        return True

    def reconnect(self) -> None:
        self.socket.close()
        self.socket = self._connected()
        self.is_over = False


def _content_length(head: bytes) -> int | None:
    lower = head.lower()
    if b"content-length:" not in lower:
        return None
    start = lower.index(b"content-length:") + len(b"content-length:")
    return int(lower[start:].split(b"\r\n", 1)[0])


def _token_in(body: bytes) -> str:
    start = body.index(b'"CheckpointToken"') + len(b'"CheckpointToken"')
    return body[start:].split(b'"', 2)[1].decode()


def _hammer(sessions: list[_Session], seconds: float) -> tuple[list[float], float]:
    """Every session sends its next checkpoint as soon as the one before is answered; all latencies."""
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        for session in sessions:
            selector.register(session.socket, selectors.EVENT_READ, session)
        began = time.perf_counter()
        for session in sessions:
            session.send()
        open_sessions = len(sessions)
        while open_sessions:
            ready = selector.select(timeout=30)
            if not ready:
                raise TimeoutError("no checkpoint was answered for 30 seconds")
            for key, _ in ready:
                session = key.data
                if not session.receive():
                    continue
                now = time.perf_counter()
                latencies.append(now - session.sent_at)
                if now - began < seconds:
                    if session.is_over:
                        selector.unregister(session.socket)
                        session.reconnect()
                        selector.register(session.socket, selectors.EVENT_READ, session)
                    session.send()
                else:
                    selector.unregister(session.socket)
                    open_sessions -= 1
        took = time.perf_counter() - began
    for session in sessions:
        session.socket.close()
    return latencies, took
