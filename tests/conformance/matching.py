"""Compares what happened with what a requirement expects.

| expected | fits |
| --- | --- |
| `'*'`, `{}` | anything, but the key must exist |
| `${NAME}` | anything at first sight, from then on the same again |
| `${/regex/}` | a value in which the expression is found |
| an object | an object that has at least these members, each fitting |
| a list | a list of the same length, item by item |
| anything else | the same value |

In log records `/regex/` stands for itself. Events are matched by EventId: one extra, missing or reordered event is
seen at once, and everything after it with it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""YAML and JSON values; nothing is known of them before they are compared."""
JsonObject: TypeAlias = Mapping[str, Json]
Bindings: TypeAlias = dict[str, Json]

_NAME = re.compile(r"\$\{(\w+)\}")
_REGEX = re.compile(r"\$\{/(.*)/\}", re.DOTALL)
_LOG_REGEX = re.compile(r"/(.*)/", re.DOTALL)
_COLUMN = 64
"""Characters of an event in the side-by-side view."""


def fill(value: Json, known: Mapping[str, Json]) -> Json:
    """The value with every known `${NAME}` in its texts replaced; unknown ones stay."""
    match value:
        case str():
            return _NAME.sub(lambda found: str(known.get(found[1], found[0])), value)
        case list():
            return [fill(item, known) for item in value]
        case dict():
            return {key: fill(item, known) for key, item in value.items()}
        case _:
            return value


def mismatch(expected: Json, actual: Json, bindings: Bindings, path: str = "") -> str | None:
    """What does not fit, in words, or None. Adds to the bindings."""
    where = path or "the value"
    match expected:
        case "*":
            return None
        case str() if name := _NAME.fullmatch(expected):
            bound = bindings.setdefault(name[1], actual)
            return None if bound == actual else f"{where} is {actual!r}, but {expected} was {bound!r} before"
        case str() if regex := _REGEX.fullmatch(expected):
            return None if re.search(regex[1], _text(actual)) else f"{where} is {actual!r}, not like {expected}"
        case {} if not expected:
            return None
        case {}:
            return _object_mismatch(expected, actual, bindings, path)
        case list():
            return _list_mismatch(expected, actual, bindings, path)
        case _:
            wanted = fill(expected, bindings)
            return None if wanted == actual else f"{where} is {actual!r}, not {wanted!r}"


def _object_mismatch(expected: JsonObject, actual: Json, bindings: Bindings, path: str) -> str | None:
    if not isinstance(actual, dict):
        return f"{path or 'the value'} is {actual!r}, not an object"
    for key, item in expected.items():
        inner = f"{path}.{key}" if path else key
        if key not in actual:
            return f"{inner} is missing"
        if found := mismatch(item, actual[key], bindings, inner):
            return found
    return None


def _list_mismatch(expected: Sequence[Json], actual: Json, bindings: Bindings, path: str) -> str | None:
    if not isinstance(actual, list) or len(actual) != len(expected):
        return f"{path or 'the value'} is {actual!r}, not a list of {len(expected)}"
    inner = (mismatch(e, a, bindings, f"{path}[{i}]") for i, (e, a) in enumerate(zip(expected, actual, strict=True)))
    return next((found for found in inner if found), None)


# --------------------------------------------------------------------------- histories
def history_mismatch(expected: Sequence[JsonObject], actual: Sequence[JsonObject], bindings: Bindings) -> str | None:
    """The first event that does not fit, between both histories side by side, or None."""
    by_id = {event["EventId"]: event for event in actual}
    for event in expected:
        number = event["EventId"]
        found = by_id.get(number)
        problem = "it did not happen" if found is None else mismatch(event, found, bindings)
        if problem is not None:
            return f"event {number}: {problem}\n{side_by_side(expected, actual, number)}"
    return None


def side_by_side(expected: Sequence[JsonObject], actual: Sequence[JsonObject], first_wrong: int) -> str:
    """Both histories by EventId, with a mark at the first event that is wrong."""
    left, right = ({event["EventId"]: shown(event) for event in events} for events in (expected, actual))
    lines = [f"{'':8}{'expected':{_COLUMN}} | actual"]
    for number in sorted({*left, *right}):
        mark = ">" if number == first_wrong else " "
        lines.append(f"{mark}{number:5}  {left.get(number, '…'):{_COLUMN}} | {right.get(number, '…')}")
    return "\n".join(lines)


def shown(event: JsonObject) -> str:
    """An event in one line: its type, and what tells it from others."""
    details = event.get(f"{event['EventType']}Details")
    members = {key: event[key] for key in ("Name", "Id", "ParentId") if key in event}
    short = {key: value if len(str(value)) <= 8 else f"{str(value)[:7]}…" for key, value in members.items()}
    parts = [event["EventType"], *(f"{key}={value}" for key, value in short.items())]
    if details and details != "*":
        parts.append(json.dumps(details, ensure_ascii=False))
    line = " ".join(parts)
    return line if len(line) <= _COLUMN else f"{line[: _COLUMN - 1]}…"


# --------------------------------------------------------------------------- logs
def logs_mismatch(expected: Sequence[JsonObject], records: Sequence[JsonObject], bindings: Bindings) -> str | None:
    """The first expectation that the records do not meet, with the records, or None."""
    for expectation in fill(expected, bindings):
        problem = _log_mismatch(expectation, records)
        if problem is not None:
            listed = "\n".join(json.dumps(record, ensure_ascii=False, default=str) for record in records)
            return f"logs: {problem}; the records are\n{listed or '(none)'}"
    return None


def _log_mismatch(expectation: JsonObject, records: Sequence[JsonObject]) -> str | None:
    pattern = expectation["match"]
    places = list(_places(pattern, records))
    wanted, least = expectation.get("count"), expectation.get("min_count")
    if wanted is not None and len(places) != wanted:
        return f"{len(places)} records are like {pattern}, not {wanted}"
    if least is not None and len(places) < least:
        return f"{len(places)} records are like {pattern}, less than {least}"
    for earlier in expectation.get("after", ()):
        before = next(_places(earlier, records), None)
        if before is None or (places and places[0] < before):
            return f"no record like {earlier} stands before the first one like {pattern}"
    return None


def _places(pattern: JsonObject, records: Sequence[JsonObject]) -> Iterator[int]:
    return (place for place, record in enumerate(records) if _is_like(pattern, record))


def _is_like(pattern: JsonObject, record: JsonObject) -> bool:
    return all(key in record and _fits(expected, record[key]) for key, expected in pattern.items())


def _fits(expected: Json, actual: Json) -> bool:
    regex = _LOG_REGEX.fullmatch(expected) if isinstance(expected, str) else None
    if regex is not None:
        return re.search(regex[1], _text(actual)) is not None
    return bool(expected == actual) and isinstance(expected, bool) is isinstance(actual, bool)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
