"""A measured program from the bench's side: started, asked, ended."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]
START_SECONDS_MAX = 60.0
END_SECONDS_MAX = 20.0


class ContestantError(Exception):
    """It could not answer; the message says why, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    figures: Mapping[str, float]
    note: str


class Contestant:
    """A program that runs. Raises ContestantError when it does not start."""

    def __init__(self, python: str, arguments: Sequence[str], log: Path) -> None:
        self._log = log
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(log.parent)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or every start would compile everything anew
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [python, *arguments],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # with its own children, so that they end with it
            )
        self._left = b""
        try:
            self.tasks = frozenset(self._line(START_SECONDS_MAX)["tasks"])
        except BaseException:
            self.kill()
            raise

    def ask(self, task: str, arguments: Mapping[str, Any], seconds_max: float) -> Answer:
        """Raises ContestantError; whoever has not answered in time has been killed."""
        if task not in self.tasks:
            raise ContestantError("it has nothing of the kind")
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"task": task, "arguments": arguments}).encode() + b"\n")
            self._process.stdin.flush()
            reply = self._line(seconds_max)
        except OSError as error:
            raise ContestantError(f"it is gone: {self._last_words()}") from error
        if "error" in reply:
            raise ContestantError(reply["error"])
        return Answer(figures=reply["figures"], note=reply["note"])

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """Let it end by itself, then make sure that nothing is left of it."""
        assert self._process.stdin is not None
        with suppress(OSError, subprocess.TimeoutExpired):
            self._process.stdin.close()
            self._process.wait(END_SECONDS_MAX)
        self.kill()

    def kill(self) -> None:
        """End it and all programs that it has started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it no longer reads
                    pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self, seconds_max: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        deadline = time.monotonic() + seconds_max
        while b"\n" not in self._left:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                self.kill()
                raise ContestantError(f"no answer within {seconds_max:.0f} s")
            data = os.read(descriptor, 65_536)
            if not data:
                raise ContestantError(f"it ended: {self._last_words()}")
            self._left += data
        line, _, self._left = self._left.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else "it said nothing"
