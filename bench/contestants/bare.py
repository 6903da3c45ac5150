"""The limits: what the disk and the network of this machine allow to anybody. Standard library only."""

import http.client
import json
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.contestants.answering import answer
from bench.contestants.timing import spread
from bench.contestants.tiny_server import serving

ROW_BYTES = 200
MESSAGE_BYTES = 400


def commits(n: int, synchronous: str, rows: int) -> dict[str, Any]:
    """Transactions of `rows` rows each, on a write-ahead log."""
    with tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder:
        base = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        base.execute("PRAGMA journal_mode = WAL")
        base.execute(f"PRAGMA synchronous = {synchronous}")
        base.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")
        text = "x" * ROW_BYTES
        began = time.perf_counter()
        for _ in range(n):
            base.execute("BEGIN IMMEDIATE")
            for _ in range(rows):
                base.execute("INSERT INTO row (text) VALUES (?)", (text,))
            base.execute("COMMIT")
        seconds = time.perf_counter() - began
        base.close()
    return {"per_second": n / seconds, "rows_per_second": n * rows / seconds}


def steps(n: int, seconds_max: float) -> dict[str, Any]:
    """What steps in a row could reach if each were nothing but its row."""
    return commits(n, "FULL", 1)


def http_round_trips(n: int) -> dict[str, Any]:
    """http.client against http.server in a thread: what an unambitious program reaches."""
    body = json.dumps({"text": "x" * MESSAGE_BYTES})
    latencies = []
    with serving(lambda _path, body: body) as endpoint:
        connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
        for _ in range(n):
            began = time.perf_counter()
            connection.request("POST", "/", body)
            connection.getresponse().read()
            latencies.append(1000 * (time.perf_counter() - began))
        connection.close()
    return {"per_second": 1000 * n / sum(latencies), **spread(latencies)}


def socket_round_trips(n: int) -> dict[str, Any]:
    """A message there and back over loopback TCP between two threads, nothing parsed."""
    listener = socket.create_server(("127.0.0.1", 0))

    def echo() -> None:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            while data := connection.recv(65_536):
                connection.sendall(data)

    threading.Thread(target=echo, daemon=True).start()
    message = b"x" * MESSAGE_BYTES
    latencies = []
    with listener, socket.create_connection(listener.getsockname()) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(n):
            began = time.perf_counter()
            client.sendall(message)
            client.recv(65_536)
            latencies.append(1000 * (time.perf_counter() - began))
    return {"per_second": 1000 * n / sum(latencies), **spread(latencies)}


def warm() -> dict[str, Any]:
    return {}


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "warm": warm,
    "commits": commits,
    "steps": steps,
    "http_round_trips": http_round_trips,
    "socket_round_trips": socket_round_trips,
}

if __name__ == "__main__":
    answer(TASKS)
