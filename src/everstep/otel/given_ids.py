"""Lets a tracer of the OpenTelemetry SDK make spans whose ids are known before.

The SDK asks a generator for the ids of each span, and offers no other way to choose them. Ours gives what it was told
to give, once, and otherwise asks the generator that was there before. It sits on our own tracer only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.sdk.trace import Tracer
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import SpanContext


class GivenIds(IdGenerator):
    """Owns the identity of the next span that this thread or task makes."""

    def __init__(self, otherwise: IdGenerator) -> None:
        self._otherwise = otherwise
        self._next: ContextVar[SpanContext | None] = ContextVar("everstep_next_span", default=None)

    @classmethod
    def on(cls, tracer: Tracer) -> "GivenIds":
        """The one of this tracer, put there if need be."""
        generator = tracer.id_generator
        if not isinstance(generator, cls):
            generator = tracer.id_generator = cls(generator)
        return generator

    @contextmanager
    def giving(self, identity: SpanContext) -> Iterator[None]:
        """The next span that is made inside has this identity."""
        outside = self._next.set(identity)
        try:
            yield
        finally:
            self._next.reset(outside)

    def generate_trace_id(self) -> int:
        given = self._next.get()
        return self._otherwise.generate_trace_id() if given is None else given.trace_id

    def generate_span_id(self) -> int:
        given = self._next.get()
        self._next.set(None)  # a processor may make spans of its own when it hears of this one
        return self._otherwise.generate_span_id() if given is None else given.span_id

    def is_trace_id_random(self) -> bool:
        return self._next.get() is None and self._otherwise.is_trace_id_random()
