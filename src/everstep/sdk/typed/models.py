"""Models of pydantic and msgspec: their own libraries write and read them.

Neither is imported here. Who has such a class has imported its library already, so it is found in `sys.modules`.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from everstep.sdk.typed.form import Form, Misfit


def model(annotation: Any, kind: type[Any], name: str, form_of: Callable[[object], Form]) -> Form | None:
    """The form of a model class, or None if it is none. `form_of` is for fields that its library does not know."""
    if hasattr(kind, "__pydantic_serializer__") and (pydantic := sys.modules.get("pydantic")) is not None:
        return Pydantic(pydantic, annotation, kind, name)
    if hasattr(kind, "__struct_fields__") and (msgspec := sys.modules.get("msgspec")) is not None:
        return Msgspec(msgspec, annotation, kind, name, form_of)
    return None


class _Model(Form):
    """What both have in common: a class, and JSON names for its fields."""

    _names: frozenset[str] = frozenset()

    def __init__(self, kind: type[Any], name: str) -> None:
        super().__init__(name)
        self._kind = kind

    def distance(self, plain: Any) -> int:
        return len(plain.keys() ^ self._names) if isinstance(plain, dict) else 0

    def _check(self, value: object, *, generic_origin: type[Any]) -> None:
        if type(value) in (self._kind, generic_origin):
            return
        if isinstance(value, self._kind):
            raise Misfit(
                f"expected {self.name} itself, got its subclass {type(value).__qualname__}: name that class, or a "
                "union, in the annotation"
            )
        raise self.expected(value)


class Pydantic(_Model):
    """A pydantic model or dataclass, version 2.

    It is written as its own configuration says: by names, or by aliases with `serialize_by_alias`. Both are read.
    """

    def __init__(self, pydantic: Any, annotation: Any, kind: type[Any], name: str) -> None:
        super().__init__(kind, name)
        self._adapter = pydantic.TypeAdapter(annotation)
        self._origin: type[Any] = (getattr(kind, "__pydantic_generic_metadata__", None) or {}).get("origin") or kind
        fields = getattr(kind, "__pydantic_fields__", {})
        self._names = frozenset(fields)
        self._error: type[Exception] = pydantic.ValidationError
        reads_both = tuple(int(part) for part in pydantic.VERSION.split(".")[:2]) >= (2, 11)
        # Older versions read by alias only, so by alias it must be written.
        self._how_to_write = {} if reads_both else {"by_alias": True}
        self._how_to_read = {"by_alias": True, "by_name": True} if reads_both else {}

    def write(self, value: Any) -> Any:
        self._check(value, generic_origin=self._origin)
        try:
            return self._adapter.dump_python(
                value, mode="json", round_trip=True, warnings="error", **self._how_to_write
            )
        except (TypeError, ValueError) as error:
            raise Misfit(f"{self.name} cannot be written: {error}") from error

    def read(self, plain: Any) -> Any:
        if isinstance(plain, self._kind):
            return plain
        try:
            # As JSON, because a strict model takes a text for a date from JSON only.
            return self._adapter.validate_json(json.dumps(plain), **self._how_to_read)
        except self._error as error:
            raise _first(error) from error
        except (TypeError, ValueError) as error:
            raise Misfit(f"expected {self.name}: {error}") from error


class Msgspec(_Model):
    """A msgspec struct. Fields that msgspec does not know are carried by our own forms."""

    def __init__(self, msgspec: Any, annotation: Any, kind: Any, name: str, form_of: Callable[[object], Form]) -> None:
        super().__init__(kind, name)
        self._msgspec = msgspec
        self._annotation = annotation
        self._form_of = form_of
        config: Any = kind.__struct_config__
        tag = {config.tag_field} if config.tag_field is not None else set()
        self._names = frozenset({*kind.__struct_encode_fields__, *tag})

    def write(self, value: Any) -> Any:
        self._check(value, generic_origin=self._kind)
        try:
            return self._msgspec.to_builtins(
                value, str_keys=True, enc_hook=lambda part: self._form_of(type(part)).write(part)
            )
        except (TypeError, ValueError) as error:
            raise Misfit(f"{self.name} cannot be written: {error}") from error

    def read(self, plain: Any) -> Any:
        try:
            return self._msgspec.convert(
                plain, self._annotation, str_keys=True, dec_hook=lambda kind, part: self._form_of(kind).read(part)
            )
        except (TypeError, ValueError, self._msgspec.MsgspecError) as error:
            raise _located(str(error)) from error


def _first(error: Any) -> Misfit:
    """Pydantic's first complaint, with its place as a path of ours."""
    complaint = error.errors(include_url=False, include_input=False)[0]
    misfit = Misfit(complaint["msg"])
    misfit.at.extend(f"[{step}]" if isinstance(step, int) else f".{step}" for step in reversed(complaint["loc"]))
    return misfit


def _located(complaint: str) -> Misfit:
    """Msgspec ends its sentence with the place: "Expected `int`, got `str` - at `$.items[0]`"."""
    why, _, place = complaint.partition(" - at `$")
    misfit = Misfit(why)
    misfit.at.append(place.rstrip("`"))
    return misfit
