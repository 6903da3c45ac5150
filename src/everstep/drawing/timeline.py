"""A history, drawn: one row per operation and per invocation, with bars over a common axis of time. Pure.

    order-17 succeeded after 14.2 s, 3 invocations, 1 failed

    operation        outcome      tries      start       took
    step reserve     succeeded        1    0.010 s    0.200 s  ███
    step charge      succeeded        2    0.215 s    2.10 s      █··█
    wait             succeeded             2.40 s     10.0 s           ░░░░░░░░░░░░░░░░░░
    invocation 1     suspended             0.002 s    0.240 s  ═══

`rows` folds events into records, `draw` lays them out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from everstep.core.events import Event, EventType
from everstep.core.model import Millis, OperationId
from everstep.core.subjects import Happening, Subject, subject_of
from everstep.drawing.wording import (
    HAPPENING_WORDS,
    KIND_WORDS,
    duration,
    error_line,
    line,
    title,
)

BUSY, IDLE, GROUP, CALL, PAUSE = "█", "░", "─", "═", "·"
_CELLS = {"Step": BUSY, "Wait": IDLE, "Callback": IDLE, "ChainedInvoke": IDLE, "Context": GROUP}
BAR_CELLS_MIN = 10
BAR_CELLS_MAX = 60
NAME_CHARS_MAX = 32
NOTE_CHARS_MAX = 100


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; `end` is None while it lasts."""

    start: Millis
    end: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One operation, or one invocation."""

    label: str
    cell: str
    outcome: str
    spans: tuple[Span, ...]
    depth: int = 0
    attempts: int | None = None
    note: str = ""
    """What a reader should know beyond the outcome: an error."""

    @property
    def start(self) -> Millis:
        return self.spans[0].start

    @property
    def end(self) -> Millis | None:
        return self.spans[-1].end


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A whole history."""

    title: str
    outcome: str
    note: str
    start: Millis
    end: Millis
    """When it ended; for an open execution, its last event."""
    operations: tuple[Row, ...]
    invocations: tuple[Row, ...]


_STANDING = {Happening.STARTED: "is open", Happening.RESUMED: "is open", Happening.PAUSED: "is paused"}
"""What is said of an execution that goes on; of any other, how it ended."""


def draw(events: Sequence[Event], width: int = 120, name: str | None = None) -> list[str]:
    """The history as lines no wider than `width`, as far as names and figures allow; oldest event first."""
    if not events:
        return ["nothing happened yet"]
    drawn = fold(events, name)
    shown = [*drawn.operations, *drawn.invocations]
    label_width = max([len("operation"), *(2 * row.depth + len(row.label) for row in shown)])
    head = f"{'operation':<{label_width}}  {'outcome':<10} {'tries':>5} {'start':>12} {'took':>12}  "
    cells = max(BAR_CELLS_MIN, min(BAR_CELLS_MAX, width - len(head)))
    lines = [_headline(drawn), ""]
    if shown:
        lines.append(head.rstrip())
    for row in shown:
        label = "  " * row.depth + row.label
        tries = "" if row.attempts is None else str(row.attempts)
        took = "" if row.end is None else duration(row.end - row.start)
        figures = f"{row.outcome:<10} {tries:>5} {duration(row.start - drawn.start):>12} {took:>12}"
        lines.append(f"{label:<{label_width}}  {figures}  {_bar(row, drawn, cells)}".rstrip())
        if row.note:
            lines.append(f"{'':<{label_width}}  └ {row.note}")
    return lines


def fold(events: Iterable[Event], name: str | None = None) -> Timeline:
    """The rows of a history; `name` titles it where its events do not."""
    ordered = sorted(events, key=lambda event: event.event_id)
    rows: dict[OperationId, Row] = {}
    invocations: list[Row] = []
    depths: dict[OperationId, int] = {}
    inside: dict[OperationId | None, list[OperationId]] = {}
    first, last = ordered[0], ordered[-1]
    called, outcome, note = name or "execution", "is open", ""
    for event in ordered:
        subject = subject_of(event.type)
        if event.type is EventType.INVOCATION_COMPLETED:
            invocations.append(_invocation(event, len(invocations) + 1))
        elif subject.kind == "Execution":
            called = name or event.name or called
            outcome = _STANDING.get(subject.happening) or HAPPENING_WORDS[subject.happening]
            note = _note(event)
        elif event.id is not None:
            depth = depths.get(event.parent_id, -1) + 1 if event.parent_id is not None else 0
            depths.setdefault(event.id, depth)
            if event.id not in rows:
                inside.setdefault(event.parent_id if event.parent_id in rows else None, []).append(event.id)
            rows[event.id] = _operation(event, subject, rows.get(event.id), depths[event.id])
    return Timeline(
        title=line(called, 80),
        outcome=outcome,
        note=note,
        start=first.at,
        end=last.at,
        operations=tuple(rows[operation_id] for operation_id in _below(None, inside)),
        invocations=tuple(invocations),
    )


def _below(
    parent: OperationId | None, inside: Mapping[OperationId | None, Sequence[OperationId]]
) -> Iterator[OperationId]:
    """Each operation followed by what is inside it, also where branches ran side by side; else in start order."""
    for operation_id in inside.get(parent, ()):
        yield operation_id
        yield from _below(operation_id, inside)


def _operation(event: Event, subject: Subject, before: Row | None, depth: int) -> Row:
    """The row after this event. A new attempt opens a span, whatever ends one closes it."""
    if before is None:
        before = Row(label=_label(event), cell=_CELLS[subject.kind], outcome="", spans=(Span(event.at),), depth=depth)
    if subject.happening is Happening.STARTED:
        spans = before.spans if before.spans[-1].end is None else (*before.spans, Span(event.at))
        return replace(before, outcome="open", spans=spans)
    spans = (*before.spans[:-1], Span(before.spans[-1].start, event.at))
    will_retry = event.next_attempt_delay_seconds is not None
    outcome = "retries" if will_retry else HAPPENING_WORDS[subject.happening]
    return replace(before, outcome=outcome, spans=spans, attempts=event.attempt, note=_note(event) or before.note)


def _label(event: Event) -> str:
    kind, name = KIND_WORDS[subject_of(event.type).kind], title(event)
    return line(name if name == kind else f"{kind} {name}", NAME_CHARS_MAX)


def _invocation(event: Event, number: int) -> Row:
    ended_at = event.invocation_ended_at or event.at
    span = Span(event.invocation_started_at or ended_at, ended_at)
    outcome = "completed" if event.error is None else "failed"
    return Row(label=f"invocation {number}", cell=CALL, outcome=outcome, spans=(span,), note=_note(event))


def _note(event: Event) -> str:
    return error_line(event.error, NOTE_CHARS_MAX)


def _headline(drawn: Timeline) -> str:
    failed = sum(row.outcome == "failed" for row in drawn.invocations)
    parts = [f"{drawn.title} {drawn.outcome} after {duration(drawn.end - drawn.start)}"]
    count = len(drawn.invocations)
    parts.append(f"{count} invocation{'' if count == 1 else 's'}")
    if failed:
        parts.append(f"{failed} failed")
    return ", ".join(parts) + (f": {drawn.note}" if drawn.note else "")


def _bar(row: Row, drawn: Timeline, cells: int) -> str:
    """The row's spans on the axis; what lies between two attempts is drawn as a pause."""
    length = max(1, drawn.end - drawn.start)

    def paint(bar: list[str], start: Millis, end: Millis | None, cell: str) -> None:
        first = _cell(start - drawn.start, length, cells)
        last = _cell((drawn.end if end is None else end) - drawn.start, length, cells)
        bar[first : last + 1] = cell * (last + 1 - first)

    bar = [" "] * cells
    paint(bar, row.start, row.end, PAUSE)
    for span in row.spans:
        paint(bar, span.start, span.end, row.cell)
    return "".join(bar).rstrip()


def _cell(offset: int, length: int, cells: int) -> int:
    """Which cell of the axis a moment falls into. Clocks of two machines may disagree: the axis has two ends."""
    return max(0, min(cells - 1, offset * cells // length))
