"""How the log of a service is written, and that of the three commands that have one."""

import http.client
import json
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from everstep.cli.commands import run
from everstep.cli.log_format import JsonLines, LogFormat, PrettyLines, logging_as
from everstep.cli.logs import for_operators

APP = str(Path(__file__).parent / "orders.py")


def a_record(level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": "order-1 %s", "args": ("ended",), "levelno": level,
                                  "levelname": logging.getLevelName(level), "created": 0.0, **fields})  # fmt: skip


def test_a_record_is_one_object_with_its_facts_as_members() -> None:
    line = json.loads(JsonLines().format(a_record(event="execution_ended", arn="a", duration_ms=7)))
    assert line == {
        "ts": "1970-01-01T00:00:00.000Z",
        "level": "INFO",
        "event": "execution_ended",
        "message": "order-1 ended",
        "arn": "a",
        "duration_ms": 7,
    }


def test_people_read_sentences_with_the_level_of_what_is_bad() -> None:
    assert PrettyLines().format(a_record()) == "order-1 ended"
    assert PrettyLines().format(a_record(arn="a")).endswith(":00 order-1 ended")
    assert PrettyLines().format(a_record(logging.WARNING)).endswith("WARNING order-1 ended")


def test_what_a_function_writes_is_a_line_of_the_same_log() -> None:
    line = json.loads(for_operators('{"level": "ERROR", "message": "no", "executionArn": "a"}', "order", "stderr", 0))
    assert (line["event"], line["level"], line["arn"], line["function"]) == ("output", "ERROR", "a", "order")
    assert json.loads(for_operators("plain", "order", "stdout", 0))["message"] == "plain"


def test_the_log_is_ours_only_inside(capsys: pytest.CaptureFixture[str]) -> None:
    ours = logging.getLogger("everstep.test")
    with logging_as(LogFormat.JSON):
        ours.info("inside", extra={"event": "tried"})
    ours.info("outside")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "tried"


def test_a_bind_that_strangers_could_use_is_refused_in_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--host", "0.0.0.0", "--port", "0", "--log-format", "json"]) == 2
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["event"]) == ("ERROR", "bind_refused")


def test_a_port_that_is_taken_is_told_in_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert run(["serve", "--port", str(taken.getsockname()[1]), "--log-format", "json"]) == 2
    assert json.loads(capsys.readouterr().err)["event"] == "bind_refused"


@contextmanager
def logged(*arguments: str, cwd: Path) -> Iterator[tuple[list[dict[str, Any]], "subprocess.Popen[str]"]]:
    """The command, its log as far as it listens; the rest of the log is there at the end."""
    command = [sys.executable, "-m", "everstep", *arguments, "--port", "0", "--log-format", "json"]
    lines: list[dict[str, Any]] = []
    with subprocess.Popen(command, cwd=cwd, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            while not lines or lines[-1]["event"] != "listening":
                lines.append(json.loads(process.stderr.readline()))
            yield lines, process
            process.send_signal(signal.SIGTERM)
            lines.extend(map(json.loads, process.stderr))
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM cannot be told there")
def test_dev_logs_every_line_as_json_from_listening_to_the_end(tmp_path: Path) -> None:
    with logged("dev", APP, "--no-reload", cwd=tmp_path) as (lines, _):
        connection = http.client.HTTPConnection(urlsplit(str(lines[-1]["endpoint"])).netloc, timeout=30)
        connection.request("POST", "/2015-03-31/functions/order/invocations?Qualifier=$LATEST", b'{"n": "private"}')
        assert connection.getresponse().read()
        connection.close()
    events = [line["event"] for line in lines if line["event"] != "output"]
    assert events == ["listening", "execution_started", "execution_ended", "draining", "drained"]
    assert all(line["function"] == "order" for line in lines if line["event"].startswith("execution"))
    assert all({"ts", "level", "event"} <= line.keys() for line in lines)
    assert "private" not in str([line for line in lines if line["event"] != "output"])
