"""How records look inside a store: JSON objects with our own short names, ours alone.

    {"id":"1ced…","kind":"STEP","status":"STARTED","started_at":1795290560410,"seq":2}

A member that has its default (or is None) is left out, so a record may gain a member without a new version of the
store's schema; any other change of these records needs one.

This runs for every checkpoint. A class is looked at once, when its first record comes by; what is kept is a plan of
plain functions, and a record then costs one pass over its members.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeAlias, TypeVar, Union, assert_never, cast, get_args, get_origin, get_type_hints

from everstep.core.machine.delta import CallFunction, Effect, Invoke, NotifyParent, StartChild
from everstep.core.records import compiled
from everstep.core.wire.text import JsonObject, dump, load

R = TypeVar("R")


class UnreadableRecordError(ValueError):
    """The text is not a record of the expected class, as this version of the program knows it."""


def dump_record(record: object) -> str:
    """The record (a frozen dataclass) as one line of JSON."""
    cls: type = type(record)
    return dump(_writer(cls)(record))


def load_record(cls: type[R], text: str) -> R:
    """The record that `dump_record` wrote, equal to the original. Raises UnreadableRecordError."""
    record: R = _load(cls, _object(text))
    return record


def dump_effect(effect: Effect) -> str:
    """An effect, with its type."""
    match effect:
        case Invoke():
            return dump({"type": "invoke", **_writer(Invoke)(effect)})
        case NotifyParent():
            return dump({"type": "notify_parent", **_writer(NotifyParent)(effect)})
        case StartChild():
            return dump({"type": "start_child", **_writer(StartChild)(effect)})
        case CallFunction():
            return dump({"type": "call_function", **_writer(CallFunction)(effect)})
        case _:
            assert_never(effect)


def load_effect(text: str) -> Effect:
    """The effect that `dump_effect` wrote. Raises UnreadableRecordError."""
    members = _object(text)
    match members.pop("type", None):
        case "invoke":
            return cast(Invoke, _load(Invoke, members))
        case "notify_parent":
            return cast(NotifyParent, _load(NotifyParent, members))
        case "start_child":
            return cast(StartChild, _load(StartChild, members))
        case "call_function":
            return cast(CallFunction, _load(CallFunction, members))
        case other:
            raise UnreadableRecordError(f"{other!r} is no type of effect")


def _object(text: str) -> JsonObject:
    try:
        value = load(text)
    except ValueError as error:
        raise UnreadableRecordError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise UnreadableRecordError("not a JSON object")
    return value


def _load(cls: type, members: JsonObject) -> Any:
    try:
        return _reader(cls)(members)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableRecordError(f"not a stored {cls.__name__}: {error!r}") from error


# --------------------------------------------------------------------------- plans, made once for each class
# The members of a record are of many types, and a plan is the one place that knows which: hence `Any` down here.
_Convert: TypeAlias = Callable[[Any], Any]


@cache
def _writer(cls: type) -> Callable[[Any], JsonObject]:
    """The function that turns a record of this class into a JSON object."""
    plan = [(field.name, _left_out(field, hint), _write(hint)) for field, hint in _members(cls)]
    world: dict[str, Any] = {f"default_{name}": left_out for name, left_out, _ in plan}
    world |= {f"write_{name}": convert for name, _, convert in plan}
    lines = [line for step in plan for line in _lines(*step)]
    # Made as code: a loop over the plan took twice as long as all of the core's rules.
    code = ["def write(record):", "    found = {}", *lines, "    return found"]
    write: Callable[[Any], JsonObject] = compiled(code, world)["write"]
    return write


def _lines(name: str, left_out: object, convert: _Convert | None) -> list[str]:
    """The lines that write one member."""
    written = "value" if convert is None else f"None if value is None else write_{name}(value)"
    condition = ""
    if left_out is None:
        condition, written = "if value is not None: ", "value" if convert is None else f"write_{name}(value)"
    elif left_out is not MISSING:
        condition = f"if value != default_{name}: "
    return [f"    value = record.{name}", f"    {condition}found[{name!r}] = {written}"]


@cache
def _reader(cls: type) -> _Convert:
    """The function that turns such a JSON object into a record of this class."""
    members = _members(cls)
    converts = {field.name: _read(hint) for field, hint in members}
    absent = {
        field.name: None for field, hint in members if field.default is MISSING and _left_out(field, hint) is None
    }

    def read(value: JsonObject) -> object:
        found: dict[str, Any] = dict(absent)
        for name, member in value.items():
            convert = converts[name]
            found[name] = member if convert is None or member is None else convert(member)
        return cls(**found)

    return read


def _members(cls: type) -> list[tuple[Field[Any], Any]]:
    assert is_dataclass(cls), cls
    hints = get_type_hints(cls)
    return [(field, hints[field.name]) for field in fields(cls)]


def _left_out(field: Field[Any], hint: Any) -> object:
    """The value that is not written; MISSING when every value is."""
    if field.default is not MISSING:
        return field.default
    return None if NoneType in get_args(hint) else MISSING


def _write(hint: Any) -> _Convert | None:
    """How a value of this type is written; None when JSON has the type already (enums are texts)."""
    kind = _kind(hint)
    if is_dataclass(kind):
        return _writer(cast(type, kind))
    if get_origin(kind) is tuple and (each := _write(_item(kind))) is not None:
        return lambda items: [each(item) for item in items]
    return None


def _read(hint: Any) -> _Convert | None:
    """How a value of this type is read; None when it is what JSON gave."""
    kind = _kind(hint)
    if is_dataclass(kind):
        return _reader(cast(type, kind))
    if get_origin(kind) is tuple:
        each = _read(_item(kind))
        return tuple if each is None else lambda items: tuple([each(item) for item in items])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {member.value: member for member in kind}.__getitem__
    assert kind in (str, int, bool), f"a stored record cannot hold {kind}"
    return None


def _kind(hint: Any) -> Any:
    """The type that matters: without None, without the wrapping of a NewType."""
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (part for part in get_args(hint) if part is not NoneType)
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    return hint


def _item(hint: Any) -> Any:
    item, dots = get_args(hint)
    assert dots is ..., f"a stored tuple has any length: {hint}"
    return item
