"""The command line as a newcomer uses it: programs of their own, killed, asked again, asked wrongly."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demo.programs import start, until
from tests.e2e.world import APPS, EXAMPLES, client_of

ORDER = f"{EXAMPLES / 'order' / 'workflow.py'}:order"
SECONDS_MAX = 60


def everstep(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "everstep", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)


def test_an_interrupted_run_goes_on_and_a_finished_one_shows_its_result(tmp_path: Path) -> None:
    given = json.loads((EXAMPLES / "order" / "order.json").read_text()) | {"packing_seconds": 3}
    (tmp_path / "order.json").write_text(json.dumps(given))
    arguments = ["run", ORDER, "--input", "@order.json", "--name", "order-17"]
    ledger = tmp_path / given["ledger"]

    with subprocess.Popen(
        [sys.executable, "-m", "everstep", *arguments], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as first:
        assert first.stderr is not None
        assert any("… wait packing for 3.00 s" in line for line in first.stderr), "it ended before its wait"
        first.kill()
    assert "ship" not in ledger.read_text()

    second = everstep(*arguments, folder=tmp_path)
    assert (second.returncode, json.loads(second.stdout)["order"]) == (0, "order-17")
    assert "✓ step charge succeeded" in second.stderr, "what happened before is told again"
    third = everstep(*arguments, folder=tmp_path)
    assert (third.returncode, third.stdout, third.stderr) == (0, second.stdout, "")
    written = ledger.read_text().split("\n")
    assert [written.count(f"begin {step}") for step in ("reserve-stock 1", "charge 1", "ship 1", "ship 2")] == [1] * 4


def test_every_example_runs(tmp_path: Path) -> None:
    given = f"@{EXAMPLES / 'order' / 'order.json'}"
    for function, arguments, expected in [
        (f"{EXAMPLES / 'hello.py'}:hello", ["--input", '{"name": "you"}'], "Hello, you!"),
        (f"{EXAMPLES / 'quotes.py'}", [], {"item": "mug", "shop": "south", "cents": 1990}),
        (ORDER, ["--input", given], {"order": "order-17", "payment": "3980 cents for order-17"}),
    ]:
        ran = everstep("run", function, *arguments, folder=tmp_path)
        assert ran.returncode == 0, ran.stderr
        result = json.loads(ran.stdout)
        assert result == expected or expected.items() <= result.items()  # type: ignore[attr-defined]


def test_executions_are_listed_shown_drawn_and_stopped(tmp_path: Path) -> None:
    dev = start("dev", str(APPS / "odd.py"), "--port", "0", folder=tmp_path)
    try:
        at = ["--endpoint", dev.endpoint, "--json"]

        def ask(*arguments: str) -> Any:
            asked = everstep("executions", *arguments, *at, folder=tmp_path)
            assert asked.returncode == 0, asked.stderr
            return json.loads(asked.stdout)

        assert ask("list") == []
        for function, name in (("echo", "first"), ("sleeper", "night")):
            begin(dev.endpoint, function, name)
        until(lambda: ask("get", "first")["Status"] == "SUCCEEDED" or None, "the end of the first")
        assert [(found["DurableExecutionName"], found["Status"]) for found in ask("list")] == [
            ("night", "RUNNING"),
            ("first", "SUCCEEDED"),
        ]
        assert [found["DurableExecutionName"] for found in ask("list", "--status", "RUNNING")] == ["night"]
        assert [event["EventId"] for event in ask("history", "first")] == [1, 2, 3, 4, 5]
        assert "StopTimestamp" in ask("stop", "night")
        assert ask("get", "night")["Status"] == "STOPPED"
    finally:
        assert dev.end() == 0


def test_a_wrong_command_line_is_one_sentence_exit_code_2_and_no_trace(tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("answer = 42\n")
    (tmp_path / "strange.db").write_bytes(b"this is a shopping list, not a database\n" * 100)
    newer_store(tmp_path / "newer.db")
    odd = f"{APPS / 'odd.py'}:echo"
    wrong: list[Sequence[str]] = [
        ("run", odd, "--input", "{"),
        ("run", odd, "--name", "a b"),
        ("run", f"{APPS / 'odd.py'}:nobody"),
        ("run", "empty.py"),
        ("dev", "nowhere.py"),
        ("run", odd, "--store", "strange.db"),
        ("serve", "--store", "sqlite:///newer.db", "--port", "0"),
        ("serve", "--function-configs", "[]", "--port", "0"),
        ("executions", "get", "arn:aws:lambda:nothing", "--endpoint", "http://127.0.0.1:1"),
    ]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for arguments in wrong:
        said = everstep(*arguments, folder=tmp_path)
        assert (said.returncode, said.stdout) == (2, ""), arguments
        assert said.stderr.startswith("everstep: "), said.stderr
        assert said.stderr.count("\n") == 1, said.stderr
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file() and path.suffix != ".lock"}
    assert after == before


def test_a_result_that_cannot_be_serialized_is_exit_code_1_and_says_what_to_do(tmp_path: Path) -> None:
    ran = everstep("run", f"{APPS / 'odd.py'}:locked", folder=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "lock" in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr


def begin(endpoint: str, function: str, name: str) -> None:
    client_of(endpoint).invoke(FunctionName=function, InvocationType="Event", DurableExecutionName=name)


def newer_store(path: Path) -> None:
    """A store as a later everstep might write it."""
    made = everstep("run", f"{APPS / 'odd.py'}:echo", "--store", path.name, folder=path.parent)
    assert made.returncode == 0, made.stderr
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 4711")
    connection.close()
    path.with_name(f"{path.name}.lock").unlink()
