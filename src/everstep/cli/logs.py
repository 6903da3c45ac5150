"""What functions write, for people and for programs. Pure: a line goes in, a line comes out.

The SDK's logger writes JSON; on a terminal a person wants the message. Whatever is no such record is shown as it is.
"""

from datetime import UTC, datetime

from everstep.core.wire.text import Json, NotJsonError, dump, load
from everstep.drawing.wording import line

CHARS_MAX = 2_000


def for_people(text: str, function: str | None) -> str:
    """One line: the function, then the text, or level and message and the facts that came with it."""
    who = line(function or "-", 40)
    record = _record(text)
    if record is None:
        return f"{who} | {line(text, CHARS_MAX)}"
    facts = [f"{name}={line(str(value), 80)}" for name, value in record.items() if name in _FACTS and value is not None]
    said = " ".join([str(record["level"]), line(str(record["message"]), CHARS_MAX), *facts])
    return f"{who} | {said}"


def for_programs(text: str, function: str | None, stream: str) -> str:
    """One JSON object: the record itself where the line is one, else the text, with its function and stream."""
    record = _record(text) or {"message": text, "stream": stream}
    return dump({**record, "function": function})


def for_operators(text: str, function: str | None, stream: str, at: float) -> str:
    """The same as a line of the service's own log in JSON: `event` is `output`."""
    record = _record(text) or {"message": text}
    ts = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    known = {"ts": ts, "level": record.get("level", "INFO"), "event": "output", "function": function}
    return dump({**known, "arn": record.get("executionArn"), "stream": stream, **record})


def _record(text: str) -> dict[str, Json] | None:
    if not text.startswith("{"):
        return None
    try:
        value = load(text)
    except NotJsonError:
        return None
    return value if isinstance(value, dict) and "level" in value and "message" in value else None


_FACTS = ("operationName", "attempt", "errorType", "errorMessage")
"""Worth their place on a line; ids are for programs."""
