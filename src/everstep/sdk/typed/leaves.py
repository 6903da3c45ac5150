"""Types without parts: JSON's own, those that have a text form, enums, literals, and `Any`.

    datetime, date, time      ISO 8601 text
    timedelta                 ISO 8601 duration, "P1DT2.5S"
    Decimal, UUID, Path …     their text
    bytes, bytearray          base64 text
    enum                      its value if all its members have JSON values, else its name; flags their number
    Any                       itself where JSON can say it, else the tagged envelope around the one value

A value of a subclass is written, and so comes back, as what the annotation says.
"""

from collections.abc import Callable, Iterable
from enum import Enum, Flag
from types import NoneType
from typing import Any

from everstep.sdk.serdes import from_envelope, is_tagged, to_envelope
from everstep.sdk.typed.form import Form, KeyStyle, Misfit, each, each_value

JSON_SCALARS: frozenset[type[Any]] = frozenset({str, int, float, bool, NoneType})


class Itself(Form):
    """JSON's own: a value is its own plain data."""

    def read(self, plain: Any) -> Any:
        return self.write(plain)


class Null(Itself):
    keys = KeyStyle.SCALAR
    same = frozenset({NoneType})

    def write(self, value: Any) -> Any:
        if value is not None:
            raise self.expected(value)


class Text(Itself):
    """`str`."""

    keys = KeyStyle.TEXT
    rank = 8
    same = frozenset({str})

    def write(self, value: Any) -> Any:
        if type(value) is str:
            return value
        if isinstance(value, str):
            return str.__str__(value)
        raise self.expected(value)


class Boolean(Itself):
    keys = KeyStyle.SCALAR
    rank = -1
    same = frozenset({bool})

    def write(self, value: Any) -> Any:
        if value is True or value is False:
            return value
        raise self.expected(value)


class Integer(Itself):
    keys = KeyStyle.SCALAR
    same = frozenset({int})

    def write(self, value: Any) -> Any:
        if isinstance(value, int):
            return value if type(value) in (int, bool) else int.__int__(value)
        raise self.expected(value)

    def read(self, plain: Any) -> Any:
        # Other languages have one kind of number and may write 2.0.
        return int(plain) if type(plain) is float and plain.is_integer() else self.write(plain)

    def distance(self, plain: Any) -> int:
        return 0 if type(plain) is int else 1


class Float(Itself):
    keys = KeyStyle.SCALAR
    same = frozenset({float})

    def write(self, value: Any) -> Any:
        if isinstance(value, float):
            return value if type(value) is float else float.__float__(value)
        if isinstance(value, int) and not isinstance(value, bool):
            try:
                return float(value)  # an int is a float to type checkers, and must not come back as another type
            except OverflowError:
                raise Misfit("the number is too large for a float") from None
        raise self.expected(value)

    def distance(self, plain: Any) -> int:
        return 0 if type(plain) is float else 1


class Worded(Form):
    """A type whose values have a text: `write_text` makes it, `read_text` understands it."""

    keys = KeyStyle.TEXT

    def __init__(
        self,
        kind: type[Any],
        write_text: Callable[[Any], str],
        read_text: Callable[[str], Any],
        but_not: type[Any] | tuple[()] = (),
    ) -> None:
        super().__init__(kind.__qualname__)
        self._kind = kind
        self._write_text = write_text
        self._read_text = read_text
        self._but_not = but_not

    def _is_one(self, value: Any) -> bool:
        return isinstance(value, self._kind) and not isinstance(value, self._but_not)

    def write(self, value: Any) -> Any:
        if not self._is_one(value):
            raise self.expected(value)
        return self._write_text(value)

    def read(self, plain: Any) -> Any:
        if not isinstance(plain, str):
            if self._is_one(plain):
                return plain
            raise self.expected(plain)
        try:
            return self._read_text(plain)
        except (TypeError, ValueError, ArithmeticError):
            raise self.expected(plain) from None


class Numeric(Worded):
    """A number with a text: other languages write it as a JSON number, which is read too."""

    def read(self, plain: Any) -> Any:
        # The shortest text of a float is the number that its writer meant.
        return super().read(repr(plain) if type(plain) in (int, float) else plain)

    def distance(self, plain: Any) -> int:
        return 0 if isinstance(plain, str) else 1


class Extended(Form):
    """A subclass of one of JSON's own types: written as what it extends, rebuilt by its constructor."""

    def __init__(self, kind: type[Any], base: Form) -> None:
        super().__init__(kind.__qualname__)
        self._kind = kind
        self._base = base
        self.keys = base.keys

    def write(self, value: Any) -> Any:
        if not isinstance(value, self._kind):
            raise self.expected(value)
        return self._base.write(value)

    def read(self, plain: Any) -> Any:
        try:
            return self._kind(self._base.read(plain))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise Misfit(f"{self.name} refuses {plain!r}: {error}") from error


class Choice(Form):
    """One of a closed set of values: an enum's members, a literal's texts and numbers."""

    rank = -2

    def __init__(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        super().__init__(name)
        pairs = list(choices)
        self._plain_of = {(type(value), value): plain for value, plain in pairs}
        self._value_of = {(type(plain), plain): value for value, plain in pairs}
        self.keys = _key_style([plain for _, plain in pairs])

    def write(self, value: Any) -> Any:
        try:
            return self._plain_of[type(value), value]
        except (KeyError, TypeError):
            raise self.expected(value) from None

    def read(self, plain: Any) -> Any:
        try:
            return self._value_of[type(plain), plain]
        except (KeyError, TypeError):
            return self._otherwise(plain)

    def _otherwise(self, plain: Any) -> Any:
        raise self.expected(plain)


class Member(Choice):
    """An enum."""

    def __init__(self, kind: type[Enum]) -> None:
        by_value = all(type(member.value) in JSON_SCALARS for member in kind)
        super().__init__(kind.__qualname__, [(m, m.value if by_value else m.name) for m in kind])
        self._kind = kind

    def _otherwise(self, plain: Any) -> Any:
        """What the author's `_missing_` makes of a value that the enum had once."""
        try:
            return self._kind(plain)
        except (TypeError, ValueError):
            raise self.expected(plain) from None


class Flags(Form):
    """A flag enum, whose combinations are not in its list of members."""

    keys = KeyStyle.SCALAR
    rank = -2

    def __init__(self, kind: type[Flag]) -> None:
        super().__init__(kind.__qualname__)
        self._kind = kind

    def write(self, value: Any) -> Any:
        if not isinstance(value, self._kind):
            raise self.expected(value)
        return int(value.value)

    def read(self, plain: Any) -> Any:
        if isinstance(plain, self._kind):
            return plain
        try:
            if type(plain) is int:
                return self._kind(plain)
        except ValueError:
            pass
        raise self.expected(plain)


class Anything(Form):
    """No type is known: plain where JSON returns the same value, else the tagged envelope around that one value."""

    rank = 9
    same = JSON_SCALARS

    def write(self, value: Any) -> Any:
        kind = type(value)
        if kind in JSON_SCALARS:
            return value
        if kind is list:
            return value if JSON_SCALARS.issuperset(map(type, value)) else each(self.write, value)
        if kind is dict and all(type(key) is str for key in value):
            plain = each_value(self.write, value)
            if not is_tagged(plain):
                return plain
        try:
            return to_envelope(value)
        except (TypeError, ValueError) as error:
            raise Misfit(str(error)) from error

    def read(self, plain: Any) -> Any:
        kind = type(plain)
        if kind is list:
            return plain if JSON_SCALARS.issuperset(map(type, plain)) else each(self.read, plain)
        if kind is not dict:
            return plain
        if not is_tagged(plain):
            return each_value(self.read, plain)
        try:
            return from_envelope(plain)
        except (TypeError, ValueError, ArithmeticError) as error:
            raise Misfit(str(error)) from error


def _key_style(plains: list[Any]) -> KeyStyle:
    texts = sum(isinstance(plain, str) for plain in plains)
    if texts == len(plains):
        return KeyStyle.TEXT
    return KeyStyle.PAIRS if texts else KeyStyle.SCALAR
