"""What is counted and measured, and that nobody waits long for a collector that does not answer."""

import subprocess
import sys
import threading
from typing import Any

import pytest

from everstep import ValidationError, durable_execution
from everstep.errors import PluginLoadError
from everstep.otel import opentelemetry
from everstep.otel.flushing import Flush
from everstep.sdk.plugins import load_configured_plugins
from everstep.testing import DurableFunctionTestRunner
from tests.otel.seen import Seen
from tests.otel.shop import CALLBACKS, order, ship, traced
from tests.sdk.drive.plots import Telling, both_drivers
from tests.sdk.drive.test_import_cost import loaded_by


@both_drivers
def test_executions_operations_attempts_retries_and_replays_are_measured(told: Telling) -> None:
    seen = Seen()
    plugin = seen.plugin()
    with DurableFunctionTestRunner(traced(told, order, plugin), callbacks=CALLBACKS) as runner:
        runner.register_durable_function("ship", traced(told, ship, plugin))
        runner.run({"order": 17})

    def count(metric: str, **facts: str) -> int:
        wanted = {name.replace("_", "."): value for name, value in facts.items()}
        points = [point for point in seen.points(metric) if wanted.items() <= point.attributes.items()]
        counts: list[int] = [point.count if hasattr(point, "count") else point.value for point in points]
        return sum(counts)

    assert count("durable.execution.duration", faas_name="order", durable_execution_status="SUCCEEDED") == 1
    assert count("durable.invocation.duration", faas_name="order") == 5
    assert count("durable.operation.duration", faas_name="order") == 11
    assert count("durable.operation.duration", durable_operation_type="WAIT") == 1
    assert count("durable.attempt.duration", durable_attempt_outcome="FAILED") == 1
    assert count("durable.attempt.retries") == 1
    (wait,) = [
        point
        for point in seen.points("durable.operation.duration")
        if point.attributes["durable.operation.type"] == "WAIT"
    ]
    assert wait.sum == 60.0


def test_what_an_invocation_has_as_history_is_counted() -> None:
    seen = Seen()

    @durable_execution(plugins=[seen.plugin()])
    def handler(event: Any, context: Any) -> None:
        for _ in range(2):
            context.step(lambda step: "done")
            context.wait(1)

    with DurableFunctionTestRunner(handler) as runner:
        runner.run()
    assert [point.value for point in seen.points("durable.operation.replays")] == [0 + 2 + 4]


def test_a_collector_that_does_not_answer_is_waited_for_no_longer_than_allowed() -> None:
    answered, ended, calls = threading.Event(), threading.Event(), []

    def hang() -> None:
        calls.append("called")
        answered.wait()
        ended.set()

    flush = Flush(0.01, hang)
    flush()
    flush()
    assert calls == ["called"]
    answered.set()
    assert ended.wait(60)


def test_a_flush_that_fails_disturbs_nobody_and_leaves_no_other_out(caplog: pytest.LogCaptureFixture) -> None:
    flushed: list[str] = []

    def fail() -> None:
        raise OSError("no route")

    Flush(60, fail, lambda: flushed.append("metrics"))()
    assert flushed == ["metrics"]
    assert "no route" in caplog.text


def test_a_negative_time_is_refused() -> None:
    with pytest.raises(ValidationError, match="flush_seconds"):
        opentelemetry(flush_seconds=-1)


def test_two_of_a_kind_exclude_each_other() -> None:
    with pytest.raises(PluginLoadError, match="exclude each other"):
        load_configured_plugins([opentelemetry(), opentelemetry()], environment={})


def test_spans_and_metrics_are_handed_over_before_the_answer() -> None:
    seen = Seen()
    flushed: list[str] = []

    class Flushed:
        def __getattr__(self, name: str) -> Any:
            return getattr(seen.tracers, name)

        def force_flush(self) -> None:
            flushed.append("spans")

    @durable_execution(plugins=[opentelemetry(tracer_provider=Flushed())])  # type: ignore[arg-type]  # it passes all on
    def handler(event: Any, context: Any) -> None:
        context.wait(1)

    with DurableFunctionTestRunner(handler) as runner:
        runner.run()
    assert flushed == ["spans", "spans"]


def test_whoever_does_not_use_it_loads_none_of_it() -> None:
    assert [module for module in loaded_by("import everstep, everstep.sdk.plugins") if "telemetry" in module] == []


def test_whoever_lacks_opentelemetry_is_told_what_to_install() -> None:
    program = "import sys; sys.modules['opentelemetry'] = None; import everstep.otel"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "pip install 'everstep[otel]'" in done.stderr
