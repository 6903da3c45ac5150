"""`everstep run`, with real worker processes and a real store."""

import json
import socket
from pathlib import Path

import pytest

from everstep.cli.commands import run

APP = str(Path(__file__).parent / "orders.py")
ORDER = f"{APP}:order"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own for each test."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_progress_goes_to_stderr_and_the_result_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", ORDER, "--input", '{"n": 17}', "--name", "order-17"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"order": {"n": 17}, "is": "reserved"}
    told = [line.partition(" s ")[2] for line in err.splitlines() if " s " in line]
    assert told[:3] == [
        '• execution order-17 started  {"n": 17}',
        "• step reserve started",
        '✓ step reserve succeeded  "reserved"',
    ]
    assert told[3].startswith("✓ execution order-17 succeeded")


def test_the_same_name_again_shows_the_result_without_running_again(capsys: pytest.CaptureFixture[str]) -> None:
    run(["run", ORDER, "--name", "once"])
    first = capsys.readouterr()
    assert run(["run", ORDER, "--name", "once"]) == 0
    again = capsys.readouterr()
    assert (again.out, again.err) == (first.out, "")


def test_the_same_name_with_another_payload_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    run(["run", ORDER, "--name", "once"])
    capsys.readouterr()
    assert run(["run", ORDER, "--name", "once", "--input", "[]"]) == 2
    assert "already exists" in one_sentence(capsys)


def test_an_execution_that_fails_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", f"{APP}:hopeless", "--store", "memory:"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].endswith("is FAILED: ValueError: out of mugs")


def test_json_is_the_execution_as_the_api_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", ORDER, "--json", "--name", "j", "--store", "mine.db"]) == 0
    out, err = capsys.readouterr()
    execution = json.loads(out)
    assert (execution["DurableExecutionName"], execution["Status"]) == ("j", "SUCCEEDED")
    assert err == ""
    assert Path("mine.db").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing.py"], "no file, folder or module"),
        ([APP], "has several functions (order, hopeless)"),
        ([f"{APP}:missing"], "missing"),
        (["empty.py"], "empty.py"),
        (["broken.py"], "broken.py"),
        ([ORDER, "--input", "{"], "not JSON"),
        ([ORDER, "--name", "a b"], "letters, digits"),
        ([ORDER, "--store", "text.txt"], "text.txt"),
        ([ORDER, "--store", "no/such/folder/a.db"], "a.db"),
        ([ORDER, "--store", "mysql://x"], "is no store"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    arguments: list[str], sentence: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.py").write_text("x = 1\n")
    (folder / "broken.py").write_text("def f(:\n")
    (folder / "text.txt").write_text("not a database, but long enough to look like one\n" * 50)
    assert run(["run", *arguments]) == 2
    assert sentence in one_sentence(capsys)
    assert (folder / "text.txt").read_text().startswith("not a database")


@pytest.mark.parametrize("command", [["serve"], ["dev", APP, "--store", "memory:"], ["host", APP]])
def test_a_port_in_use_is_one_sentence(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run([*command, "--port", str(port)]) == 2
    assert f"port {port} of 127.0.0.1 is in use" in one_sentence(capsys)


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    lines: list[str] = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    return lines[0]


def test_an_execution_may_take_as_long_as_its_function_declares(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = """
from everstep import DurableContext, durable_execution

@durable_execution(execution_timeout=1)
def hasty(event: object, context: DurableContext) -> None:
    context.wait(60)
"""
    (folder / "hasty.py").write_text(source)
    assert run(["run", "hasty.py", "--name", "late"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("late is TIMED_OUT")
