"""The commands that use the service's own API, run as a user runs them, against a whole service."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import pytest

from everstep.cli.commands import run
from everstep.service.app import App, Hosted, Overheard, Settings, running
from tests.service.http.functions import Invoker, Known


@dataclass(frozen=True, slots=True)
class Running:
    """A service whose functions are those of tests.service.http.functions, in a thread of its own."""

    app: App
    loop: asyncio.AbstractEventLoop
    listeners: list[Overheard]

    def overhear(self, text: str) -> None:
        """A function writes a line."""
        for listener in self.listeners:
            self.loop.call_soon_threadsafe(listener, text, "stderr", None)


@pytest.fixture(scope="module")
def running_service() -> Iterator[Running]:
    ready: Queue[Running] = Queue()

    async def serve() -> None:
        invoker = Invoker()
        listeners: list[Overheard] = []

        @asynccontextmanager
        async def host(_endpoint: str):  # type: ignore[no-untyped-def]  # its type is that of app.Host
            yield Hosted(invoker=invoker, functions=Known(), overhear=listeners.append)

        async with running(Settings(port=0), host) as app:
            invoker.service = app.service
            ready.put(Running(app, asyncio.get_running_loop(), listeners))
            await app.stopped()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    here = ready.get(timeout=20)
    yield here
    here.loop.call_soon_threadsafe(here.app.server.stop)
    thread.join(20)


@pytest.fixture
def tell(running_service: Running, capsys: pytest.CaptureFixture[str]) -> "Tell":
    return Tell(running_service.app.endpoint, capsys)


class Tell:
    """Runs commands, and gives what they print."""

    def __init__(self, endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.endpoint = endpoint
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        found = run([*arguments, "--endpoint", self.endpoint])
        printed = self._capsys.readouterr()
        assert found == code, printed
        return (printed.out if code == 0 else printed.err).strip()

    def json(self, *arguments: str) -> "dict[str, object]":
        value: dict[str, object] = json.loads(self(*arguments, "--json"))
        return value

    def asleep(self, name: str) -> str:
        """An execution that waits."""
        arn = self("executions", "start", "sleeper", "--name", name)
        while self.json("executions", "show", arn)["waits"] is None:
            pass
        return arn


def test_an_execution_is_started_shown_and_listed_with_what_it_waits_for(tell: Tell) -> None:
    tell.asleep("shown")
    told = tell("executions", "show", "shown")
    assert told.startswith("shown is RUNNING after")
    assert "waits for wait" in told
    assert "invocation 1" in told
    assert " left" in tell("executions", "watch", "--once", "--function", "sleeper")


def test_a_wait_is_skipped_by_the_id_of_its_operation(tell: Tell) -> None:
    arn = tell.asleep("hurried")
    waits = tell.json("executions", "show", arn)["waits"]
    assert isinstance(waits, dict)
    assert tell("executions", "retry", "hurried", waits["first"][0]["operation_id"]) == "hurried is RUNNING"
    assert "no operation of this execution is called 'x'" in tell("executions", "retry", "hurried", "x", code=2)


def test_an_execution_is_paused_resumed_stopped_repeated_and_deleted(tell: Tell) -> None:
    tell.asleep("acted")
    assert tell("executions", "pause", "acted", "--reason", "lunch") == "acted is PAUSED"
    assert "only a RUNNING execution can be paused" in tell("executions", "pause", "acted", code=2)
    assert tell("executions", "resume", "acted") == "acted is RUNNING"
    tell("executions", "stop", "acted")
    assert tell("executions", "rerun", "acted", "--name", "acted-again").endswith(tuple("0123456789abcdef"))
    assert tell("executions", "delete", "acted", "--yes") == "deleted"


def test_a_fork_says_what_it_knows(tell: Tell) -> None:
    arn = tell("executions", "start", "asker", "--name", "source")
    while not (waits := tell.json("executions", "show", arn)["waits"]):
        pass
    assert isinstance(waits, dict)
    told = tell("executions", "fork", "source", waits["first"][0]["operation_id"], "--name", "forked")
    assert told.endswith("which knows 0 operations already")
    assert "forked from" in tell("executions", "show", "forked")
    assert tell("callback", "heartbeat", waits["first"][0]["callback_id"]) == "heard"
    assert tell("callback", "succeed", waits["first"][0]["callback_id"], "--result", "1") == "answered"
    assert "already completed" in tell("callback", "fail", waits["first"][0]["callback_id"], code=2)


def test_many_are_stopped_with_one_command(tell: Tell) -> None:
    for number in range(3):
        tell.asleep(f"many-{number}")
    assert tell("executions", "bulk", "stop", "--name", "many-", "--yes") == "3 done, 0 refused"


def test_logs_of_an_execution_that_said_nothing_are_empty(tell: Tell) -> None:
    tell.asleep("silent-one")
    assert tell("logs", "silent-one") == ""


def test_an_exported_history_is_drawn_from_its_file_and_looked_at_in_a_service(tell: Tell, tmp_path: Path) -> None:
    arn = tell.asleep("kept")
    tell("executions", "export", arn, "--to", str(tmp_path))
    (file,) = tmp_path.iterdir()
    drawn = tell("executions", "show", str(file))
    assert drawn.startswith("kept is open after")
    handle = tell("executions", "import", str(file))
    shown = tell("executions", "show", handle)
    assert shown.startswith("kept is RUNNING after")
    assert shown.endswith(drawn)
    assert "there is nothing to do but look" in tell("executions", "pause", handle, code=2)


def test_a_file_that_is_no_history_is_refused_before_anything_is_asked(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"Events": 3}')
    for command in ("show", "import"):
        assert 'no list of "Events"' in tell("executions", command, str(tmp_path / "other.json"), code=2)


@contextmanager
def following(tell: Tell, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The command as a process of its own, which has something to say as long as it runs."""
    command = [sys.executable, "-m", "everstep", *arguments, "--json", "--endpoint", tell.endpoint]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_watching_shows_the_list_again_when_something_has_changed(tell: Tell) -> None:
    with following(tell, "executions", "watch", "--function", "echo") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == []
        tell("executions", "start", "echo", "--name", "seen")
        while not (lines := json.loads(process.stdout.readline())) or lines[0]["status"] == "RUNNING":
            pass
        assert (lines[0]["name"], lines[0]["status"]) == ("seen", "SUCCEEDED")


def test_logs_are_followed_until_the_execution_is_closed(running_service: Running, tell: Tell) -> None:
    arn = tell.asleep("talker")
    record = {"level": "INFO", "executionArn": arn}
    running_service.overhear(json.dumps({**record, "message": "first"}))
    with following(tell, "logs", "talker", "-f") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["message"] == "first"
        running_service.overhear(json.dumps({**record, "message": "second"}))
        assert json.loads(process.stdout.readline())["message"] == "second"
        tell("executions", "stop", "talker")
        assert process.stdout.readline() == ""
        assert process.wait(20) == 0
