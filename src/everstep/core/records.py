"""Frozen dataclasses that are cheap to make and cheap to change.

    @quick
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Operation: ...

    changed(operation, status=Status.SUCCEEDED)  # as dataclasses.replace, some ten times as fast

A frozen dataclass sets each member through `object.__setattr__`, which makes a record of twenty members slower to make
than everything that is then done with it. `quick` gives the class a twin with the same members and no lock: a record
is filled as a twin and becomes its frozen self at the end, before anybody else has seen it. What it is for everybody
else, equality, hash, errors of whoever wants to change it, is what `dataclass` made
([0016](../../../docs/decisions/0016-records-are-filled-before-they-are-frozen.md)).
"""

from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["changed", "compiled", "quick"]

T = TypeVar("T")

_CHANGE = "_changed"

if TYPE_CHECKING:
    from dataclasses import replace as changed  # so that type checkers know its members
else:

    def changed(record, /, **changes):
        """The record with other members. It must be of a `quick` class; raises TypeError for members it has not."""
        return getattr(record, _CHANGE)(changes)


def quick(cls: type[T]) -> type[T]:
    """The same frozen dataclass with slots, quicker to make, and fit for `changed`. It must not be inherited from."""
    members = fields(cls)  # type: ignore[arg-type]  # a dataclass, as `dataclass` has just made it
    names = tuple(member.name for member in members)
    world: dict[str, Any] = {
        "_frozen": cls,
        "_twin": type(f"{cls.__name__}Twin", (), {"__slots__": names}),
        "_new": object.__new__,
        "_set": setattr,
        "_become": object.__setattr__,
        "_default": {member.name: member.default for member in members},
        "_factory": {member.name: member.default_factory for member in members},
    }
    lines = [
        f"def __init__(self, {_parameters(members)}):",
        "    _become(self, '__class__', _twin)",
        *(f"    self.{member.name} = {_given(member)}" for member in members),
        "    self.__class__ = _frozen",
        *(["    self.__post_init__()"] if hasattr(cls, "__post_init__") else []),
        "def change(self, changes):",
        "    made = _new(_twin)",
        *(f"    made.{name} = self.{name}" for name in names),
        "    try:",
        "        for name, value in changes.items(): _set(made, name, value)",
        "    except AttributeError: raise TypeError(f'{_frozen.__name__} has no member {name!r}') from None",
        "    made.__class__ = _frozen",
        *(["    made.__post_init__()"] if hasattr(cls, "__post_init__") else []),
        "    return made",
    ]
    compiled(lines, world)
    slow = cls.__init__
    quick_init = world["__init__"]
    quick_init.__qualname__, quick_init.__wrapped__ = slow.__qualname__, slow
    cls.__init__ = quick_init  # type: ignore[method-assign]  # what it is for
    setattr(cls, _CHANGE, world["change"])
    return cls


def compiled(lines: Iterable[str], world: dict[str, Any]) -> dict[str, Any]:
    """The world with what these lines define in it. They are made of names of members, as dataclass makes its own, and
    hold nothing that came from outside."""
    exec("\n".join(lines), world)
    return world


def _parameters(members: tuple[Field[Any], ...]) -> str:
    """The parameters of dataclass's own `__init__`."""
    in_order = [_parameter(member) for member in members if not member.kw_only]
    by_name = [_parameter(member) for member in members if member.kw_only]
    return ", ".join([*in_order, *(["*"] if by_name else []), *by_name])


def _parameter(member: Field[Any]) -> str:
    if member.default is not MISSING:
        return f"{member.name}=_default[{member.name!r}]"
    if member.default_factory is not MISSING:
        return f"{member.name}=_factory"
    return member.name


def _given(member: Field[Any]) -> str:
    if member.default_factory is MISSING:
        return member.name
    return f"_factory[{member.name!r}]() if {member.name} is _factory else {member.name}"
