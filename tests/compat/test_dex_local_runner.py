"""The official emulator's command: its words, its stores, its time, its end."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aws_durable_execution_sdk_python_testing.stores.sqlite import SQLiteExecutionStore

from demo.programs import until
from tests.compat.emulator import COMMAND, Emulator, emulator, emulator_and_container
from tests.e2e.world import client_of, ended

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its programs are ended by signals")

OFFICIAL = (sys.executable, "-m", "aws_durable_execution_sdk_python_testing.cli")
OPTION = re.compile(r"--[a-z][a-z-]+")
VARIABLE = re.compile(r"AWS_DEX_[A-Z_]+")
AN_HOUR = 3_600


def run(*words: str, cwd: Path | None = None, command: tuple[str, ...] = COMMAND) -> "subprocess.CompletedProcess[str]":
    wide = {**os.environ, "COLUMNS": "200"}  # so that the help breaks no word
    return subprocess.run(
        [*command, *words], cwd=cwd, env=wide, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "command", ["start-server", "invoke", "get-durable-execution", "get-durable-execution-history"]
)
def test_every_word_of_the_original_is_understood(command: str) -> None:
    theirs, ours = (run(command, "--help", command=program).stdout for program in (OFFICIAL, COMMAND))
    for words in (OPTION, VARIABLE):
        assert set(words.findall(theirs)) - set(words.findall(ours)) == set()
    assert "--help" in theirs


def test_a_wrong_command_line_is_2_and_a_failure_1_in_one_sentence(tmp_path: Path) -> None:
    assert run("start-server", "--store-type", "paper").returncode == 2
    assert run("start-server", "--time-scale", "-1").returncode == 1
    (tmp_path / "folder").mkdir()
    for words in (
        ["start-server", "--store-type", "sqlite", "--store-path", "folder"],
        ["get-durable-execution", "--durable-execution-arn", "arn", "--endpoint", "http://127.0.0.1:9"],
    ):
        done = run(*words, cwd=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert done.stderr.startswith("dex-local-runner: ")


def test_a_database_of_the_official_emulator_is_refused_by_its_name(tmp_path: Path) -> None:
    SQLiteExecutionStore.create_and_initialize(tmp_path / "theirs.db")
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as theirs:
        assert theirs.execute("SELECT count(*) FROM executions").fetchone() == (0,)
    done = run("start-server", "--store-type", "sqlite", "--store-path", "theirs.db", cwd=tmp_path)
    assert done.returncode == 1
    assert "theirs.db was written by the official emulator" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with emulator(tmp_path) as running:
        assert running.end(number) == code


def test_the_small_clients_find_the_server_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with emulator_and_container(tmp_path) as running:
        monkeypatch.setenv("AWS_DEX_LOCAL_RUNNER_ENDPOINT", running.endpoint)
        moved = running.ask("PUT", "/lambda-endpoint", json.dumps({"EndpointUrl": running.functions}).encode())
        assert moved.status == 200
        started = run("invoke", "--function-name", "function", "--input", '{"n": 1}')
        arn = json.loads(started.stdout)["ExecutionArn"]
        assert ended(client_of(running.endpoint), arn).result == {"n": 1}
        shown = json.loads(run("get-durable-execution", "--durable-execution-arn", arn).stdout)
        assert (shown["DurableExecutionName"], shown["DurableConfig"]["ExecutionTimeout"]) == (
            "function-execution",
            300,
        )
        assert shown["StartTimestamp"].endswith("+00:00")
        events = json.loads(run("get-durable-execution-history", "--durable-execution-arn", arn).stdout)["Events"]
        assert [event["EventId"] for event in events] == list(range(1, len(events) + 1))
        unknown = run("get-durable-execution", "--durable-execution-arn", "nobody")
        assert (unknown.returncode, "nobody not found" in unknown.stderr) == (1, True)


@pytest.mark.parametrize("store", [("sqlite", "kept.db"), ("filesystem", "kept")])
def test_what_ended_stays_and_what_did_not_is_left_alone(tmp_path: Path, store: tuple[str, str]) -> None:
    options = ("--store-type", store[0], "--store-path", store[1])
    with emulator_and_container(tmp_path, *options) as running:
        done, open_ = running.begin({"n": 1}), running.begin({"wait": 1})
        before = ended(client_of(running.endpoint), done)
        until(lambda: "WaitStarted" in types(running, open_) or None, "the wait")
        running.end()

    with emulator(tmp_path, *options) as running:
        client = client_of(running.endpoint)
        assert ended(client, done) == before
        until(lambda: "WaitSucceeded" in types(running, open_) or None, "the end of the wait")
        assert client.get_durable_execution(DurableExecutionArn=open_)["Status"] == "RUNNING"
        assert types(running, open_)[-1] == "WaitSucceeded"


def types(running: Emulator, arn: str) -> list[str]:
    pages: Any = client_of(running.endpoint).get_durable_execution_history(DurableExecutionArn=arn)
    return [event["EventType"] for event in pages["Events"]]


@pytest.mark.parametrize(
    ("options", "variables"), [(("--skip-time",), {}), ((), {"DURABLE_EXECUTION_TIME_SCALE": "0.0001"})]
)
def test_an_hour_need_not_take_one(tmp_path: Path, options: tuple[str, ...], variables: dict[str, str]) -> None:
    with emulator_and_container(tmp_path, *options, **variables) as running:
        client = client_of(running.endpoint)
        arn = running.begin({"wait": AN_HOUR}, ExecutionTimeoutSeconds=2 * AN_HOUR)
        assert ended(client, arn).result == "waited"
        shown = client.get_durable_execution(DurableExecutionArn=arn)
        assert (shown["EndTimestamp"] - shown["StartTimestamp"]).total_seconds() >= AN_HOUR
