"""Types with parts: sequences, sets, tuples and mappings.

Sequences, sets and tuples are JSON lists; a set's items are sorted, so that equal sets make equal text. A mapping is an
object if its keys have one text form (texts, numbers, enums, UUIDs …), else a list of `[key, value]`.
"""

import json
from collections.abc import Callable
from typing import Any

from everstep.sdk.typed.form import Form, KeyStyle, Misfit, each, each_value, member


class Items(Form):
    """Any number of items of one type."""

    def __init__(self, name: str, item: Form, accepts: tuple[type[Any], ...], make: Callable[[list[Any]], Any]) -> None:
        super().__init__(name)
        self._item = item
        self._accepts = accepts
        self._reads: tuple[type[Any], ...] = (list, tuple, *accepts)
        self._make = make

    def write(self, value: Any) -> Any:
        if not isinstance(value, self._accepts):
            raise self.expected(value)
        if self._item.same.issuperset(map(type, value)):
            return value if type(value) is list else list(value)
        return each(self._item.write, value)

    def read(self, plain: Any) -> Any:
        if type(plain) is not list:
            if not isinstance(plain, self._reads):
                raise self.expected(plain)
            plain = list(plain)
        items = plain if self._item.same.issuperset(map(type, plain)) else each(self._item.read, plain)
        if self._make is list:
            return items
        try:
            return self._make(items)
        except TypeError as error:  # a set of what has no hash
            raise Misfit(f"cannot make a {self.name}: {error}") from error


class Unordered(Items):
    """A set."""

    def write(self, value: Any) -> Any:
        plain = super().write(value)
        try:
            return sorted(plain)
        except TypeError:
            return sorted(plain, key=lambda item: json.dumps(item, sort_keys=True))


class Fixed(Form):
    """A tuple with a type for each place."""

    def __init__(self, name: str, places: list[Form]) -> None:
        super().__init__(name)
        self._places = places

    def write(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            raise self.expected(value)
        return self._convert(value, lambda place: place.write)

    def read(self, plain: Any) -> Any:
        if not isinstance(plain, list | tuple):
            raise self.expected(plain)
        return tuple(self._convert(plain, lambda place: place.read))

    def _convert(self, items: Any, direction: Callable[[Form], Callable[[Any], Any]]) -> list[Any]:
        if len(items) != len(self._places):
            raise Misfit(f"expected {self.name} with {len(self._places)} items, got {len(items)}")
        pairs = zip(self._places, items, strict=True)
        return each(lambda pair: direction(pair[0])(pair[1]), pairs)


class Mapped(Form):
    """A mapping whose keys have one text form each."""

    def __init__(
        self, name: str, key: Form, value: Form, accepts: type[Any], make: Callable[[dict[Any, Any]], Any]
    ) -> None:
        super().__init__(name)
        self._key = key
        self._value = value
        self._accepts = accepts
        self._make = make
        self._keys_stay = key.same == {str}

    def write(self, value: Any) -> Any:
        if not isinstance(value, self._accepts):
            raise self.expected(value)
        if not (self._keys_stay and _TEXT.issuperset(map(type, value))):
            value = {self._write_key(key): item for key, item in value.items()}
        if self._value.same.issuperset(map(type, value.values())):
            return value if type(value) is dict else dict(value)
        return each_value(self._value.write, value)

    def read(self, plain: Any) -> Any:
        if not isinstance(plain, dict):
            raise self.expected(plain)
        if not self._value.same.issuperset(map(type, plain.values())):
            plain = each_value(self._value.read, plain)
        if not self._keys_stay:
            plain = {self._read_key(key): item for key, item in plain.items()}
        return plain if self._make is dict else self._make(plain)

    def _write_key(self, key: Any) -> str:
        try:
            plain = self._key.write(key)
        except Misfit as misfit:
            raise Misfit(f"key {key!r}: {misfit.why}") from None
        return plain if self._key.keys is KeyStyle.TEXT else json.dumps(plain, allow_nan=False)

    def _read_key(self, text: Any) -> Any:
        try:
            return self._key.read(text if self._key.keys is KeyStyle.TEXT else json.loads(text))
        except Misfit as misfit:
            raise Misfit(f"key {text!r}: {misfit.why}") from None
        except ValueError:
            raise Misfit(f"key {text!r}: expected {self._key.name}") from None


class Paired(Form):
    """A mapping whose keys no text can carry: a list of `[key, value]`."""

    def __init__(
        self, name: str, key: Form, value: Form, accepts: type[Any], make: Callable[[dict[Any, Any]], Any]
    ) -> None:
        super().__init__(name)
        self._key = key
        self._value = value
        self._accepts = accepts
        self._make = make

    def write(self, value: Any) -> Any:
        if not isinstance(value, self._accepts):
            raise self.expected(value)
        return [self._pair(item, self._key.write, self._value.write) for item in value.items()]

    def read(self, plain: Any) -> Any:
        # The official envelope keeps an object where the keys happened to be texts and numbers.
        pairs = list(plain.items()) if isinstance(plain, dict) else plain
        if not isinstance(pairs, list) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
            raise self.expected(plain)
        try:
            return self._make(dict(self._pair(pair, self._key.read, self._value.read) for pair in pairs))
        except TypeError as error:  # a key that has no hash
            raise Misfit(f"cannot make a {self.name}: {error}") from error

    def _pair(self, pair: Any, on_key: Callable[[Any], Any], on_value: Callable[[Any], Any]) -> list[Any]:
        key, value = pair
        try:
            done = on_key(key)
        except Misfit as misfit:
            raise Misfit(f"key {key!r}: {misfit.why}") from None
        try:
            return [done, on_value(value)]
        except Misfit as misfit:
            misfit.at.append(member(key))
            raise


_TEXT = frozenset({str})
