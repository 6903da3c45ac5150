"""What is counted and measured. Durations are in seconds; the attributes have few values each."""

from datetime import datetime

from opentelemetry.metrics import Meter

from everstep.otel import attributes
from everstep.sdk.plugins.infos import InvocationEndInfo, OperationEndInfo, UserFunctionEndInfo

SHORT = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0, 900.0)
"""Bounds for what happens within an invocation, which Lambda ends after 15 minutes."""
LONG = (0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0, 21_600.0, 86_400.0, 604_800.0, 2_592_000.0, 31_536_000.0)
"""Bounds for what waits for people: up to a year."""


class Instruments:
    """Owns the instruments of one function's plugin; may be used from several threads."""

    def __init__(self, meter: Meter) -> None:
        def histogram(name: str, of: str, bounds: tuple[float, ...]) -> "Histogram":
            return Histogram(meter, name, of, bounds)

        self._executions = histogram("durable.execution.duration", "From the start to the end of executions", LONG)
        self._invocations = histogram("durable.invocation.duration", "Calls of the function", SHORT)
        self._operations = histogram("durable.operation.duration", "From the start to the end of operations", LONG)
        self._attempts = histogram("durable.attempt.duration", "Runs of the author's code of operations", SHORT)
        self._retries = meter.create_counter(
            "durable.attempt.retries", unit="{attempt}", description="Attempts after an operation's first"
        )
        self._replays = meter.create_counter(
            "durable.operation.replays", unit="{operation}", description="Operations that an invocation had as history"
        )

    def invocation_ended(self, function: str, info: InvocationEndInfo, began: datetime, now: datetime) -> None:
        facts = {"faas.name": function, "durable.invocation.status": info.status.value}
        self._invocations.record(began, now, facts)

    def execution_ended(self, function: str, info: InvocationEndInfo, now: datetime) -> None:
        facts = {"faas.name": function, "durable.execution.status": info.status.value}
        self._executions.record(info.execution_start_time, now, facts)

    def operation_ended(self, function: str, info: OperationEndInfo, now: datetime) -> None:
        facts = _kind(function, info) | {"durable.operation.status": info.status.value}
        self._operations.record(info.start_time, info.end_time or now, facts)

    def attempt_ended(self, function: str, info: UserFunctionEndInfo, now: datetime) -> None:
        facts = _kind(function, info)
        self._attempts.record(
            info.start_time, info.end_time or now, facts | {"durable.attempt.outcome": info.outcome.value}
        )
        if attributes.number_of(info) > 1:
            self._retries.add(1, facts)

    def replayed(self, function: str, operations: int) -> None:
        if operations:
            self._replays.add(operations, {"faas.name": function})


class Histogram:
    """A histogram of durations."""

    def __init__(self, meter: Meter, name: str, description: str, bounds: tuple[float, ...]) -> None:
        self._histogram = meter.create_histogram(
            name, unit="s", description=description, explicit_bucket_boundaries_advisory=bounds
        )

    def record(self, start: datetime | None, end: datetime, facts: dict[str, str]) -> None:
        """Nothing where the start is unknown; zero where two clocks disagree."""
        if start is not None:
            self._histogram.record(max(0.0, (end - start).total_seconds()), facts)


def _kind(function: str, info: OperationEndInfo | UserFunctionEndInfo) -> dict[str, str]:
    facts = {"faas.name": function, "durable.operation.type": info.operation_type.value}
    return facts if info.sub_type is None else facts | {"durable.operation.subtype": info.sub_type}
