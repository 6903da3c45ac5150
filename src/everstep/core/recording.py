"""How records are made; what they are for is said in `records`.

A class is declared by giving it slots and methods that all records share. Its `__init__`, and the function that makes a
changed record, are written when they are first needed. `dataclasses` itself is imported only when somebody asks for
`fields`, a signature, or breaks a lock: with it comes `inspect`, which takes longer than all of ours.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

MISSING: Any = object()
"""No default."""
_MEMBERS, _CHANGE, _VALUES = "_record_members", "_record_change", "_record_values"
_OWN = object.__setattr__


class Member:
    """What was declared of one member."""

    __slots__ = ("default", "default_factory", "kw_only", "name", "repr")

    def __init__(self, default: Any, default_factory: Any, repr_: bool, kw_only: bool | None) -> None:
        self.name = ""
        self.default = default
        self.default_factory = default_factory
        self.repr = repr_
        self.kw_only = kw_only


def field(*, default: Any = MISSING, default_factory: Any = MISSING, repr: bool = True, kw_only: Any = None) -> Any:  # noqa: A002 - the standard library's name
    """See dataclasses.field; what is not here, no record of ours has needed."""
    return Member(default, default_factory, repr, kw_only)


def dataclass(
    cls: type | None = None,
    *,
    frozen: bool = False,
    slots: bool = False,
    kw_only: bool = False,
    eq: bool = True,
    order: bool = False,
) -> Any:
    """See dataclasses.dataclass."""

    def declare(cls: Any) -> Any:
        members = _inherited(cls) | _declared(cls, kw_only)
        if slots:
            cls = _with_slots(cls, [name for name in _annotations(cls) if name in members])
        setattr(cls, _MEMBERS, tuple(members.values()))
        setattr(cls, "__match_args__", tuple(m.name for m in members.values() if not m.kw_only))  # noqa: B010 - mypy
        cls.__init__ = _first_init(cls)
        cls.__dataclass_fields__ = _Lazily(lambda cls: _standard(cls).__dataclass_fields__)
        cls.__dataclass_params__ = _Lazily(lambda cls: _standard(cls).__dataclass_params__)
        cls.__signature__ = _Lazily(_signature)
        for name, method in _methods(tuple(members), frozen, slots, eq, order):
            if name not in cls.__dict__:
                setattr(cls, name, method)
        return cls

    return declare if cls is None else declare(cls)


def changed(record: Any, /, **changes: Any) -> Any:
    """See dataclasses.replace."""
    cls = type(record)
    change = cls.__dict__.get(_CHANGE) or _compile_change(cls)  # its own: the one of a base knows fewer members
    return change(record, changes)


# --------------------------------------------------------------------------- members
def _annotations(cls: type) -> Mapping[str, Any]:
    """Its own, not those of its bases."""
    if sys.version_info >= (3, 14):  # there they are evaluated when asked for, and some name what only types import
        import annotationlib

        return annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF)
    found: Mapping[str, Any] = cls.__dict__.get("__annotations__", {})  # noqa: RUF063 - without importing inspect
    return found


def _inherited(cls: type) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for base in reversed(cls.__mro__[1:]):
        found |= {member.name: member for member in base.__dict__.get(_MEMBERS, ())}
    return found


def _declared(cls: type, kw_only: bool) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for name, hint in _annotations(cls).items():
        if "ClassVar" in str(hint):
            continue
        given = cls.__dict__.get(name, MISSING)
        member = given if isinstance(given, Member) else Member(given, MISSING, True, None)
        member.name = name
        member.kw_only = kw_only if member.kw_only is None else member.kw_only
        found[name] = member
        if member.default is not MISSING:
            setattr(cls, name, member.default)
        elif isinstance(given, Member):
            delattr(cls, name)
    return found


def _with_slots(cls: type, names: list[str]) -> type:
    """The class anew: slots cannot be given to one that exists, and stand where the defaults stood."""
    body = {name: value for name, value in cls.__dict__.items() if name not in (*names, "__dict__", "__weakref__")}
    made = type(cls)(cls.__name__, cls.__bases__, {**body, "__slots__": tuple(names)})
    made.__qualname__ = cls.__qualname__
    return made


# --------------------------------------------------------------------------- making and changing, written when needed
def _first_init(cls: type) -> Callable[..., None]:
    def first(self: Any, *given: Any, **named: Any) -> None:
        _compile_init(cls)
        cls.__init__(self, *given, **named)  # type: ignore[misc]

    return first


def _compile_init(cls: type) -> None:
    members: tuple[Member, ...] = getattr(cls, _MEMBERS)
    world = {**_world(cls), **{f"_of_{member.name}": _default(member) for member in members}}
    lines = [
        f"def __init__(self, {_parameters(members)}):",
        *_filled("self", cls, [(member.name, _given(member)) for member in members]),
        "    self.__post_init__()" if hasattr(cls, "__post_init__") else "    return",
    ]
    made = compiled(lines, world)["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = made  # type: ignore[misc]


def _compile_change(cls: type) -> Callable[[Any, Mapping[str, Any]], Any]:
    members: tuple[Member, ...] = getattr(cls, _MEMBERS)
    names = [member.name for member in members]
    lines = [
        "def change(self, changes):",
        "    for name in changes:",
        "        if name not in _names: raise TypeError(f'{_record.__name__} has no member {name!r}')",
        "    made = _new(_record)",
        *_filled("made", cls, [(name, f"changes[{name!r}] if {name!r} in changes else self.{name}") for name in names]),
        "    made.__post_init__()" if hasattr(cls, "__post_init__") else "",
        "    return made",
    ]
    if (twin := _twin_of(cls)) is not None:
        # Filled as a whole and then changed where it is to be: most changes are of few members.
        lines[3:-2] = [
            "    made = _new(_twin)",
            *(f"    made.{name} = self.{name}" for name in names),
            "    for name, value in changes.items(): setattr(made, name, value)",
            "    made.__class__ = _record",
        ]
    change: Callable[[Any, Mapping[str, Any]], Any]
    change = compiled(lines, {**_world(cls), "_names": frozenset(names), "_twin": twin})["change"]
    setattr(cls, _CHANGE, change)
    return change


def _filled(target: str, cls: type, values: list[tuple[str, str]]) -> list[str]:
    """The lines that give a record its members."""
    if _twin_of(cls) is not None:
        fill = [f"    {target}.{name} = {value}" for name, value in values]
        return [f"    _own({target}, '__class__', _twin)", *fill, f"    {target}.__class__ = _record"]
    return [f"    _own({target}, {name!r}, {value})" for name, value in values]


def _world(cls: type) -> dict[str, Any]:
    return {"_record": cls, "_twin": _twin_of(cls), "_own": _OWN, "_new": object.__new__, "_factory": MISSING}


def _twin_of(cls: type) -> type | None:
    """A class of the same layout whose members can be set; None where there is no such class."""
    twin: type | None = cls.__dict__.get("_record_twin", MISSING)
    if twin is MISSING:
        twin = None
        slots = cls.__dict__.get("__slots__")
        if slots is not None and not any(_MEMBERS in base.__dict__ for base in cls.__mro__[1:]):
            body = {"__slots__": slots, "__setattr__": _OWN}
            if "__orig_bases__" in cls.__dict__:
                body["__orig_bases__"] = cls.__dict__["__orig_bases__"]
            twin = type(f"{cls.__name__}Twin", cls.__bases__, body)
        cls._record_twin = twin  # type: ignore[attr-defined]
    return twin


def _parameters(members: Iterable[Member]) -> str:
    in_order = [_parameter(member) for member in members if not member.kw_only]
    by_name = [_parameter(member) for member in members if member.kw_only]
    return ", ".join([*in_order, *(["*"] if by_name else []), *by_name])


def _parameter(member: Member) -> str:
    return member.name if _default(member) is MISSING else f"{member.name}={_default_name(member)}"


def _default_name(member: Member) -> str:
    return f"_of_{member.name}" if member.default_factory is MISSING else "_factory"


def _default(member: Member) -> Any:
    return member.default if member.default_factory is MISSING else member.default_factory


def _given(member: Member) -> str:
    if member.default_factory is MISSING:
        return member.name
    return f"_of_{member.name}() if {member.name} is _factory else {member.name}"


def compiled(lines: Iterable[str], world: dict[str, Any]) -> dict[str, Any]:
    """The world with what these lines define in it. They are made of names of members, as dataclass makes its own, and
    hold nothing that came from outside."""
    exec("\n".join(lines), world)
    return world


# --------------------------------------------------------------------------- what all records share
def _methods(names: tuple[str, ...], frozen: bool, slots: bool, eq: bool, order: bool) -> Iterable[tuple[str, Any]]:
    yield "__repr__", _repr
    yield "__replace__", changed
    if eq:
        values = _values(names)
        yield _VALUES, staticmethod(values)
        yield "__eq__", _eq
        yield "__hash__", _hash if frozen else None
    if frozen:
        yield "__setattr__", _refuse_to_set
        yield "__delattr__", _refuse_to_delete
    if frozen and slots:
        yield "__getstate__", _getstate
        yield "__setstate__", _setstate
    if order:
        yield "__lt__", lambda self, other: _ordered(self, other, lambda a, b: a < b)
        yield "__le__", lambda self, other: _ordered(self, other, lambda a, b: a <= b)
        yield "__gt__", lambda self, other: _ordered(self, other, lambda a, b: a > b)
        yield "__ge__", lambda self, other: _ordered(self, other, lambda a, b: a >= b)


def _values(names: tuple[str, ...]) -> Callable[[Any], Any]:
    """What a record is compared by."""
    if len(names) > 1:
        return attrgetter(*names)
    if names:
        only = attrgetter(names[0])
        return lambda record: (only(record),)
    return lambda _: ()


def _eq(self: Any, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = getattr(self, _VALUES)
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(getattr(self, _VALUES)(self))


def _ordered(self: Any, other: Any, compare: Callable[[Any, Any], bool]) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = getattr(self, _VALUES)
    return compare(values(self), values(other))


def _repr(self: Any) -> str:
    members: tuple[Member, ...] = getattr(self, _MEMBERS)
    shown = ", ".join(f"{member.name}={getattr(self, member.name)!r}" for member in members if member.repr)
    return f"{self.__class__.__qualname__}({shown})"


def _refuse_to_set(self: Any, name: str, _value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, member.name) for member in getattr(self, _MEMBERS)]


def _setstate(self: Any, state: list[Any]) -> None:
    for member, value in zip(getattr(self, _MEMBERS), state, strict=True):
        _OWN(self, member.name, value)


# --------------------------------------------------------------------------- what the standard library asks for
class _Lazily:
    """A member of a class that is made when somebody looks."""

    def __init__(self, make: Callable[[type], Any]) -> None:
        self._make = make

    def __get__(self, record: object, cls: type) -> Any:
        return self._make(cls)


@cache
def _standard(cls: type) -> Any:
    """A dataclass of the standard library with the same members, for what it keeps of them.

    Made once: it takes milliseconds, and `dataclasses.replace` looks at it twice a call.
    """
    import dataclasses

    def as_field(member: Member) -> Any:
        rest: dict[str, Any] = {"repr": member.repr, "kw_only": True}  # a default may stand before a member without
        if member.default_factory is not MISSING:
            rest["default_factory"] = member.default_factory
        elif member.default is not MISSING:
            rest["default"] = member.default
        return dataclasses.field(**rest)

    hints = {name: hint for base in reversed(cls.__mro__) for name, hint in _annotations(base).items()}
    members = [(member.name, hints[member.name], as_field(member)) for member in getattr(cls, _MEMBERS)]
    return dataclasses.make_dataclass(cls.__name__, members, frozen=True)


def _signature(cls: type) -> Any:
    import inspect

    _compile_init(cls)
    signature = inspect.signature(cls.__init__)  # type: ignore[misc]
    hints = {name: hint for base in reversed(cls.__mro__) for name, hint in _annotations(base).items()}
    _, *parameters = [p.replace(annotation=hints.get(n, p.empty)) for n, p in signature.parameters.items()]
    return signature.replace(parameters=parameters, return_annotation=None)
