"""`everstep new`."""

import json
from pathlib import Path

import pytest

from everstep.cli.commands import run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own for each test."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_project_is_a_folder_of_its_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "shop", "--template", "saga"]) == 0
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    assert files == [
        "shop/.gitignore",
        "shop/README.md",
        "shop/input.json",
        "shop/pyproject.toml",
        "shop/src/requirements.txt",
        "shop/src/trip.py",
        "shop/template.yaml",
        "shop/tests/test_trip.py",
    ]
    assert "cd shop\n" in capsys.readouterr().err


def test_the_folder_may_be_elsewhere_and_may_exist(folder: Path) -> None:
    (folder / "code" / "shop" / ".git").mkdir(parents=True)
    assert run(["new", "code/shop"]) == 0
    assert (folder / "code/shop/README.md").read_text().startswith("# shop\n")


def test_nothing_is_written_over_and_then_nothing_is_written_at_all(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "shop").mkdir()
    (folder / "shop/README.md").write_text("mine")
    assert run(["new", "shop"]) == 2
    assert capsys.readouterr().err.startswith("everstep: shop has README.md already")
    assert [file.name for file in (folder / "shop").iterdir()] == ["README.md"]
    assert (folder / "shop/README.md").read_text() == "mine"


def test_the_templates_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "--list"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["minimal", "human-in-the-loop", "agent-loop", "saga", "map-reduce"]
    assert run(["new", "--list", "--json"]) == 0
    assert [each["template"] for each in json.loads(capsys.readouterr().out)] == names


def test_programs_are_told_what_was_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "shop", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["folder"], told["template"]) == ("shop", "minimal")
    assert "src/reminder.py" in told["files"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "everstep new NAME"),
        (["my shop"], "'my-shop' would do"),
        (["shop", "--template", "sagas"], "there is no template 'sagas'; there are minimal, human-in-the-loop"),
        (["file.txt/shop"], "cannot write"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], sentence: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "file.txt").write_text("a file")
    assert run(["new", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert sentence in err
