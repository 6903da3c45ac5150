"""What a function's input looks like, as JSON Schema: from what its author says of the handler's first parameter.

It helps people who start an execution by hand. Nothing is refused because of it, and what it cannot describe it leaves
out: a part that may be anything is `{}`.
"""

import dataclasses
import datetime
import decimal
import enum
import inspect
import json
import types
import typing
import uuid
from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

DEPTH_MAX = 8
"""Types that contain themselves are described so far."""
BYTES_MAX = 64 * 1024
_PLAIN: dict[Any, Schema] = {
    None: {"type": "null"},
    type(None): {"type": "null"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    dict: {"type": "object"},
    list: {"type": "array"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    datetime.date: {"type": "string", "format": "date"},
    uuid.UUID: {"type": "string", "format": "uuid"},
    decimal.Decimal: {"type": "string"},
}


def input_schema(function: object) -> Schema | None:
    """None where the author says nothing of it, or nothing that can be found."""
    try:
        found = _schema(_annotation(inspect.unwrap(function)), DEPTH_MAX)  # type: ignore[arg-type]  # anything callable
        return found if found and len(json.dumps(found)) <= BYTES_MAX else None
    except Exception:  # Annotations run the author's code, and no fault of theirs is a reason not to run a function.
        return None


def _annotation(function: Any) -> Any:
    first = next(iter(inspect.signature(function).parameters.values()))
    if first.annotation is first.empty:
        return Any

    def bearer() -> None: ...

    # The other annotations stay out of this: an unknown type of the context does not hide that of the input.
    bearer.__annotations__ = {"input": first.annotation}
    return typing.get_type_hints(bearer, globalns=getattr(function, "__globals__", {}))["input"]


def _schema(kind: Any, depth: int) -> Schema:
    if depth == 0 or isinstance(kind, typing.TypeVar):
        return {}
    if isinstance(kind, typing.NewType):
        return _schema(kind.__supertype__, depth)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is not None:
        return _composed(origin, arguments, depth)
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if not isinstance(kind, type):
        return {}
    if callable(describe := getattr(kind, "model_json_schema", None)):  # pydantic knows best
        described: Schema = describe()
        return described
    if issubclass(kind, enum.Enum):
        return {"enum": [each.value for each in kind]}
    if typing.is_typeddict(kind):
        required: frozenset[str] = kind.__required_keys__  # type: ignore[attr-defined]  # what makes it a TypedDict
        return _object(typing.get_type_hints(kind), required, depth)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, depth)
    return {}


def _composed(origin: Any, arguments: tuple[Any, ...], depth: int) -> Schema:
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(each, depth - 1) for each in arguments]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Annotated, typing.Required, typing.NotRequired):
        return _schema(arguments[0], depth)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], depth - 1)}
    if isinstance(origin, type) and issubclass(origin, typing.Iterable):
        return {"type": "array", "items": _schema(arguments[0], depth - 1)}
    return {}


def _dataclass(kind: type, depth: int) -> Schema:
    fields = [each for each in dataclasses.fields(kind) if each.init]
    hints = typing.get_type_hints(kind)
    missing = dataclasses.MISSING
    required = {each.name for each in fields if each.default is missing and each.default_factory is missing}
    return _object({each.name: hints[each.name] for each in fields}, required, depth)


def _object(members: Mapping[str, Any], required: "frozenset[str] | set[str]", depth: int) -> Schema:
    return {
        "type": "object",
        "properties": {name: _schema(kind, depth - 1) for name, kind in members.items()},
        "required": [name for name in members if name in required],
    }
