"""The engine for programs without an event loop."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from everstep.engine import (
    EngineClosedError,
    EngineError,
    ExecutionFailedError,
    ExecutionStatus,
    StoreError,
    SyncEngine,
)
from tests.engine.functions import broken, double, double_async, sleepy


def test_it_starts_finds_and_lists_executions_without_an_event_loop(tmp_path: Path) -> None:
    with SyncEngine(f"sqlite:///{tmp_path}/store.db", [double, broken]) as engine:
        handle = engine.start(double, {"n": 3}, name="three")
        assert (handle.result(30), handle.status(), handle.name) == (6, ExecutionStatus.SUCCEEDED, "three")
        assert engine.start(double, {"n": 3}, name="three").existing
        assert engine.execution("three", double).arn == handle.arn
        assert len(handle.history()) > 2
        with pytest.raises(ExecutionFailedError, match="the shop is closed"):
            engine.start(broken).result(30)
        assert {line.status for line in engine.list().lines} == {ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED}


def test_many_threads_may_ask_it_at_once() -> None:
    with SyncEngine("memory:", [double, double_async]) as engine, ThreadPoolExecutor(8) as threads:
        functions = [double, double_async]
        results = threads.map(lambda n: engine.start(functions[n % 2], {"n": n}).result(30), range(40))
        assert list(results) == [2 * n for n in range(40)]


def test_who_waits_too_long_gives_up_and_the_execution_does_not() -> None:
    with SyncEngine("memory:", [sleepy]) as engine:
        handle = engine.start(sleepy)
        with pytest.raises(TimeoutError):
            handle.result(timeout=0.05)
        handle.pause()
        assert handle.status() in (ExecutionStatus.PAUSED, ExecutionStatus.PAUSING)
        handle.resume()
        handle.stop()
        with pytest.raises(EngineError, match="waits for an answer"):
            handle.callback("approval")


def test_a_closed_one_says_so_and_one_that_cannot_open_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = SyncEngine(f"sqlite:///{tmp_path}/nowhere/store.db", [double])
    with pytest.raises(StoreError):
        engine.open()
    with pytest.raises(EngineClosedError):
        engine.start(double, {"n": 1})
    engine.close()


def test_the_base_install_is_enough() -> None:
    """No third-party module is imported, so none need be installed."""
    program = (
        "import sys; from everstep.engine import Engine; "
        "print([name for name in ('uvicorn', 'click', 'rich', 'httptools', 'boto3') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"
