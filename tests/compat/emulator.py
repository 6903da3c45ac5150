"""`dex-local-runner` as a program, a function's container beside it, and the requests that aws-sam-cli makes."""

import http.client
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.programs import free_port, start, until

COMMAND = (sys.executable, "-m", "everstep.compat.dex_local_runner")
APP = Path(__file__).parent / "apps" / "container.py"
END_SECONDS_MAX = 10


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Emulator:
    """One that runs."""

    port: int
    process: subprocess.Popen[bytes]
    functions: str
    """Where the function's container listens."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: bytes | None = None) -> Reply:
        """A request whose path travels exactly as it is written here."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest(method, path, skip_accept_encoding=True)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        reply = Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        return reply

    def begin(self, event: Any, **changes: Any) -> str:
        """POST /start-durable-execution as sam sends it; the execution's ARN."""
        body = {
            "AccountId": "123456789012",
            "FunctionName": "function",
            "FunctionQualifier": "$LATEST",
            "ExecutionName": None,
            "ExecutionTimeoutSeconds": 300,
            "ExecutionRetentionPeriodDays": 7,
            "Input": json.dumps(event),
            "LambdaEndpoint": self.functions,
        }
        given = {name: value for name, value in (body | changes).items() if value is not ...}
        reply = self.ask("POST", "/start-durable-execution", json.dumps(given).encode())
        assert reply.status == 201, reply
        arn: str = reply.json["ExecutionArn"]
        return arn

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(END_SECONDS_MAX)


@contextmanager
def emulator(
    folder: Path, *options: str, functions: str = "http://127.0.0.1:9", **variables: str
) -> Iterator[Emulator]:
    """`dex-local-runner start-server` with these options and environment variables, once it is healthy."""
    port = free_port()
    words = [*COMMAND, "start-server", "--host", "127.0.0.1", "--port", str(port), *options]
    with (folder / f"emulator-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            words, cwd=folder, env={**os.environ, **variables}, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: _is_healthy(port) or None, "the start of the emulator")
        yield Emulator(port, process, functions)
    finally:
        process.kill()
        process.wait()


@contextmanager
def emulator_and_container(folder: Path, *options: str, **variables: str) -> Iterator[Emulator]:
    """The emulator, and a container whose function reports to it."""
    with emulator(folder, *options, **variables) as running:
        container = start("host", f"{APP}:function", "--port", "0", "--endpoint", running.endpoint, folder=folder)
        try:
            running.functions = container.endpoint
            yield running
        finally:
            container.end()


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
