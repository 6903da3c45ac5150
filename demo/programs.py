"""Programs that are started, killed and started again: `everstep serve`, `everstep host`, `everstep dev`."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

START_SECONDS_MAX = 30.0
END_SECONDS_MAX = 20.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that runs, from its announcement on."""

    process: subprocess.Popen[bytes]
    announced: dict[str, Any]
    """What it says when it is ready: its endpoint, its functions."""
    log: Path
    """What it writes, on stdout and stderr."""

    @property
    def endpoint(self) -> str:
        return str(self.announced["endpoint"])

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL): it hears nothing of it and tidies up nothing."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Ask it to end and wait until it has; kill it if it will not. Its exit code."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            return self.process.wait(END_SECONDS_MAX)
        self.kill()
        return self.process.returncode


def start(*arguments: str, folder: Path) -> Program:
    """Start `everstep ...` in this folder and wait until it is ready.

    Raises RuntimeError, with what it wrote, when it ends instead.
    """
    command = [sys.executable, "-m", "everstep", *arguments, "--json"]
    return launch(command, f"everstep {arguments[0]}", folder, {"PYTHONUNBUFFERED": "1"})


def launch(command: Sequence[str], name: str, folder: Path, environment: Mapping[str, str]) -> Program:
    """Start a program that announces itself as ours do, with a line of JSON, and wait until it is ready.

    Raises RuntimeError, with what it wrote, when it ends instead.
    """
    log = folder / f"{name.replace(' ', '-')}-{time.time_ns()}.log"
    with log.open("wb") as output:  # a file and no pipe, which would fill up while nobody reads
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def announced() -> dict[str, Any] | None:
        for line in log.read_text().splitlines(keepends=True):
            if line.startswith('{"event":"listening"') and line.endswith("\n"):
                found: dict[str, Any] = json.loads(line)
                return found
        if process.poll() is not None:
            raise RuntimeError(f"{name} did not start ({' '.join(command)}): {log.read_text()}")
        return None

    try:
        found = until(announced, f"the start of {name}", START_SECONDS_MAX)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Program(process=process, announced=found, log=log)


def free_port() -> int:
    """A port that nobody listens on: a program that is started again must come back at the same address."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def until(ask: Callable[[], T | None], what: str, seconds_max: float = 30.0) -> T:
    """The first answer that is not None. Raises TimeoutError, which names what did not happen."""
    deadline = time.monotonic() + seconds_max
    while True:
        if (answer := ask()) is not None:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds_max:.0f} seconds")
        time.sleep(POLL_SECONDS)
