"""From an annotation to its form: the one place that knows what annotations look like."""

import typing
from collections import OrderedDict, abc, deque
from collections.abc import Callable
from enum import Enum, Flag
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Final, ForwardRef, Literal, Never, NewType, NoReturn, TypeVar, Union, get_origin

from everstep.errors import SerDesError
from everstep.sdk.typed.containers import Fixed, Items, Mapped, Paired, Unordered
from everstep.sdk.typed.form import Form, KeyStyle, Later
from everstep.sdk.typed.leaves import Anything, Boolean, Choice, Extended, Flags, Float, Integer, Member, Null, Text
from everstep.sdk.typed.models import model
from everstep.sdk.typed.records import Field, Outline, outline
from everstep.sdk.typed.substitution import field_types, substitute
from everstep.sdk.typed.unions import Either, Maybe
from everstep.sdk.typed.wording import worded


def form_of(annotation: object) -> Form:
    """The form of a type. Raises SerDesError, with the type's name, for one that cannot travel."""
    return _Builder().form(annotation)


class _Builder:
    """Makes one form and those inside it; remembers what it has begun, because types contain themselves."""

    def __init__(self) -> None:
        self._begun: dict[object, Later] = {}
        self._anything = Anything("Any")

    def form(self, annotation: Any) -> Form:
        if annotation in _UNKNOWN:
            return self._anything
        if annotation is None or annotation is NoneType:
            return Null("None")
        if isinstance(annotation, TypeVar):
            return self.form(annotation.__bound__ or Any)
        if isinstance(annotation, NewType):
            return self.form(annotation.__supertype__)
        origin, arguments = get_origin(annotation), typing.get_args(annotation)
        if origin in _WRAPPERS:
            return self.form(arguments[0])
        if origin is Literal:
            return Choice(describe(annotation), [(value, self._literal(value)) for value in arguments])
        if isinstance(annotation, str | ForwardRef):
            raise SerDesError(f"the annotation {annotation!r} names a type that cannot be found where it stands")
        return self._once(annotation, lambda: self._compound(annotation, origin, arguments))

    def _once(self, annotation: object, make: Callable[[], Form]) -> Form:
        begun = self._begun.get(annotation)
        if begun is not None:
            return begun
        later = self._begun[annotation] = Later(describe(annotation))
        try:
            later.form = make()
        finally:
            del self._begun[annotation]
        return later.form

    def _compound(self, annotation: Any, origin: Any, arguments: tuple[Any, ...]) -> Form:
        if origin in (Union, UnionType):
            return self._union(arguments)
        kind = origin or annotation
        if hasattr(kind, "__value__"):  # an alias made by the `type` statement
            parameters = dict(zip(kind.__type_params__, arguments, strict=False))
            return self.form(substitute(kind.__value__, parameters))
        if not isinstance(kind, type):
            raise _unknown(annotation)
        return self._class(annotation, kind, arguments)

    def _class(self, annotation: Any, kind: type[Any], arguments: tuple[Any, ...]) -> Form:
        name = describe(annotation)
        form = model(annotation, kind, name, form_of)
        if form is not None:
            return form
        sketch = outline(kind, name, self._anything)
        if sketch is not None:
            return self._record(sketch, kind, arguments)
        if issubclass(kind, Enum):
            return Flags(kind) if issubclass(kind, Flag) else Member(kind)
        if kind is tuple:
            return self._tuple(name, arguments)
        if kind in _ITEMS:
            accepts, make, style = _ITEMS[kind]
            item = self.form(arguments[0]) if arguments else self._anything
            return style(name, item, accepts, make)
        if kind in _MAPPINGS:
            return self._mapping(name, kind, arguments)
        scalar = self._scalar(kind) or worded(kind)
        if scalar is None:
            raise _unknown(annotation)
        return scalar

    def _record(self, sketch: Outline, kind: type[Any], arguments: tuple[Any, ...]) -> Form:
        types = field_types(kind, arguments)
        sketch.record.fields = tuple(
            Field(name=name, form=self.form(types.get(name, Any)), argument=argument, required=required)
            for name, argument, required in sketch.fields
        )
        return sketch.record

    def _union(self, arguments: tuple[Any, ...]) -> Form:
        others = [argument for argument in arguments if argument is not NoneType]
        if any(other in _UNKNOWN for other in others):
            return self._anything
        form = self.form(others[0]) if len(others) == 1 else Either([self.form(other) for other in others])
        return form if len(others) == len(arguments) else Maybe(form, Null("None"))

    def _tuple(self, name: str, arguments: tuple[Any, ...]) -> Form:
        if not arguments:
            return Items(name, self._anything, (tuple,), tuple)
        if arguments == ((),):
            return Fixed(name, [])
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return Items(name, self.form(arguments[0]), (tuple,), tuple)
        return Fixed(name, [self.form(argument) for argument in arguments])

    def _mapping(self, name: str, kind: type[Any], arguments: tuple[Any, ...]) -> Form:
        accepts, make = _MAPPINGS[kind]
        key, value = map(self.form, arguments or (Any, Any))
        if key is self._anything:
            key = Text("str")  # what JSON can do without being told
        style = Paired if key.keys is KeyStyle.PAIRS else Mapped
        return style(name, key, value, accepts, make)

    def _scalar(self, kind: type[Any]) -> Form | None:
        for base, form in _SCALARS.items():
            if kind is base:
                return form(kind.__name__)
            if issubclass(kind, base):
                return Extended(kind, form(base.__name__))
        return None

    def _literal(self, value: object) -> Any:
        return self.form(type(value)).write(value)


def describe(annotation: Any) -> str:
    """What people call a type."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation.__qualname__.rpartition("<locals>.")[2]
    origin, arguments = get_origin(annotation), typing.get_args(annotation)
    if isinstance(origin, type) and arguments and origin is not UnionType:
        inner = ", ".join("..." if argument is Ellipsis else describe(argument) for argument in arguments)
        return f"{describe(origin)}[{inner}]"
    if annotation is NoneType or annotation is None:
        return "None"
    if origin in (Union, UnionType):
        return " | ".join(sorted(map(describe, arguments)))
    return repr(annotation).replace("typing.", "")


def _unknown(annotation: object) -> SerDesError:
    return SerDesError(
        f"the type {describe(annotation)} cannot be saved: make it a dataclass, annotate with a type that can, or give "
        "the operation a serdes"
    )


_UNKNOWN = (Any, object, Never, NoReturn)
_WRAPPERS = (Annotated, Final, typing.Required, typing.NotRequired)
_SCALARS: MappingProxyType[type[Any], Callable[[str], Form]] = MappingProxyType(
    {str: Text, bool: Boolean, int: Integer, float: Float}  # bool before int, which it is too
)

_Items = tuple[tuple[type[Any], ...], Callable[[list[Any]], Any], type[Items]]
_LIST: _Items = ((list, tuple), list, Items)
_SET: _Items = ((set, frozenset), set, Unordered)
_ITEMS: MappingProxyType[type[Any], _Items] = MappingProxyType(
    {
        list: ((list,), list, Items),
        abc.Sequence: _LIST,
        abc.MutableSequence: _LIST,
        abc.Collection: _LIST,
        abc.Iterable: _LIST,
        deque: ((deque,), deque, Items),
        set: ((set,), set, Unordered),
        frozenset: ((frozenset,), frozenset, Unordered),
        abc.Set: _SET,
        abc.MutableSet: _SET,
    }
)
"""Which values are taken, and what comes back: for an abstract type its usual implementation."""

_MAPPINGS: MappingProxyType[type[Any], tuple[type[Any], Callable[[dict[Any, Any]], Any]]] = MappingProxyType(
    {
        dict: (dict, dict),
        abc.Mapping: (abc.Mapping, dict),
        abc.MutableMapping: (abc.MutableMapping, dict),
        OrderedDict: (OrderedDict, OrderedDict),
    }
)
