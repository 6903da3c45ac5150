"""The official emulator over HTTP, on the store that it is given (memory or sqlite), the official SDK behind it."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from bench.contestants.answering import answer
from bench.contestants.served import Served

KEYS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_REGION": "us-east-1"}
START_SECONDS_MAX = 30.0


def main(store: str) -> None:
    port, host_port = free_port(), free_port()
    endpoint, home = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{host_port}"
    environment = {
        **os.environ,
        **KEYS,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_LAMBDA": endpoint,
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="everstep-bench-")))
        log = stack.enter_context((folder / "log").open("wb"))
        programs = (
            ["-m", "bench.contestants.official_host", str(host_port)],
            [
                *("-m", "aws_durable_execution_sdk_python_testing.cli", "start-server", "--host", "127.0.0.1"),
                *("--port", str(port), "--lambda-endpoint", home, "--local-runner-endpoint", endpoint),
                *("--local-runner-region", "us-east-1", "--log-level", "ERROR", "--execution-timeout", "86400"),
                *("--store-type", store, "--store-path", str(folder / "store.db")),
            ],
        )
        for arguments in programs:
            process = subprocess.Popen(
                [sys.executable, *arguments], env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
        until_it_answers(f"{endpoint}/health")
        answer(Served(endpoint, home, answers_invoke=False).tasks())


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def until_it_answers(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
