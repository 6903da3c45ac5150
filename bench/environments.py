"""Where the measured programs live: an environment each, made when it is missing, and kept.

What cannot be had is no failure: its contestants are absent, with the reason.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".peers"
INSTALL_SECONDS_MAX = 300.0
POSTGRES_VARIABLE = "BENCH_POSTGRES_URL"
"""Names a PostgreSQL database (postgresql://...) in which peers may make tables."""

_PACKAGES: Mapping[str, tuple[str, ...]] = {
    "official": ("aws-durable-execution-sdk-python", "aws-durable-execution-sdk-python-testing"),
    "async-durable": ("async-durable-execution",),
    "dbos": ("dbos",),
    "restate": ("restate-sdk", "hypercorn"),
}


class AbsentError(Exception):
    """It cannot be had here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How a contestant is started."""

    python: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Environments:
    """Makes what is asked for, once."""

    tell: Callable[[str], None]
    _failed: dict[str, str] = field(default_factory=dict)

    def program(self, contestant: str) -> Program:
        """Raises AbsentError."""
        environment, (module, *arguments) = _CONTESTANTS[contestant]
        filled = ("-m", f"bench.contestants.{module}", *(self._fill(argument) for argument in arguments))
        python = sys.executable if environment is None else self._once(environment, self._python)
        return Program(python=python, arguments=filled)

    def _fill(self, argument: str) -> str:
        match argument:
            case "RESTATE_SERVER":
                return self._once(argument, self._restate_server)
            case "POSTGRES_URL":
                return self._once(argument, self._postgres_url)
            case _:
                return argument

    def _once(self, what: str, make: Callable[[str], str]) -> str:
        if what in self._failed:
            raise AbsentError(self._failed[what])
        try:
            return make(what)
        except AbsentError as absent:
            self._failed[what] = str(absent)
            raise

    def _python(self, environment: str) -> str:
        folder = PEERS / environment
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        ready = folder / ".ready"
        if not ready.exists():
            packages = _PACKAGES[environment]
            self.tell(f"making {folder.relative_to(ROOT)} with {', '.join(packages)} ...")
            venv.create(folder, with_pip=True, clear=True)
            self._run(f"pip install {' '.join(packages)}", [str(python), "-m", "pip", "install", "-q", *packages])
            ready.touch()
        return str(python)

    def _restate_server(self, _what: str) -> str:
        folder = PEERS / "restate-npm"
        server = folder / "node_modules/.bin/restate-server"
        if not server.exists():
            npm = shutil.which("npm")
            if npm is None:
                raise AbsentError("its server comes by npm, which is not installed")
            folder.mkdir(parents=True, exist_ok=True)
            self.tell(f"fetching Restate's server into {folder.relative_to(ROOT)} ...")
            arguments = [npm, "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder)]
            self._run("npm install @restatedev/restate-server", [*arguments, "@restatedev/restate-server"])
        return str(server)

    def _postgres_url(self, _what: str) -> str:
        url = os.environ.get(POSTGRES_VARIABLE, "")
        if not url:
            raise AbsentError(f"no PostgreSQL: {POSTGRES_VARIABLE} names none")
        return url

    def _run(self, what: str, arguments: list[str]) -> None:
        try:
            done = subprocess.run(arguments, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired as error:
            raise AbsentError(f"{what} took more than {INSTALL_SECONDS_MAX:.0f} s") from error
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
            raise AbsentError(f"{what} failed: {lines[-1][:160]}")


_CONTESTANTS: Mapping[str, tuple[str | None, tuple[str, ...]]] = {
    "everstep-http": (None, ("everstep_http",)),
    "everstep-embedded": (None, ("everstep_embedded",)),
    "everstep-memory": (None, ("everstep_memory",)),
    "everstep-service": (None, ("everstep_crowd",)),
    "everstep-sleepers": (None, ("everstep_sleepers",)),
    "everstep-sdk": (None, ("sdk", "everstep")),
    "everstep-test-runner": (None, ("everstep_tests",)),
    "official-runner": ("official", ("official_memory",)),
    "official-emulator": ("official", ("official_http", "memory")),
    "official-emulator-sqlite": ("official", ("official_http", "sqlite")),
    "official-sdk": ("official", ("sdk", "official")),
    "official-test-runner": ("official", ("official_tests",)),
    "async-durable": ("async-durable", ("async_durable",)),
    "async-durable-sdk": ("async-durable", ("sdk", "async_durable")),
    "dbos-sqlite": ("dbos", ("dbos_library",)),
    "dbos-postgres": ("dbos", ("dbos_library", "POSTGRES_URL")),
    "dbos-library": ("dbos", ("sdk", "dbos")),
    "restate": ("restate", ("restate_http", "RESTATE_SERVER")),
    "restate-sdk": ("restate", ("sdk", "restate")),
    "bare-sqlite": (None, ("bare",)),
    "bare-loopback": (None, ("bare",)),
}
"""By contestant: its environment (None: this one) and its module with arguments."""
