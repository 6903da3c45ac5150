"""Which types have a text form, and what it is; a subclass has the form of what it extends."""

import base64
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from everstep.sdk.typed.form import Form
from everstep.sdk.typed.leaves import Numeric, Worded


class Wording(NamedTuple):
    """One type with a text: how it is written, and who reads it for a given subclass."""

    write: Callable[[Any], str]
    reader: Callable[[Any], Callable[[str], Any]]
    form: Callable[..., Form] = Worded
    but_not: type[Any] | tuple[()] = ()


def worded(kind: type[Any]) -> Form | None:
    """The form of a type with a text, or None if it has no text that we know."""
    for name, base in _names_of(kind):
        wording = WORDINGS.get(base) or _RARE.get(name)
        if wording is not None:
            return wording.form(kind, wording.write, wording.reader(kind), wording.but_not)
    return None


def _names_of(kind: type[Any]) -> Iterator[tuple[str, type[Any]]]:
    return ((f"{base.__module__}.{base.__qualname__}", base) for base in kind.__mro__)


def _constructor(kind: Any) -> Callable[[str], Any]:
    return kind  # type: ignore[no-any-return]  # a class that is called with its text


def _from_iso(kind: Any) -> Callable[[str], Any]:
    return kind.fromisoformat  # type: ignore[no-any-return]  # every class with a row that uses this has it


def _to_base64(value: bytes | bytearray | memoryview) -> str:
    return base64.b64encode(value).decode()


def _from_base64(kind: Any) -> Callable[[str], Any]:
    return lambda text: kind(base64.b64decode(text, validate=True))


def _to_duration(value: timedelta) -> str:
    """ISO 8601, in days and seconds only: the two that have a fixed length and suffice."""
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    clock = f"T{value.seconds}{fraction}S" if value.seconds or fraction or not value.days else ""
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}{clock}"


_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?=[\dT])(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:[.,](?P<fraction>\d{1,9}))?S)?)?",
    re.ASCII,
)


def _from_duration(kind: Any) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        found = _DURATION.fullmatch(text)
        if found is None:
            raise ValueError(text)
        parts = found.groupdict(default="0")
        whole = {unit: int(parts[unit]) for unit in ("weeks", "days", "hours", "minutes", "seconds")}
        value = kind(**whole, microseconds=int(parts["fraction"].ljust(6, "0")[:6]))
        return -value if parts["sign"] == "-" else value

    return read


WORDINGS = MappingProxyType(
    {
        datetime: Wording(datetime.isoformat, _from_iso),
        date: Wording(date.isoformat, _from_iso, but_not=datetime),
        time: Wording(time.isoformat, _from_iso),
        timedelta: Wording(_to_duration, _from_duration),
        Decimal: Wording(str, _constructor, form=Numeric),
        UUID: Wording(str, _constructor),
        bytes: Wording(_to_base64, _from_base64),
        bytearray: Wording(_to_base64, _from_base64),
        memoryview: Wording(_to_base64, _from_base64),
    }
)

_RARE = MappingProxyType(
    {
        name: Wording(str, _constructor)
        for name in (
            "fractions.Fraction",
            "ipaddress.IPv4Address",
            "ipaddress.IPv4Interface",
            "ipaddress.IPv4Network",
            "ipaddress.IPv6Address",
            "ipaddress.IPv6Interface",
            "ipaddress.IPv6Network",
            "pathlib.PurePath",
            "pathlib._local.PurePath",  # its home in Python 3.13
            "zoneinfo.ZoneInfo",
        )
    }
)
"""By name, so that nobody pays for their import who does not use them."""
