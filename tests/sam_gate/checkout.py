"""A checkout of aws-sam-cli, and the environment in which its tests run."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.containers.docker import say
from tests.sam_gate.results import Result, read_results

_TEST_TOOLS = re.compile(r"(pytest|parameterized|filelock|psutil|chardet)")
_NOT_INHERITED = ("CI", "DURABLE_EXECUTIONS_CAPTURE_LOGS", "DURABLE_EXECUTIONS_EXTERNAL_EMULATOR_PORT")
"""Variables that change what sam prints or starts, and so what its tests see."""


@dataclass(frozen=True, slots=True)
class Checkout:
    path: Path

    @property
    def requirements(self) -> list[str]:
        """sam in the checkout's version, and the test tools that it pins."""
        version = re.search(r'__version__ = "(.+)"', (self.path / "samcli" / "__init__.py").read_text())
        assert version is not None, self.path
        with (self.path / "pyproject.toml").open("rb") as file:
            pins = tomllib.load(file)["project"]["optional-dependencies"]["dev"]
        return [f"aws-sam-cli=={version[1]}", *(pin for pin in pins if _TEST_TOOLS.match(pin))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where sam and its tests' tools are installed."""

    checkout: Checkout
    venv: Path
    python: Path
    """The Python of the functions under test."""

    def run(self, file: str, variables: dict[str, str]) -> list[Result]:
        """The results of one test file. What it prints goes to a log beside the environment."""
        name = Path(file).stem
        report, log = self.venv.parent / f"{name}.xml", self.venv.parent / f"{name}.log"
        report.unlink(missing_ok=True)
        command = [str(self.venv / "bin" / "python"), "-m", "pytest", "-p", "no:cacheprovider", file]
        with log.open("wb") as output:
            subprocess.run(
                [*command, f"--junitxml={report}"],
                cwd=self.checkout.path,
                env=self._variables() | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        say(f"  log in {log}")
        return read_results(file, report)

    def _variables(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        tools = self.venv.parent / "bin"
        return inherited | {
            "PATH": os.pathsep.join([str(self.venv / "bin"), str(tools), os.environ["PATH"]]),
            "SAM_SKIP_PULL_IMAGE": "true",
            "SAM_CLI_TELEMETRY": "0",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": "us-east-1",
        }


def ready(checkout: Checkout, venv: Path, python: Path) -> Environment:
    """The environment, made if it is not there yet. One that has sam already is taken as it is."""
    tools = venv.parent / "bin"
    tools.mkdir(parents=True, exist_ok=True)
    link = tools / "python3.13"  # the name by which sam looks for it
    link.unlink(missing_ok=True)
    link.symlink_to(python.resolve())
    if not any((venv / "bin" / name).exists() for name in ("sam", "samdev")):
        say(f"installing {checkout.requirements[0]} into {venv} …")
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *checkout.requirements], check=True)
    return Environment(checkout=checkout, venv=venv, python=python)
