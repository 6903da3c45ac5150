"""JSON text to values and back, with the holes of the standard library closed.

`load` accepts only what RFC 8259 calls JSON, in UTF-8: no NaN, no Infinity, no number too large for a float. Whatever
it returns, `dump` can write. Text too deeply nested is refused like any other text that cannot be read.

A lone surrogate (half of a character; Python makes them from undecodable file names, JavaScript by cutting a string in
two) has no UTF-8 form and would break whoever encodes the text later. It becomes U+FFFD on the way in and on the way
out.
"""

import json
import math
from typing import NoReturn, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Any JSON value."""

JsonObject: TypeAlias = "dict[str, Json]"


class NotJsonError(ValueError):
    """The text is not JSON; the message says why and where."""


def dump(value: object) -> str:
    """The value as compact JSON text that UTF-8 can carry.

    Raises TypeError for a value that JSON has no form for, ValueError for NaN, Infinity and endless nesting.
    """
    try:
        text = _ENCODER.encode(value)
    except RecursionError:
        raise ValueError("the value is nested too deeply to be written as JSON") from None
    return mend(text)


def load(data: str | bytes) -> Json:
    """The value of a JSON text. Raises NotJsonError."""
    try:
        text = data.decode() if isinstance(data, bytes) else mend(data)
        value: Json = _DECODER.decode(text)
        if _may_hold_lone_surrogates(text):
            value = _DECODER.decode(dump(value))
    except UnicodeDecodeError as error:
        raise NotJsonError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    except RecursionError:
        raise NotJsonError("nested too deeply") from None
    except ValueError as error:
        raise NotJsonError(str(error)) from None
    return value


def as_payload(value: object) -> str | None:
    """What is sent: text and bytes as they are, None as nothing, every other value as JSON."""
    if isinstance(value, bytes):
        return value.decode()
    return value if value is None or isinstance(value, str) else dump(value)


def mend(text: str) -> str:
    """The text with every lone surrogate replaced by U+FFFD; all other text is returned as it is."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _may_hold_lone_surrogates(text: str) -> bool:
    """Only an escape can bring one in; most texts have none, and looking is cheap."""
    return "\\ud" in text or "\\uD" in text


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise NotJsonError(f"the number {digits} is too large")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise NotJsonError(f"{name} is not JSON")


# Values of ours hold no cycles, so the encoder need not look for them; an author's cycle ends in a RecursionError.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse_constant)
