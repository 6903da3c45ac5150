"""What happens, told to OpenTelemetry: one plugin for each invocation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from opentelemetry.context import Context, attach, get_current
from opentelemetry.metrics import Meter
from opentelemetry.trace import Span, Tracer, get_current_span, set_span_in_context

from everstep.core.model import Kind
from everstep.core.wire.text import dump
from everstep.otel import attributes
from everstep.otel.exported import Exported
from everstep.otel.metrics import Instruments
from everstep.otel.recovery import untold
from everstep.otel.spans import Spans
from everstep.sdk.plugins.infos import (
    InvocationEndInfo,
    InvocationStartInfo,
    InvocationStatus,
    OperationEndInfo,
    OperationInfo,
    OperationStartInfo,
    PropagationInput,
    PropagationMetadata,
    UserFunctionEndInfo,
    UserFunctionStartInfo,
)
from everstep.sdk.plugins.plugin import DurableInstrumentationPlugin

_FINAL = frozenset({InvocationStatus.SUCCEEDED, InvocationStatus.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What the plugins of one function share."""

    tracer: Tracer
    instruments: Instruments
    exported: Exported
    flush: Callable[[], None]
    payloads: bool

    @classmethod
    def of(cls, tracer: Tracer, meter: Meter, flush: Callable[[], None], *, payloads: bool) -> "Equipment":
        return cls(tracer=tracer, instruments=Instruments(meter), exported=Exported(), flush=flush, payloads=payloads)


class OpenTelemetryPlugin(DurableInstrumentationPlugin):
    """Watches one invocation."""

    def __init__(self, equipment: Equipment, info: InvocationStartInfo) -> None:
        self._with = equipment
        self._began = _now()
        self._arn = info.execution_arn or ""
        self._function = attributes.function_name(self._arn)
        self._recorded = set(info.operations)
        """Operations that have a record; a virtual context has none, and no span."""
        self._open: dict[tuple[str, int], _Open] = {}
        self._spans: Spans

    # ------------------------------------------------------------------ the invocation
    def on_invocation_start(self, info: InvocationStartInfo) -> None:
        self._spans = Spans(self._with.tracer, self._arn, info, self._began)
        attach(set_span_in_context(self._spans.invocation))  # what is bound here ends with the invocation
        ended = [known for known in info.operations.values() if known.status.is_terminal]
        self._with.instruments.replayed(self._function, len(ended))
        for operation in untold(info):
            self._end(_as_end(operation))

    def on_invocation_end(self, info: InvocationEndInfo) -> None:
        now = _now()
        for left in self._open.values():
            left.span.end()
        self._spans.end_invocation(info, now)
        self._with.instruments.invocation_ended(self._function, info, self._began, now)
        if info.status in _FINAL and self._claim(self._spans.execution.span_id):
            self._spans.end_execution(info, now, self._payloads_of(info))
            self._with.instruments.execution_ended(self._function, info, now)
        self._with.flush()

    def _payloads_of(self, info: InvocationEndInfo) -> attributes.Attributes:
        if not self._with.payloads:
            return {}
        return attributes.payloads("durable.execution", input=dump(info.execution_input), result=info.execution_result)

    # ------------------------------------------------------------------ operations
    def on_operation_start(self, info: OperationStartInfo) -> None:
        self._recorded.add(info.operation_id)

    def on_operation_end(self, info: OperationEndInfo) -> None:
        is_virtual = info.operation_type is Kind.CONTEXT and info.operation_id not in self._recorded
        if not info.is_replayed and not is_virtual:
            self._end(info)

    def _end(self, info: OperationEndInfo) -> None:
        if not self._claim(self._spans.operation(info.operation_id).span_id):
            return
        now = _now()
        more = attributes.payloads("durable.operation", result=info.result) if self._with.payloads else {}
        self._spans.end_operation(info, now, more)
        self._with.instruments.operation_ended(self._function, info, now)

    def _claim(self, span_id: int) -> bool:
        return self._with.exported.claim(self._spans.trace_id, span_id)

    # ------------------------------------------------------------------ the author's code
    def on_user_function_start(self, info: UserFunctionStartInfo) -> None:
        if info.operation_type is Kind.STEP:
            span = self._spans.begin_attempt(info, _now())
        elif info.operation_id in self._recorded:
            span = self._spans.inside(info)
        else:
            return
        self._open[_key(info)] = _Open(span, get_current())
        attach(set_span_in_context(span))

    def on_user_function_end(self, info: UserFunctionEndInfo) -> None:
        opened = self._open.pop(_key(info), None)
        if opened is None:
            return
        # Put back, not detached: a token could only be given back where it was made, and a branch that is cut off
        # may be told of its end elsewhere.
        if get_current_span() is opened.span:
            attach(opened.outside)
        if info.operation_type is Kind.STEP:
            self._spans.end_attempt(opened.span, info, _now())
            self._with.instruments.attempt_ended(self._function, info, _now())

    # ------------------------------------------------------------------ others
    def provide_propagation_metadata(self, info: PropagationInput) -> PropagationMetadata | None:
        return PropagationMetadata(x_amzn_trace_id=self._spans.header(info.operation_id))

    def enrich_log_context(self) -> Mapping[str, object]:
        """The span in which the line is written; in a thread that an author made himself, the invocation's."""
        here = get_current_span().get_span_context()
        if not here.is_valid:
            here = self._spans.invocation.get_span_context()
        if not here.is_valid:
            return {}
        return {
            "trace_id": f"{here.trace_id:032x}",
            "span_id": f"{here.span_id:016x}",
            "trace_flags": f"{here.trace_flags:02x}",
        }


@dataclass(frozen=True, slots=True)
class _Open:
    """The author's code runs, in this span; around it was that context."""

    span: Span
    outside: Context


def _key(info: OperationInfo) -> tuple[str, int]:
    return info.operation_id, attributes.number_of(info)


def _as_end(known: OperationInfo) -> OperationEndInfo:
    return OperationEndInfo(
        operation_id=known.operation_id,
        operation_type=known.operation_type,
        sub_type=known.sub_type,
        name=known.name,
        parent_id=known.parent_id,
        start_time=known.start_time,
        is_replayed=known.is_replayed,
        status=known.status,
        end_time=known.end_time,
        result=known.result,
        error=known.error,
        attempt=known.attempt,
    )


def _now() -> datetime:
    return datetime.now(UTC)
