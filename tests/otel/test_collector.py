"""Real processes: an app that does not know of OpenTelemetry, run with two variables set, and a collector."""

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from everstep.otel.environment import PLUGIN
from everstep.sdk.plugins.loading import PLUGIN_ENTRY_POINT_GROUP
from tests.e2e.world import begin, client_of, ended, service_and_host
from tests.otel.sink import collecting

APP = """
from everstep import durable_execution

@durable_execution
def order(event, context):
    context.step(lambda step: "charged", "charge")
    context.wait(1, "cooldown")
    return context.invoke("ship", event, "ship")

@durable_execution
async def ship(event, context):
    return await context.step(lambda step: "parcel-1", "label")
"""

OPERATIONS = [
    *("approval", "approval create callback id", "approval submitter", "charge", "cooldown", "ship"),
    *("map-item-0", "map-item-1", "pack", "pack", "parcels"),
]


def test_the_plugin_has_a_name_in_the_environment() -> None:
    (found,) = metadata.entry_points(group=PLUGIN_ENTRY_POINT_GROUP, name="everstep-otel")
    assert found.load() is PLUGIN


def test_functions_in_worker_processes_hand_one_trace_to_a_collector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.py").write_text(APP)
    with collecting() as sink:
        monkeypatch.setenv("DURABLE_EXECUTION_PLUGINS", "everstep-otel")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url)
        with service_and_host(tmp_path / "app.py", tmp_path) as service:
            arn = begin(service.endpoint, "order", {}, "order-1")
            assert ended(client_of(service.endpoint), arn).result == "parcel-1"
    assert sink.paths() == [
        "order",
        "order/charge",
        "order/charge/charge attempt 1",
        "order/cooldown",
        "order/ship",
        "order/ship/ship",
        "order/ship/ship/label",
        "order/ship/ship/label/label attempt 1",
    ]
    assert len({span.trace_id for span in sink.spans}) == 1
    assert {"durable.execution.duration", "durable.operation.duration"} <= sink.metrics


def test_the_official_plugin_watches_our_functions() -> None:
    """Both of its views, in processes of their own, because there the official SDK's name means ours."""
    for view in ("ExecutionOtelPluginFactory", "InvocationOtelPluginFactory"):
        command = [sys.executable, "-m", "tests.otel.official", view]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=_with_path())
        for line in done.stdout.splitlines():
            told = json.loads(line)
            assert told["value"] == "parcel-1"
            assert len({span["trace"] for span in told["spans"]}) == 1
            names = [span["name"] for span in told["spans"] if span["status"] == "SUCCEEDED"]
            assert sorted(names) == sorted(OPERATIONS)
            attempts = [span["name"] for span in told["spans"] if span["name"].startswith("charge attempt")]
            assert attempts == ["charge attempt 1", "charge attempt 2"]


def _with_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
