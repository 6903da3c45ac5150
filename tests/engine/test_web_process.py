"""A web application that carries an engine: its process is killed in the middle of an order, and the order goes on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SHOP = Path(__file__).parent.parent.parent / "examples" / "fastapi_app"
SECONDS = 60


class Shop:
    """The web application in a process of its own."""

    def __init__(self, store: Path, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "shop:app", "--app-dir", str(SHOP), "--port", str(port)]
        environment = {**os.environ, "SHOP_STORE": f"sqlite:///{store}"}
        self.process = subprocess.Popen([*command, "--log-level", "warning"], env=environment)
        self.until("GET", "/everstep/ready", lambda status, _: status == 200)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        request = urllib.request.Request(self._url + path, method=method, headers={"content-type": "application/json"})
        if body is not None:
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, _json(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _json(error.read())
        except OSError:
            return 0, None  # it does not listen yet

    def until(self, method: str, path: str, is_there: Any, body: object = None) -> Any:
        deadline = time.monotonic() + SECONDS
        while not is_there(*(answer := self.ask(method, path, body))):
            assert time.monotonic() < deadline, answer
            assert self.process.poll() is None, "the web process ended"
            time.sleep(0.05)
        return answer[1]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode()


@contextmanager
def a_shop(store: Path, port: int) -> Iterator[Shop]:
    shop = Shop(store, port)
    try:
        yield shop
    finally:
        shop.process.kill()
        shop.process.wait(SECONDS)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def test_an_order_survives_the_death_of_the_web_process(tmp_path: Path) -> None:
    store, port = tmp_path / "shop.db", free_port()
    with a_shop(store, port) as shop:
        assert shop.ask("PUT", "/orders/17", {"item": "lamp", "cents": 4900})[0] == 202
        shop.until("POST", "/orders/17/approval", lambda status, _: status == 204, {"approved": True})
        shop.process.send_signal(signal.SIGKILL)  # while the parcel is packed
        shop.process.wait(SECONDS)
    with a_shop(store, port) as shop:
        ended = shop.until("GET", "/orders/17", lambda _, answer: answer["status"] == "SUCCEEDED")
        assert ended["result"] == {"state": "shipped", "parcel": "a parcel with one lamp"}
        assert shop.ask("PUT", "/orders/17", {"item": "lamp", "cents": 4900})[0] == 202
        assert shop.ask("PUT", "/orders/17", {"item": "sofa", "cents": 4900})[0] == 409
        assert shop.ask("GET", "/orders/18")[0] == 404
        found = shop.ask("GET", "/everstep/everstep/v1/executions")[1]
        assert [line["name"] for line in found["executions"]] == ["order-17"]
        shop.process.send_signal(signal.SIGTERM)
        assert shop.process.wait(SECONDS) in (0, -signal.SIGTERM)
