"""The programs that chaos falls upon: a service on its store, and a host with its workers.

A target is a kind of store: how a service is started on it, how it is made to fail, how it is judged in the end.
"""

import errno
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from demo.programs import Program, free_port, launch
from everstep.service.stores.sqlite_upkeep import check
from tests.disk.faulty import Faulty, is_possible

APP = Path(__file__).with_name("app.py")


class Target(Protocol):
    """A store that a service runs on, and the hand that harms it."""

    @property
    def url(self) -> str: ...

    @property
    def environment(self) -> dict[str, str]:
        """What the service must be started with, so that it can be harmed."""
        ...

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of what can be done to it."""
        ...

    def harm(self, fault: str) -> None: ...

    def heal(self) -> None: ...

    def step_clock(self, millis: int) -> None:
        """Move the clock that the service reads so far away from the true time."""
        ...

    def findings(self) -> list[str]:
        """What is wrong with the store, once the service has ended."""
        ...


class SqliteTarget:
    """A SQLite file on a disk that obeys us, where there is a compiler; on the real one otherwise."""

    def __init__(self, folder: Path) -> None:
        self._disk = folder / "disk"
        self._disk.mkdir()
        self._faulty = Faulty.made(self._disk, folder) if is_possible() else None

    @property
    def url(self) -> str:
        return f"sqlite:///{self._disk / 'executions.db'}"

    @property
    def environment(self) -> dict[str, str]:
        return self._faulty.environment if self._faulty is not None else {}

    @property
    def faults(self) -> tuple[str, ...]:
        return () if self._faulty is None else ("full disk", "read-only file", "I/O error", "slow disk")

    def harm(self, fault: str) -> None:
        assert self._faulty is not None
        control = self._faulty.control
        match fault:
            case "full disk":
                control.write_errno = errno.ENOSPC
            case "read-only file":
                control.write_errno = errno.EROFS
            case "I/O error":
                control.sync_errno = errno.EIO
            case "slow disk":
                control.sync_micros = 60_000
            case _:
                raise ValueError(fault)

    def heal(self) -> None:
        if self._faulty is not None:
            control = self._faulty.control
            control.write_errno = control.sync_errno = control.sync_micros = 0

    def step_clock(self, millis: int) -> None:
        if self._faulty is not None:
            self._faulty.control.clock_millis = millis

    def findings(self) -> list[str]:
        return check(self._disk / "executions.db", lambda _done, _total: None)


@dataclass(slots=True)
class Stage:
    """A service and a host, which know each other by ports that stay the same over every death."""

    folder: Path
    target: Target
    service_port: int = field(default_factory=free_port)
    host_port: int = field(default_factory=free_port)
    to_service: int = 0
    """The port by which the workers reach the service: a wire's."""
    to_host: int = 0
    service: Program | None = None
    host: Program | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.service_port}"

    def start_service(self) -> None:
        arguments = ("--port", str(self.service_port), "--store", self.target.url)
        functions = ("--lambda-endpoint", f"http://127.0.0.1:{self.to_host}")
        self.service = self._start("serve", *arguments, *functions, environment=self.target.environment)

    def start_host(self) -> None:
        where = ("--port", str(self.host_port), "--endpoint", f"http://127.0.0.1:{self.to_service}")
        environment = {"EVERSTEP_CHAOS_FOLDER": str(self.folder)}
        self.host = self._start("host", str(APP), *where, "--no-reload", environment=environment)

    def _start(self, *arguments: str, environment: dict[str, str]) -> Program:
        command = [sys.executable, "-m", "everstep", *arguments, "--json"]
        return launch(command, arguments[0], self.folder, {"PYTHONUNBUFFERED": "1", **environment})

    def kill_service(self) -> None:
        assert self.service is not None
        self.service.kill()
        self.target.heal()  # a service does not start on a disk that it cannot write to, and says so
        self.start_service()

    def kill_host(self) -> None:
        assert self.host is not None
        self.host.kill()
        self.start_host()

    def workers(self) -> list[int]:
        """The processes of the workers."""
        assert self.host is not None
        pid = self.host.process.pid
        found = []
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += [int(child) for child in (task / "children").read_text().split()]
        return found

    def kill_worker(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def freeze(self, pid: int, seconds: float) -> None:
        """Stop a process, and let it go on after a while as if nothing had happened."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(pid, signal.SIGCONT)

    def end(self) -> None:
        for program in (self.service, self.host):
            if program is not None:
                program.end()
