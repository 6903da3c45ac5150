"""A running execution, told line by line as its events arrive. Pure: an event goes in, a line comes out."""

from dataclasses import dataclass
from enum import StrEnum

from everstep.core.events import Event, EventType
from everstep.core.model import Millis
from everstep.core.subjects import Happening, subject_of
from everstep.drawing.wording import (
    HAPPENING_WORDS,
    KIND_WORDS,
    duration,
    error_line,
    line,
    title,
)

DETAIL_CHARS_MAX = 100


class Tone(StrEnum):
    """How a line should feel; the terminal chooses the colour."""

    BEGIN = "begin"
    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"


MARKS = {Tone.BEGIN: "•", Tone.GOOD: "✓", Tone.WAITING: "…", Tone.BAD: "✗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of progress."""

    at: Millis
    tone: Tone
    text: str
    detail: str = ""


_TONES = {Happening.SUCCEEDED: Tone.GOOD, Happening.PAUSED: Tone.WAITING, Happening.RESUMED: Tone.BEGIN}


def line_of(event: Event) -> Line | None:
    """What to tell of an event; None for one that is of no interest to who watches."""
    if event.type is EventType.INVOCATION_COMPLETED:
        return _crash(event) if event.error is not None else None
    subject = subject_of(event.type)
    name = title(event)
    kind = KIND_WORDS[subject.kind]
    called = name if name == kind else f"{kind} {name}"
    if event.next_attempt_delay_seconds is not None and subject.kind == "Step":
        return _retry(event, called)
    if subject.happening is Happening.STARTED:
        return _start(event, called)
    tone = _TONES.get(subject.happening, Tone.BAD)
    text = f"{called} {HAPPENING_WORDS[subject.happening]}"
    if event.attempt is not None and event.attempt > 1:
        text += f" at attempt {event.attempt}"
    return Line(at=event.at, tone=tone, text=text, detail=_outcome(event))


def plain(told: Line, started_at: Millis) -> str:
    """A line without colour: seconds since the start, mark, text, detail."""
    detail = f"  {told.detail}" if told.detail else ""
    return f"{since(told, started_at)} {MARKS[told.tone]} {told.text}{detail}"


def since(told: Line, started_at: Millis) -> str:
    return f"{(told.at - started_at) / 1000:9.3f} s"


def _start(event: Event, called: str) -> Line:
    match event.type:
        case EventType.WAIT_STARTED:
            text = f"{called} for {duration((event.duration_seconds or 0) * 1000)}"
            return Line(at=event.at, tone=Tone.WAITING, text=text)
        case EventType.CALLBACK_STARTED:
            detail = f"callback id {event.callback_id or ''}"
            return Line(at=event.at, tone=Tone.WAITING, text=f"{called} waits for an answer", detail=detail)
        case EventType.CHAINED_INVOKE_STARTED:
            detail = line(event.input or "", DETAIL_CHARS_MAX)
            return Line(at=event.at, tone=Tone.WAITING, text=f"{called} waits for its result", detail=detail)
        case _:
            detail = line(event.input or "", DETAIL_CHARS_MAX)
            return Line(at=event.at, tone=Tone.BEGIN, text=f"{called} started", detail=detail)


def _retry(event: Event, called: str) -> Line:
    delay = duration((event.next_attempt_delay_seconds or 0) * 1000)
    what = "failed" if event.type is EventType.STEP_FAILED else "is not done"
    text = f"{called} {what} at attempt {event.attempt or 1}, tries again in {delay}"
    return Line(at=event.at, tone=Tone.WAITING, text=text, detail=_outcome(event))


def _crash(event: Event) -> Line:
    detail = error_line(event.error, DETAIL_CHARS_MAX)
    return Line(at=event.at, tone=Tone.BAD, text="invocation failed", detail=detail)


def _outcome(event: Event) -> str:
    return error_line(event.error, DETAIL_CHARS_MAX) or line(event.result or event.reason or "", DETAIL_CHARS_MAX)
