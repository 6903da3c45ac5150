"""Words and figures for histories: what an event says, in a form for people. Pure.

Names and payloads come from elsewhere: nothing that a terminal would obey, and no second line, passes through here.
"""

from datetime import UTC, datetime

from everstep.core.events import Event
from everstep.core.model import ErrorObject, Millis
from everstep.core.subjects import Happening, subject_of

KIND_WORDS = {
    "Execution": "execution",
    "Context": "context",
    "Step": "step",
    "Wait": "wait",
    "Callback": "callback",
    "ChainedInvoke": "invoke",
    "Invocation": "invocation",
}
HAPPENING_WORDS = {
    Happening.STARTED: "started",
    Happening.SUCCEEDED: "succeeded",
    Happening.FAILED: "failed",
    Happening.TIMED_OUT: "timed out",
    Happening.STOPPED: "stopped",
    Happening.CANCELLED: "cancelled",
    Happening.COMPLETED: "completed",
    Happening.PAUSED: "paused",
    Happening.RESUMED: "resumed",
}


def title(event: Event) -> str:
    """How an operation is called: by its name, else by its kind."""
    return line(event.name or event.function_name or KIND_WORDS[subject_of(event.type).kind], 60)


def line(text: str, chars_max: int) -> str:
    """The text as part of one line: white space joined, nothing that a terminal would obey, cut to a length."""
    joined = " ".join(text[: 4 * chars_max].split())
    clean = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in joined)
    return clean if len(clean) <= chars_max else clean[: chars_max - 1] + "…"


def error_line(error: ErrorObject | None, chars_max: int = 100) -> str:
    """An error as `Type: message`, or what there is of it."""
    if error is None:
        return ""
    return line(": ".join(part for part in (error.type, error.message) if part), chars_max)


def duration(milliseconds: int) -> str:
    """A length of time, as exact as a reader cares: 0.052 s, 14.2 s, 3 min 20 s, 2 h 05 min, 3 d 04 h."""
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.3f} s" if seconds < 1 else f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours:02d} h"


def clock(at: Millis) -> str:
    """The time of day in the reader's own time zone, to the second."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone().strftime("%H:%M:%S")
