"""How the program as a whole answers."""

import subprocess
import sys

import click
import pytest

from everstep.cli import api
from everstep.cli.commands import everstep, run
from everstep.cli.failure import Failure, sentence_for
from everstep.core.refusal import invalid
from everstep.service import app
from everstep.version import __version__


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"everstep {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["executions"], ["--help"], ["-h"]])
def test_without_a_command_there_is_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    assert "Usage: everstep" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["executions", "get"],
        ["executions", "list", "--limit", "many"],
        ["executions", "list", "--endpoint", "here"],
        ["executions", "list", "--what"],
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("everstep: ")
    assert err.count("\n") == 1


def test_every_command_that_prints_can_print_json() -> None:
    def leaves(command: click.Command) -> list[click.Command]:
        inner = command.commands.values() if isinstance(command, click.Group) else []
        return [leaf for each in inner for leaf in leaves(each)] or [command]

    speechless = [c.name for c in leaves(everstep) if not any("--json" in p.opts for p in c.params)]
    assert speechless == []


def test_the_exceptions_for_people_have_a_sentence_and_defects_have_none() -> None:
    assert sentence_for(Failure("no")) == "no"
    assert sentence_for(invalid("wrong")) == "wrong"
    assert sentence_for(ExceptionGroup("unhandled", [invalid("wrong")])) == "wrong"
    assert sentence_for(ZeroDivisionError()) is None


def test_the_program_starts_without_what_only_some_commands_need() -> None:
    heavy = {"asyncio", "rich", "sqlite3", "uvicorn"}
    program = f"import sys, everstep.cli.commands; print(*{heavy} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []


def test_the_command_line_looks_where_the_service_listens() -> None:
    assert api.DEFAULT_PORT == app.DEFAULT_PORT


def test_python_dash_m_is_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "everstep", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"everstep {__version__}\n"
