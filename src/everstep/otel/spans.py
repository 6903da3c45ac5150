"""Makes the spans of one execution, as far as one invocation knows it.

A span of the OpenTelemetry SDK lives in one process, from its start to its end; an execution and its operations do not.
So nothing is begun for them. Until they end, what belongs below them names them as its parent by their computed id; at
the end the span is made whole, with recorded times.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import TypeAlias

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Tracer as SdkTracer
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    get_current_span,
    set_span_in_context,
)

from everstep.core.model import ErrorObject
from everstep.otel import attributes, identity
from everstep.otel.given_ids import GivenIds
from everstep.otel.identity import Ancestor, nanoseconds
from everstep.sdk.plugins.infos import (
    InvocationEndInfo,
    InvocationStartInfo,
    InvocationStatus,
    OperationEndInfo,
    OperationInfo,
    UserFunctionEndInfo,
    UserFunctionOutcome,
    UserFunctionStartInfo,
)

Giving: TypeAlias = Callable[[SpanContext], AbstractContextManager[None]]


class Spans:
    """Owns the identity of one execution and the span of one invocation."""

    def __init__(self, tracer: Tracer, arn: str, info: InvocationStartInfo, now: datetime) -> None:
        self._tracer = tracer
        self._giving: Giving = GivenIds.on(tracer).giving if isinstance(tracer, SdkTracer) else lambda _: nullcontext()
        self._arn = arn
        self._started_at = info.execution_start_time or now
        self._caller = identity.parse_header(info.trace_header)
        caller = self._caller
        self.trace_id = identity.trace_id_of(arn, info.execution_start_time) if caller is None else caller.trace_id
        self.is_sampled = self._sampled()
        self.execution = self._here(identity.execution_span_id(arn))
        self.invocation = self._begin_invocation(info, now)

    # ------------------------------------------------------------------ who is who
    def operation(self, operation_id: str) -> SpanContext:
        """The span that this operation has, or will have when it ends."""
        return self._here(identity.operation_span_id(self._arn, operation_id))

    def header(self, operation_id: str) -> str:
        """What a function is told that is called by this operation."""
        span_id = identity.operation_span_id(self._arn, operation_id)
        return identity.header_of(Ancestor(trace_id=self.trace_id, span_id=span_id, is_sampled=self.is_sampled))

    def _here(self, span_id: int, *, is_remote: bool = False) -> SpanContext:
        flags = TraceFlags(TraceFlags.SAMPLED if self.is_sampled else TraceFlags.DEFAULT)
        return SpanContext(self.trace_id, span_id, is_remote=is_remote, trace_flags=flags)

    def _sampled(self) -> bool:
        """The caller's decision, else the sampler's on the whole execution; the same in every invocation of it."""
        if self._caller is not None and self._caller.is_sampled is not None:
            return self._caller.is_sampled
        if not isinstance(self._tracer, SdkTracer):
            return False
        name = attributes.function_name(self._arn)
        sampling = self._tracer.sampler.should_sample(Context(), self.trace_id, name, SpanKind.INTERNAL)
        return sampling.decision is Decision.RECORD_AND_SAMPLE

    # ------------------------------------------------------------------ the execution and its invocations
    def _begin_invocation(self, info: InvocationStartInfo, now: datetime) -> Span:
        """Below a span that surrounds the call, if that belongs to the trace; one of another trace is linked."""
        around = get_current_span()
        outside = around.get_span_context()
        belongs = outside.is_valid and outside.trace_id == self.trace_id
        return self._tracer.start_span(
            f"invoke {attributes.function_name(self._arn)}",
            context=set_span_in_context(around, Context()) if belongs else _below(self.execution),
            kind=SpanKind.SERVER,
            attributes=attributes.of_invocation(self._arn, info),
            links=[Link(outside)] if outside.is_valid and not belongs else (),
            start_time=nanoseconds(now),
        )

    def end_invocation(self, info: InvocationEndInfo, now: datetime) -> None:
        self.invocation.set_attributes(attributes.of_end(info))
        if info.error is not None:
            _fail(self.invocation, info.error, now)
        self.invocation.end(nanoseconds(now))

    def end_execution(self, info: InvocationEndInfo, now: datetime, more: attributes.Attributes) -> None:
        """Everything is over: the span from which all others hang."""
        caller = self._caller
        parent = Context()
        if caller is not None and caller.span_id is not None:
            parent = _below(self._here(caller.span_id, is_remote=True))
        elif not self.is_sampled:
            return
        with self._giving(self.execution):
            span = self._tracer.start_span(
                attributes.function_name(self._arn),
                context=parent,
                attributes=attributes.of_execution(self._arn) | {"durable.execution.status": info.status.value} | more,
                links=[Link(self.invocation.get_span_context())],
                start_time=nanoseconds(self._started_at),
            )
        if info.status is InvocationStatus.FAILED:
            _fail(span, info.error or ErrorObject(), now)
        span.end(max(nanoseconds(now), nanoseconds(self._started_at)))

    # ------------------------------------------------------------------ operations and attempts
    def end_operation(self, info: OperationEndInfo, now: datetime, more: attributes.Attributes) -> None:
        start = info.start_time or info.end_time or now
        end = max(info.end_time or now, start)
        with self._giving(self.operation(info.operation_id)):
            span = self._tracer.start_span(
                attributes.name_of(info),
                context=_below(self.execution if info.parent_id is None else self.operation(info.parent_id)),
                kind=SpanKind.CLIENT if attributes.is_call(info) else SpanKind.INTERNAL,
                attributes=attributes.of_ended_operation(self._arn, info) | more,
                links=[Link(self.invocation.get_span_context(), {"durable.link": "ended_in"})],
                start_time=nanoseconds(start),
            )
        if info.status in attributes.FAILURES:
            _fail(span, info.error or ErrorObject(type=info.status.value), end)
        span.end(nanoseconds(end))

    def begin_attempt(self, info: UserFunctionStartInfo, now: datetime) -> Span:
        return self._tracer.start_span(
            f"{attributes.name_of(info)} attempt {attributes.number_of(info)}",
            context=_below(self.operation(info.operation_id)),
            attributes=attributes.of_attempt(self._arn, info),
            links=[Link(self.invocation.get_span_context(), {"durable.link": "ran_in"})],
            start_time=nanoseconds(info.start_time or now),
        )

    def end_attempt(self, span: Span, info: UserFunctionEndInfo, now: datetime) -> None:
        span.set_attribute("durable.attempt.outcome", info.outcome.value)
        if info.outcome is UserFunctionOutcome.FAILED:
            _fail(span, info.error or ErrorObject(), info.end_time or now)
        span.end(nanoseconds(info.end_time or now))

    def inside(self, info: OperationInfo) -> Span:
        """What stands for an operation while it is not over."""
        return NonRecordingSpan(self.operation(info.operation_id))


def _below(parent: SpanContext) -> Context:
    """Of the parent only: what else is bound here, such as the span around the call, is no ancestor."""
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _fail(span: Span, error: ErrorObject, at: datetime) -> None:
    span.set_status(Status(StatusCode.ERROR, error.message))
    span.set_attribute("error.type", attributes.error_type(error))
    span.add_event("exception", attributes.exception(error), nanoseconds(at))
