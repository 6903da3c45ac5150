"""The plugin by name, for functions whose code says nothing of it: `DURABLE_EXECUTION_PLUGINS=everstep-otel`.

Whoever gives a program a name only has no place to set up OpenTelemetry either. So where an OTLP endpoint is named by
the standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT` and its kin) and nobody has set up a provider, this does.
"""

import os
import threading
from collections.abc import Mapping
from importlib.util import find_spec

from opentelemetry import metrics, trace

from everstep.otel.factory import OpenTelemetry
from everstep.otel.plugin import OpenTelemetryPlugin
from everstep.sdk.plugins.infos import InvocationStartInfo


class FromEnvironment(OpenTelemetry):
    """Sets providers up before the first invocation, if nobody else has."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._environment = environment
        self._setting_up = threading.Lock()
        self._is_set_up = False

    def create_plugin(self, info: InvocationStartInfo, /) -> OpenTelemetryPlugin:
        with self._setting_up:
            if not self._is_set_up:
                self._is_set_up = True
                set_up(os.environ if self._environment is None else self._environment)
        return super().create_plugin(info)


def set_up(environment: Mapping[str, str]) -> None:
    """Export over OTLP what the environment names an endpoint for, unless there is a provider already."""
    if not _can_export() or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    if _endpoint(environment, "TRACES") and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        _export_spans()
    if _endpoint(environment, "METRICS") and not hasattr(metrics.get_meter_provider(), "force_flush"):
        _export_metrics()


def _can_export() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:  # not even the packages above it
        return False


def _endpoint(environment: Mapping[str, str], signal: str) -> bool:
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    wanted = environment.get(f"OTEL_{signal}_EXPORTER", "otlp")
    return wanted == "otlp" and any(environment.get(name) for name in names)


def _export_spans() -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def _export_metrics() -> None:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    metrics.set_meter_provider(MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())]))


PLUGIN = FromEnvironment()
"""What the entry point `everstep-otel` names; it does nothing before an invocation."""
