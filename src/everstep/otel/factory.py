"""The factory that a function is given, and what it can be told."""

import threading
from dataclasses import dataclass
from typing import Any, ClassVar

from opentelemetry import metrics, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import TracerProvider

from everstep.errors import ValidationError
from everstep.otel.flushing import Flush
from everstep.otel.plugin import Equipment, OpenTelemetryPlugin
from everstep.sdk.plugins.infos import InvocationStartInfo
from everstep.version import __version__

SCOPE = "everstep"
"""The instrumentation scope of all spans and metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What a function's OpenTelemetry can be told."""

    tracer_provider: TracerProvider | None = None
    """None: the global one, which may also be set after the function was defined."""
    meter_provider: MeterProvider | None = None
    """None: the global one."""
    payloads: bool = False
    """True: inputs and results become attributes, cut to 4,096 characters. They are your customers' data."""
    flush_seconds: float = 2.0
    """How long an invocation may wait at its end for spans and metrics to be handed over; 0: nothing is handed over
    but by the providers' own clocks, which is too late where processes are frozen, as on AWS Lambda. Default: 2."""

    def __post_init__(self) -> None:
        if self.flush_seconds < 0:
            raise ValidationError(f"flush_seconds must not be negative, got {self.flush_seconds}")


class OpenTelemetry:
    """Makes a plugin for each invocation; owns what outlives one."""

    __durable_registration_api__: ClassVar[int] = 1
    exclusive_group: ClassVar[str] = "aws-durable-execution-otel-view"
    """That of the official package: with both, everything would be there twice."""

    def __init__(self, telemetry: Telemetry | None = None) -> None:
        self.telemetry = telemetry or Telemetry()
        self._lock = threading.Lock()
        self._equipped: tuple[TracerProvider, Equipment] | None = None

    def create_plugin(self, info: InvocationStartInfo, /) -> OpenTelemetryPlugin:
        return OpenTelemetryPlugin(self._equipment(), info)

    def _equipment(self) -> Equipment:
        provider = self.telemetry.tracer_provider or trace.get_tracer_provider()
        with self._lock:
            if self._equipped is None or self._equipped[0] is not provider:
                self._equipped = provider, self._equip(provider)
            return self._equipped[1]

    def _equip(self, provider: TracerProvider) -> Equipment:
        meters = self.telemetry.meter_provider or metrics.get_meter_provider()
        return Equipment.of(
            provider.get_tracer(SCOPE, __version__),
            meters.get_meter(SCOPE, __version__),
            Flush(self.telemetry.flush_seconds, *_flushes_of(provider), *_flushes_of(meters)),
            payloads=self.telemetry.payloads,
        )


def opentelemetry(
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    payloads: bool = False,
    flush_seconds: float = 2.0,
) -> OpenTelemetry:
    """OpenTelemetry for a durable function: `@durable_execution(plugins=[opentelemetry()])`.

    See `Telemetry` for the options. Raises ValidationError for a negative `flush_seconds`.
    """
    return OpenTelemetry(
        Telemetry(
            tracer_provider=tracer_provider,
            meter_provider=meter_provider,
            payloads=payloads,
            flush_seconds=flush_seconds,
        )
    )


def _flushes_of(provider: Any) -> tuple[Any, ...]:
    """How the provider hands over what it has: the API's own providers have nothing, those of the SDK do."""
    flush = getattr(provider, "force_flush", None)
    return () if flush is None else (flush,)
