"""`everstep dev`, `serve` and `host` as processes of their own: they say where they listen, serve, and end cleanly."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from everstep.cli.commands import run

APP = str(Path(__file__).parent / "orders.py")
START_SECONDS_MAX = 30

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to a single process there")


@dataclass(slots=True)
class Program:
    process: subprocess.Popen[str]
    announced: dict[str, Any]
    exit_code: int | None = None

    @property
    def endpoint(self) -> str:
        return str(self.announced["endpoint"])


@contextmanager
def program(*arguments: str, cwd: Path) -> Iterator[Program]:
    """The program with --json, from its announcement to a polite end."""
    command = [sys.executable, "-m", "everstep", *arguments, "--json"]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            started = Program(process, json.loads(process.stdout.readline()))
            yield started
            process.send_signal(signal.SIGINT)
            started.exit_code = process.wait(START_SECONDS_MAX)
        finally:
            process.kill()


def invoke(endpoint: str, function: str, payload: object) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=START_SECONDS_MAX)
    path = f"/2015-03-31/functions/{function}/invocations?Qualifier=$LATEST"
    connection.request("POST", path, json.dumps(payload).encode())
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def test_dev_serves_the_functions_of_its_apps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with program("dev", APP, "--port", "0", cwd=tmp_path) as dev:
        assert dev.announced["functions"] == ["order", "hopeless"]
        assert invoke(dev.endpoint, "order", {"n": 1}) == (200, {"order": {"n": 1}, "is": "reserved"})
        assert run(["executions", "list", "--json", "--endpoint", dev.endpoint]) == 0
        [listed] = json.loads(capsys.readouterr().out)
        assert listed["Status"] == "SUCCEEDED"
        assert run(["executions", "history", listed["DurableExecutionName"], "--endpoint", dev.endpoint]) == 0
        assert "step reserve  succeeded" in capsys.readouterr().out
    assert dev.exit_code == 0
    assert (tmp_path / ".everstep" / "dev.db").exists()


def test_the_service_and_a_host_of_functions_may_be_two_programs(tmp_path: Path) -> None:
    service_port = free_port()
    endpoint = f"http://127.0.0.1:{service_port}"
    configs = '{"order": {"DurableConfig": {"ExecutionTimeout": 60}}}'
    with program("host", APP, "--port", "0", "--endpoint", endpoint, cwd=tmp_path) as host:
        serve = ["serve", "--port", str(service_port), "--lambda-endpoint", host.endpoint]
        with program(*serve, "--function-configs", configs, cwd=tmp_path) as service:
            assert service.endpoint == endpoint
            assert invoke(endpoint, "order", 5) == (200, {"order": 5, "is": "reserved"})
            assert invoke(endpoint, "hopeless", 5)[0] == 404
        assert service.exit_code == 0
    assert host.exit_code == 0


def test_the_service_speaks_the_dialect_that_it_is_asked_for(tmp_path: Path) -> None:
    told = {}
    for dialect in ("aws", "emulator"):
        with program("serve", "--port", "0", "--dialect", dialect, cwd=tmp_path) as service:
            connection = http.client.HTTPConnection(urlsplit(service.endpoint).netloc, timeout=START_SECONDS_MAX)
            connection.request("GET", "/2025-12-01/durable-executions/nobody")
            told[dialect] = connection.getresponse().status
            connection.close()
    assert told == {"aws": 400, "emulator": 404}


def test_quotas_hold_unless_they_are_switched_off(tmp_path: Path) -> None:
    told = {}
    for quotas in ("aws", "off"):
        with program("serve", "--port", "0", "--quotas", quotas, cwd=tmp_path) as service:
            connection = http.client.HTTPConnection(urlsplit(service.endpoint).netloc, timeout=START_SECONDS_MAX)
            path = "/2015-03-31/functions/order/invocations?Qualifier=$LATEST"
            connection.request("POST", path, b'"' + b"x" * 1024 * 1024 + b'"', {"X-Amz-Invocation-Type": "Event"})
            told[quotas] = connection.getresponse().status
            connection.close()
    assert told == {"aws": 413, "off": 202}


def test_a_store_in_use_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = tmp_path / "a.db"
    with program("serve", "--port", "0", "--store", f"sqlite:///{store}", cwd=tmp_path):
        assert run(["run", f"{APP}:order", "--store", str(store)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert str(store) in err
