"""What was done and what is owed, as text that Prometheus reads.

What was done is counted as it happens, from the changes themselves; what is owed is asked of whoever owes it when
somebody looks. Names and what they mean: docs/operations.md.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeAlias

from everstep.core.events import EventType
from everstep.core.machine.delta import Begun, Delta
from everstep.service.dispatch import Dispatcher
from everstep.service.http.admission import Admission
from everstep.service.http.asgi import AsgiApp, Receive, Scope, Send
from everstep.service.ports import Clock, Store

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends in seconds."""
COUNTED_MAX: Final = 1_000
"""How far what the store holds is counted; beyond it, more is not worse."""
_CHECKPOINT = b"/checkpoint"
_ENDS: Final = {
    EventType.EXECUTION_SUCCEEDED: "SUCCEEDED",
    EventType.EXECUTION_FAILED: "FAILED",
    EventType.EXECUTION_TIMED_OUT: "TIMED_OUT",
    EventType.EXECUTION_STOPPED: "STOPPED",
}
Sample: TypeAlias = tuple[str, float]
"""Labels as they are written, and the value."""


class Histogram:
    """How often something took how long."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """Who knows what is owed."""

    store: Store
    clock: Clock
    dispatcher: Dispatcher


class Metrics:
    """Owns the counters of one service. `note` listens to it."""

    def __init__(self, owing: Owing, admission: Admission) -> None:
        self._owing = owing
        self._admission = admission
        self.started = 0
        self.ended: Counter[str] = Counter()
        self.invocations_begun = 0
        self.invocations_ended = 0
        self.checkpoints = Histogram()

    def note(self, delta: Delta) -> None:
        """A change is durable."""
        self.started += delta.origin is not None
        self.invocations_begun += isinstance(delta.response, Begun)
        for event in delta.events:
            if event.type is EventType.INVOCATION_COMPLETED:
                self.invocations_ended += 1
            elif (status := _ENDS.get(event.type)) is not None:
                self.ended[status] += 1

    def timed(self, app: AsgiApp) -> AsgiApp:
        """The application, with a watch on checkpoints."""

        async def watch(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not (scope.get("raw_path") or b"").endswith(_CHECKPOINT):
                await app(scope, receive, send)
                return
            begun = time.perf_counter()
            await app(scope, receive, send)
            self.checkpoints.add(time.perf_counter() - begun)

        return watch

    async def text(self, answers: Mapping[int, int]) -> str:
        """All of it; `answers` is how many were given, by HTTP status."""
        owed = await self._owed()
        return "".join(f"{line}\n" for line in (*self._done(answers), *owed))

    def _done(self, answers: Mapping[int, int]) -> Iterator[str]:
        yield from family(
            "everstep_http_answers_total",
            "Answers since the start, by HTTP status",
            [(f'{{status="{status}"}}', count) for status, count in sorted(answers.items())],
        )
        yield from family("everstep_executions_started_total", "Executions begun", [("", self.started)])
        yield from family(
            "everstep_executions_ended_total",
            "Executions that ended, by status",
            [(f'{{status="{status}"}}', self.ended[status]) for status in _ENDS.values()],
        )
        yield from family("everstep_invocations_begun_total", "Invocations begun", [("", self.invocations_begun)])
        yield from family("everstep_invocations_ended_total", "Invocations that ended", [("", self.invocations_ended)])
        yield from _histogram("everstep_checkpoint_seconds", "Time to answer a checkpoint", self.checkpoints)

    async def _owed(self) -> list[str]:
        owing = self._owing
        now = owing.clock.now()
        late = len(await owing.store.due(now, COUNTED_MAX))
        next_due = await owing.store.next_due()
        lateness = 0.0 if next_due is None else max(now - next_due, 0) / 1000
        outbox = len(await owing.store.effects(COUNTED_MAX))
        admission = self._admission
        inside: list[Sample] = [('{kind="call"}', admission.calls), ('{kind="waiting"}', admission.waiting)]
        families = (
            ("everstep_timers_due", "Executions whose moment has come and is not dealt with yet", [("", late)]),
            ("everstep_timers_late_seconds", "How long ago the earliest of those moments was", [("", lateness)]),
            ("everstep_queue_effects", "Effects that wait or are under way here", [("", owing.dispatcher.backlog)]),
            ("everstep_outbox_effects", "Effects in the store that nobody has performed", [("", outbox)]),
            ("everstep_requests_inside", "Requests that are being answered", inside),
            ("everstep_request_body_bytes", "Bodies of those requests, at most", [("", admission.body_bytes)]),
            ("everstep_requests_turned_away_total", "Answers 429 for want of room", [("", admission.refused)]),
        )
        return [line for name, meaning, samples in families for line in family(name, meaning, samples)]


def family(name: str, meaning: str, samples: Iterable[Sample]) -> Iterator[str]:
    """A metric and its values; one whose name ends with `_total` only grows."""
    yield f"# HELP {name} {meaning}."
    yield f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}"
    for labels, value in samples:
        yield f"{name}{labels} {value:.15g}"


def _histogram(name: str, meaning: str, histogram: Histogram) -> Iterator[str]:
    yield f"# HELP {name} {meaning}."
    yield f"# TYPE {name} histogram"
    *within, total = accumulate(histogram.counts)
    for end, count in zip(BUCKETS, within, strict=True):
        yield f'{name}_bucket{{le="{end:g}"}} {count}'
    yield f'{name}_bucket{{le="+Inf"}} {total}'
    yield f"{name}_sum {histogram.seconds:.9g}"
    yield f"{name}_count {total}"
