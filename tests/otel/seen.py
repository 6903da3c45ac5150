"""What an OpenTelemetry SDK in this process was given: spans and metrics, to be asked about."""

from collections.abc import Iterable
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Sampler

from everstep.otel import OpenTelemetry, opentelemetry


class Seen:
    """Owns providers whose spans and metrics stay in memory."""

    def __init__(self, sampler: Sampler | None = None) -> None:
        self._spans = InMemorySpanExporter()
        self._metrics = InMemoryMetricReader()
        self.tracers = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meters = MeterProvider([self._metrics], shutdown_on_exit=False)

    def plugin(self, *, payloads: bool = False) -> OpenTelemetry:
        return opentelemetry(
            tracer_provider=self.tracers, meter_provider=self.meters, payloads=payloads, flush_seconds=0
        )

    def clear(self) -> None:
        self._spans.clear()

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._spans.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> ReadableSpan:
        (span,) = self.named(name)
        return span

    def path(self, span: ReadableSpan) -> list[str]:
        """The names from the topmost ancestor down to the span."""
        by_id = {known.context.span_id: known for known in self.spans}
        names = [span.name]
        while span.parent is not None:
            span = by_id[span.parent.span_id]
            names.insert(0, span.name)
        return names

    def paths(self) -> list[str]:
        return sorted("/".join(self.path(span)) for span in self.spans)

    def points(self, metric: str) -> list[Any]:
        """The data points of a metric."""
        data = self._metrics.get_metrics_data()
        scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
        found = [known for scope in scopes for known in scope.metrics if known.name == metric]
        return [point for known in found for point in known.data.data_points]


def operations(spans: Iterable[ReadableSpan]) -> list[tuple[str, str]]:
    """Executions and operations, as often as they have a span: ids of operations are unique within an execution."""
    facts = [span.attributes or {} for span in spans]
    ended = [known for known in facts if "durable.operation.status" in known]
    return [(str(known["durable.execution.arn"]), str(known["durable.operation.id"])) for known in ended]
