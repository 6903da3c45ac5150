"""The hook that .pre-commit-hooks.yaml offers is the command, and the extra that it installs is the command line's."""

import shlex
import tomllib
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from everstep.cli.commands import run
from tests.lint.test_command import FLOW

ROOT = Path(__file__).parents[2]


def test_the_hook_runs_the_check_on_the_files_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, *arguments = shlex.split(hook["entry"])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "other.py").write_text("x = 1")
    assert (program, hook["language"], hook["types"]) == ("everstep", "python", ["python"])
    assert run([*arguments, "flow.py", "other.py"]) == 1
    assert "flow.py:6:15: error ES001" in capsys.readouterr().out


def test_the_hook_installs_what_the_command_line_needs() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert hook["additional_dependencies"] == [".[server]"]
    assert "server" in project["optional-dependencies"]
    assert hook["entry"].split()[0] in project["scripts"]
