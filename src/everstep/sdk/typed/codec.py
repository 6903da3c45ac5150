"""Values to plain data and back, by their type; and as a serializer.

On the wire stands plain JSON that any language reads: a dataclass is an object of its fields, a datetime its ISO text.
No tag says the type, because the annotation does.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn, TypeVar, overload

from everstep.errors import SerDesError
from everstep.sdk.serdes import (
    EXTENDED_TYPES_SERDES,
    SerDes,
    SerDesContext,
    from_envelope,
    is_tagged,
    refuse,
    to_envelope,
)
from everstep.sdk.typed.build import form_of
from everstep.sdk.typed.form import Form, Misfit
from everstep.sdk.typed.leaves import Anything

T = TypeVar("T")

CODECS_MAX = 1024
"""Types that are remembered; a program that makes new ones without end forgets the oldest."""


@dataclass(frozen=True, slots=True)
class Codec:
    """The two directions of one type. Plain data and values may share their lists and dicts: change neither."""

    form: Form

    def to_plain(self, value: Any) -> Any:
        """The value as what `json.dumps` takes. Raises SerDesError with the place inside the value."""
        return _or_refuse(self.form.write, value)

    def from_plain(self, plain: Any) -> Any:
        """The value of what `json.loads` gives. Raises SerDesError with the place inside the data."""
        return _or_refuse(self.form.read, plain)


def codec_for(annotation: object) -> Codec:
    """The codec of a type as an author writes it, made once. Raises SerDesError for a type that cannot travel."""
    try:
        return _codec_for(annotation)
    except TypeError:  # no hash, as with `Annotated[int, []]`
        return Codec(form_of(annotation))


@lru_cache(CODECS_MAX)
def _codec_for(annotation: object) -> Codec:
    return Codec(form_of(annotation))


class TypedSerDes(SerDes[T]):
    """Carries the values of one type, given as an annotation: `TypedSerDes(list[Order])`.

    A value that does not fit is refused. With `strict=False` it travels as it would without an annotation instead, and
    so it comes back: for annotations that nobody has checked yet, and side effects too dear to be lost to one.

    The tagged envelope of the default serializer is read too, so that executions in flight survive a new annotation.
    """

    @overload
    def __init__(self, annotation: type[T], *, strict: bool = True) -> None: ...

    @overload
    def __init__(self: "TypedSerDes[Any]", annotation: object, *, strict: bool = True) -> None: ...

    def __init__(self, annotation: Any, *, strict: bool = True) -> None:
        self._annotation = annotation
        self._strict = strict
        self._known: Form | None = None

    def serialize(self, value: T, serdes_context: SerDesContext) -> str:
        try:
            form = self._form()
            if type(form) is not Anything:
                plain = form.write(value)
                return _ENCODER.encode(to_envelope(plain) if is_tagged(plain) else plain)
        except _REFUSALS as error:
            fallback = None if self._strict else _tagged(value)
            if fallback is None:
                refuse("serialize", value, serdes_context, _reason(error))
            return fallback
        return EXTENDED_TYPES_SERDES.serialize(value, serdes_context)

    def deserialize(self, data: str, serdes_context: SerDesContext) -> T:
        try:
            form = self._form_to_read()
            if type(form) is not Anything:
                found = _DECODER.decode(data)
                return self._opened(form, found) if is_tagged(found) else form.read(found)  # type: ignore[no-any-return]  # the annotation says what T is
        except _REFUSALS as error:
            refuse("deserialize", data, serdes_context, _reason(error))
        return EXTENDED_TYPES_SERDES.deserialize(data, serdes_context)  # type: ignore[no-any-return]  # T is Any

    def _form(self) -> Form:
        if self._known is None:
            self._known = codec_for(self._annotation).form
        return self._known

    def _form_to_read(self) -> Form:
        try:
            return self._form()
        except SerDesError:
            if self._strict:
                raise
            return Anything("Any")

    def _opened(self, form: Form, found: object) -> Any:
        value = from_envelope(found)
        try:
            return form.read(value)
        except Misfit:
            if self._strict:
                raise
            return value


def _tagged(value: object) -> str | None:
    """The value in an envelope, whatever it is, so that its reader does not look for the annotation's form."""
    try:
        return _ENCODER.encode(to_envelope(value))
    except _REFUSALS:
        return None


def _or_refuse(convert: Callable[[Any], Any], content: Any) -> Any:
    try:
        return convert(content)
    except Misfit as misfit:
        raise SerDesError(str(misfit)) from misfit
    except RecursionError as error:
        raise SerDesError("$: it contains itself or is nested too deeply") from error


def _reason(error: Exception) -> Exception | str:
    """Our own sentences need no name of an exception in front."""
    return str(error) if isinstance(error, Misfit | SerDesError) else error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_REFUSALS = (Misfit, SerDesError, TypeError, ValueError, ArithmeticError, RecursionError)
# Made once: `json.dumps` with arguments makes an encoder for every call.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
