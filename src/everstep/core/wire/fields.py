"""Reads the members of JSON objects and says precisely what is wrong with them.

Two things can be wrong. A member of the wrong JSON type ends the reading at once. A member that breaks its shape
(too long, out of range, not in the enum, missing) is noted, the reading goes on with a stand-in, and `check` refuses
with all notes together: nobody ever sees the stand-in. Shapes and texts: Lambda API.

    1 validation error detected: Value '0' at 'updates.1.member.waitOptions.waitSeconds' failed to satisfy constraint:
    Member must have value greater than or equal to 1

Explicit null is the same as absent; unknown members are never looked at. Paths are lower camel and count from 1.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from everstep.core.model import Millis
from everstep.core.records import dataclass
from everstep.core.refusal import Code, Refused
from everstep.core.wire.text import Json

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

MILLIS_ABOVE = 100_000_000_000
"""A larger number is milliseconds (from March 1973 on), another one seconds (until the year 5138)."""
_ECHO_CHARS_MAX = 256
"""How much of a refused value is repeated to the caller."""


class MalformedError(Refused, ValueError):
    """The JSON is not what it should be: to a server a refusal of the request, to a client a bad value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The shape of a text member. Lengths are characters; None is no limit."""

    chars_max: int | None = None
    chars_min: int = 0
    pattern: re.Pattern[str] | None = None
    secret: bool = False
    """An author's data: never repeated in a message."""


FREE = Text()


def named(enum: type[E]) -> Mapping[str, E]:
    """The members of an enum by their text on the wire."""
    return {member.value: member for member in enum}


class Fields:
    """The members of one JSON object, with the path that leads to it.

    It owns the list of violations, which it shares with the objects inside.
    """

    __slots__ = ("_members", "_path", "_violations")

    def __init__(self, value: object, path: str = "", violations: list[str] | None = None) -> None:
        if not isinstance(value, dict):
            raise wrong_type(path, "an object")
        self._members: Mapping[str, Json] = value
        self._path = path
        self._violations: list[str] = [] if violations is None else violations

    def check(self) -> None:
        """Refuse when anything that was read from here, or from an object inside, broke its shape."""
        if self._violations:
            count = len(self._violations)
            noun = "error" if count == 1 else "errors"
            found = "; ".join(self._violations)
            raise MalformedError(Code.VALIDATION, f"{count} validation {noun} detected: {found}")

    def __contains__(self, name: str) -> bool:
        """Whether the member was written at all, be it as null."""
        return name in self._members

    def value(self, name: str) -> Json:
        """The member as it is, whatever it is."""
        return self._members.get(name)

    # ------------------------------------------------------------------ texts
    def text(self, name: str, shape: Text = FREE) -> str | None:
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise wrong_type(self.path(name), "a string")
        if shape is not FREE:
            self._judge(name, value, shape)
        return value

    def need_text(self, name: str, shape: Text = FREE) -> str:
        value = self.text(name, shape)
        return self._missing(name, "") if value is None else value

    def texts(self, name: str) -> tuple[str, ...] | None:
        value = self._list(name)
        if value is None:
            return None
        for number, item in enumerate(value, 1):
            if not isinstance(item, str):
                raise wrong_type(f"{self.path(name)}.{number}.member", "a string")
        return tuple(value)  # type: ignore[arg-type]  # the loop has seen to it

    def need_choice(self, name: str, choices: Mapping[str, E]) -> E:
        """One of the members that `named` gave."""
        value = self.text(name)
        if value is None:
            return self._missing(name, next(iter(choices.values())))
        chosen = choices.get(value)
        if chosen is None:
            self._note(name, value, f"Member must satisfy enum value set: [{', '.join(choices)}]")
            return next(iter(choices.values()))
        return chosen

    # ------------------------------------------------------------------ numbers and flags
    def integer(self, name: str, low: int | None = None, high: int | None = None) -> int | None:
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise wrong_type(self.path(name), "an integer")
        if low is not None and value < low:
            self._note(name, value, f"Member must have value greater than or equal to {low}")
        if high is not None and value > high:
            self._note(name, value, f"Member must have value less than or equal to {high}")
        return value

    def need_integer(self, name: str, low: int | None = None, high: int | None = None) -> int:
        value = self.integer(name, low, high)
        return self._missing(name, 0) if value is None else value

    def flag(self, name: str) -> bool | None:
        value = self._members.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise wrong_type(self.path(name), "a boolean")

    def moment(self, name: str) -> Millis | None:
        """A moment in any of the forms that are met on the wire; see `read_moment`."""
        value = self._members.get(name)
        if value is None:
            return None
        moment = read_moment(value)
        if moment is None:
            raise wrong_type(self.path(name), "a moment (epoch seconds, epoch milliseconds or ISO 8601)")
        return moment

    def need_moment(self, name: str) -> Millis:
        value = self.moment(name)
        return self._missing(name, Millis(0)) if value is None else value

    # ------------------------------------------------------------------ objects inside
    def object(self, name: str) -> "Fields | None":
        value = self._members.get(name)
        return None if value is None else Fields(value, self.path(name), self._violations)

    def need_object(self, name: str) -> "Fields":
        found = self.object(name)
        return Fields(self._missing(name, {}), self.path(name), self._violations) if found is None else found

    def objects(self, name: str) -> Iterator["Fields"]:
        """The objects of a list, which is empty when it is absent."""
        path = self.path(name)
        for number, item in enumerate(self._list(name) or (), 1):
            yield Fields(item, f"{path}.{number}.member", self._violations)

    def path(self, name: str) -> str:
        camel = name[0].lower() + name[1:]
        return f"{self._path}.{camel}" if self._path else camel

    # ------------------------------------------------------------------ judging
    def _list(self, name: str) -> list[Json] | None:
        value = self._members.get(name)
        if value is None or isinstance(value, list):
            return value
        raise wrong_type(self.path(name), "a list")

    def _judge(self, name: str, value: str, shape: Text) -> None:
        if shape.chars_max is not None and len(value) > shape.chars_max:
            limit = f"Member must have length less than or equal to {shape.chars_max}"
            self._note(name, None if shape.secret else value, limit)
        if len(value) < shape.chars_min:
            self._note(name, value, f"Member must have length greater than or equal to {shape.chars_min}")
        if shape.pattern is not None and shape.pattern.fullmatch(value) is None:
            self._note(name, value, f"Member must satisfy regular expression pattern: {shape.pattern.pattern}")

    def _note(self, name: str, value: str | int | None, constraint: str) -> None:
        echo = "Value" if value is None else f"Value '{_shortened(str(value))}'"
        self._violations.append(f"{echo} at '{self.path(name)}' failed to satisfy constraint: {constraint}")

    def _missing(self, name: str, stand_in: T) -> T:
        path = self.path(name)
        self._violations.append(f"Value null at '{path}' failed to satisfy constraint: Member must not be null")
        return stand_in


def wrong_type(path: str, expected: str) -> MalformedError:
    """The refusal of a value whose JSON type is not the one of its member; an empty path is the whole body."""
    subject = f"'{path}'" if path else "the body"
    return MalformedError(Code.SERIALIZATION, f"{subject} must be {expected}")


def read_moment(value: object) -> Millis | None:
    """Epoch milliseconds, epoch seconds, ISO 8601 text (UTC unless it says otherwise) or a datetime, else None.

    API bodies carry seconds and envelopes milliseconds; the size of a number tells which. boto3 hands out datetimes.
    What is finer than a millisecond is cut off, as it is in envelopes: a moment must read the same in both.
    """
    if type(value) is int:  # what envelopes hold, by the thousand
        return Millis(value if value > MILLIS_ABOVE else value * 1000)
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if isinstance(value, datetime):
            aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            return _whole(aware.timestamp() * 1000)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _whole(value if value > MILLIS_ABOVE else value * 1000)
    except (ValueError, OverflowError):
        return None
    return None


def _whole(millis: float) -> Millis:
    # 1795290560.41 seconds are 1795290560409.9998 milliseconds to a float; so little is noise and not a fraction.
    nearest = round(millis)
    noise = max(0.0005, 2 * math.ulp(millis))
    return Millis(nearest if abs(millis - nearest) <= noise else math.floor(millis))


def _shortened(text: str) -> str:
    return text if len(text) <= _ECHO_CHARS_MAX else f"{text[:_ECHO_CHARS_MAX]}…"
