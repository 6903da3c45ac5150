"""`everstep store`: what an operator sees."""

import json
from pathlib import Path

import pytest

from everstep.cli.commands import run
from everstep.service.stores.sqlite_schema import migrations, open_database


def a_store(folder: Path) -> str:
    open_database(folder / "e.db", "OFF").close()
    return str(folder / "e.db")


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = run(["store", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("prefix", ["", "sqlite:///"])
def test_a_backup_says_where_it_is_and_how_large(
    prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.db"
    code, out, _ = said(["backup", prefix + a_store(tmp_path), str(copy), "--json"], capsys)
    told = json.loads(out)
    assert (code, told["backup"], told["bytes"]) == (0, str(copy), copy.stat().st_size)


def test_a_whole_store_is_called_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(["check", a_store(tmp_path)], capsys)
    assert (code, out) == (0, "")
    assert err.endswith("e.db: whole\n")


def test_a_damaged_store_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_store(tmp_path)
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[:-4096] + b"\xff" * 4096)
    code, out, _ = said(["check", path, "--json"], capsys)
    told = json.loads(out)
    assert (code, told["ok"]) == (1, False)
    assert told["findings"]


def test_vacuum_and_migrate_say_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_store(tmp_path)
    newest = len(migrations())
    assert said(["migrate", path], capsys)[:2] == (0, f"{path}: has format {newest} already\n")
    code, out, _ = said(["vacuum", path, "--json"], capsys)
    told = json.loads(out)
    assert (code, told["bytes_after"]) == (0, Path(path).stat().st_size)


@pytest.mark.parametrize("arguments", [["check", "memory:"], ["vacuum", "none.db"], ["backup", "none.db", "copy.db"]])
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = said(arguments, capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
