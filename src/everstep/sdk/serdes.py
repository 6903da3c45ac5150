"""How an author's values become text that is saved, and values again.

The default, `ExtendedTypeSerDes`, writes what JSON alone can say (None, texts, numbers, booleans, lists of these) as
plain JSON and everything else as an envelope around each value:

    [1, "a"]               ->  [1,"a"]
    {"at": date(2026,1,2)} ->  {"t":"m","v":{"at":{"t":"D","v":"2026-01-02"}}}

The format is the official Python SDK's, so that executions in flight survive a change of import in either direction.
Nothing is ever pickled: what was saved can be read by people and cannot run code.
"""

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, Generic, NamedTuple, NoReturn, TypeGuard, TypeVar
from uuid import UUID

from everstep.core.records import dataclass
from everstep.errors import RetryableSerDesError, SerDesError, type_name
from everstep.sdk.replay.batch import BatchResult

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SerDesContext:
    """What a serializer may want to know about the place of its value."""

    operation_id: str = ""
    durable_execution_arn: str = ""


class SerDes(ABC, Generic[T]):
    """Turns values into text and back.

    Whatever it raises fails the execution (SerDesError), except RetryableSerDesError: then the invocation is tried
    again.
    """

    @abstractmethod
    def serialize(self, value: T, serdes_context: SerDesContext) -> str: ...

    @abstractmethod
    def deserialize(self, data: str, serdes_context: SerDesContext) -> T: ...

    @staticmethod
    def is_primitive(obj: object) -> bool:
        """Whether plain JSON can carry the value unchanged: None, texts, numbers, booleans and lists of these."""
        if isinstance(obj, list):
            return all(map(SerDes.is_primitive, obj))
        return obj is None or isinstance(obj, str | int | float)


class PassThroughSerDes(SerDes[T]):
    """For values that are text already."""

    def serialize(self, value: T, serdes_context: SerDesContext) -> str:
        if not isinstance(value, str):
            refuse("serialize", value, serdes_context, "PassThroughSerDes carries text only")
        return value

    def deserialize(self, data: str, serdes_context: SerDesContext) -> T:
        return data  # type: ignore[return-value]  # the author says that T is str


class JsonSerDes(SerDes[T]):
    """JSON and nothing else: tuples come back as lists, and keys as texts."""

    def serialize(self, value: T, serdes_context: SerDesContext) -> str:
        try:
            return json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            refuse("serialize", value, serdes_context, error)

    def deserialize(self, data: str, serdes_context: SerDesContext) -> T:
        try:
            return json.loads(data)  # type: ignore[no-any-return]  # the author says what T is
        except (TypeError, ValueError, RecursionError) as error:
            refuse("deserialize", data, serdes_context, error)


class ExtendedTypeSerDes(SerDes[T]):
    """The default: JSON plus bytes, UUID, Decimal, date, datetime, tuple and dict, nested at will."""

    def serialize(self, value: T, serdes_context: SerDesContext | None = None) -> str:
        try:
            return _to_json(value if SerDes.is_primitive(value) else to_envelope(value))
        except (TypeError, ValueError, RecursionError) as error:
            refuse("serialize", value, serdes_context, error)

    def deserialize(self, data: str, serdes_context: SerDesContext | None = None) -> T:
        try:
            found = json.loads(data)
            return found if SerDes.is_primitive(found) else from_envelope(found)  # type: ignore[no-any-return]  # as saved
        except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
            refuse("deserialize", data, serdes_context, error)


DEFAULT_JSON_SERDES: SerDes[Any] = JsonSerDes()
EXTENDED_TYPES_SERDES: SerDes[Any] = ExtendedTypeSerDes()


def serialize(serdes: SerDes[Any] | None, value: Any, operation_id: str, durable_execution_arn: str) -> str:
    """The value as text, by this serializer or the default one.

    Raises SerDesError, or RetryableSerDesError if the serializer did.
    """
    context = SerDesContext(operation_id, durable_execution_arn)
    try:
        text = (serdes or EXTENDED_TYPES_SERDES).serialize(value, context)
    except (SerDesError, RetryableSerDesError):
        raise  # The serializer has judged its failure itself, and its data must reach the history.
    except Exception as error:
        refuse("serialize", value, context, error)
    if not isinstance(text, str):
        refuse("serialize", value, context, f"the serdes returned a {type_name(type(text))} instead of text")
    return text


def deserialize(serdes: SerDes[Any] | None, data: str, operation_id: str, durable_execution_arn: str) -> Any:
    """The value that the text means to this serializer, or the default one. Raises as `serialize` does."""
    context = SerDesContext(operation_id, durable_execution_arn)
    try:
        return (serdes or EXTENDED_TYPES_SERDES).deserialize(data, context)
    except (SerDesError, RetryableSerDesError):
        raise
    except Exception as error:
        refuse("deserialize", data, context, error)


# ---------------------------------------------------------------------------------------------- the envelope
class Row(NamedTuple):
    """One type of the envelope format: its tag, and what stands under `v`."""

    type: type[Any]
    tag: str
    write: Callable[[Any], object]
    read: Callable[[Any], object]


def _same(value: object) -> object:
    return value


def to_envelope(value: object) -> dict[str, object]:
    """The value with its tag, and so everything inside it. Raises TypeError or ValueError for what has no tag."""
    row = _BY_TYPE.get(type(value)) or _row_of_base(value)
    return {"t": row.tag, "v": row.write(value)}


def _row_of_base(value: object) -> Row:
    for row in FORMAT:
        if isinstance(value, row.type):
            return row
    kind = type_name(type(value))
    raise TypeError(f"the type {kind} is not supported; use plain data, or give a serdes that knows the type")


def from_envelope(found: object) -> Any:
    """The value in an envelope. Raises TypeError, ValueError or ArithmeticError when it is none."""
    if not _is_envelope(found):
        raise ValueError('an envelope needs "t" and "v"')
    row = _BY_TAG.get(found["t"])
    if row is None:
        raise ValueError(f"unknown type tag {found['t']!r}")
    return row.read(found["v"])


def is_tagged(found: object) -> bool:
    """Whether a reader who does not know the type would take this JSON value for an envelope."""
    return (
        isinstance(found, dict)
        and len(found) == 2
        and "v" in found
        and isinstance(tag := found.get("t"), str)
        and tag in _BY_TAG
    )


def _inner(found: object) -> Any:
    """A value inside a container; one without an envelope stands for itself, as other writers may leave it."""
    return from_envelope(found) if _is_envelope(found) else found


def _is_envelope(found: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(found, dict) and "t" in found and "v" in found


def _write_bytes(value: bytes | bytearray | memoryview) -> str:
    return base64.b64encode(bytes(value)).decode()


def _write_items(items: list[Any] | tuple[Any, ...]) -> list[object]:
    return [to_envelope(item) for item in items]


def _write_dict(mapping: dict[Any, Any]) -> dict[str, object]:
    wrapped: dict[str, object] = {_key(key): to_envelope(value) for key, value in mapping.items()}
    if len(wrapped) != len(mapping):
        raise ValueError("two keys of a dict become the same text")
    return wrapped


def _key(key: object) -> str:
    """A dict's key as JSON writes it; it comes back as this text."""
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, int | float):
        return _to_json(key)
    raise TypeError(f"a dict's key must be a text, not {type_name(type(key))}")


def _read_list(content: object) -> list[object]:
    if not isinstance(content, list):
        raise TypeError(f"expected a list, found a {type(content).__name__}")
    return [_inner(item) for item in content]


def _read_tuple(content: object) -> tuple[object, ...]:
    return tuple(_read_list(content))


def _read_dict(content: object) -> dict[str, object]:
    if not isinstance(content, dict):
        raise TypeError(f"expected a dict, found a {type(content).__name__}")
    return {key: _inner(value) for key, value in content.items()}


def _write_batch(batch: BatchResult[Any]) -> dict[str, object]:
    return _write_dict(batch.to_dict())


def _read_batch(content: object) -> BatchResult[Any]:
    return BatchResult.from_dict(_read_dict(content))


FORMAT = (
    Row(NoneType, "n", _same, _same),
    Row(str, "s", _same, str),
    Row(bool, "b", _same, bool),  # before int, which it is too
    Row(int, "i", _same, int),
    Row(float, "f", _same, float),
    Row(dict, "m", _write_dict, _read_dict),
    Row(list, "l", _write_items, _read_list),
    Row(BatchResult, "br", _write_batch, _read_batch),
    Row(tuple, "t", _write_items, _read_tuple),
    Row(bytes, "B", _write_bytes, base64.b64decode),
    Row(bytearray, "B", _write_bytes, base64.b64decode),
    Row(memoryview, "B", _write_bytes, base64.b64decode),
    Row(UUID, "u", str, UUID),
    Row(Decimal, "d", str, Decimal),
    Row(datetime, "dt", datetime.isoformat, datetime.fromisoformat),  # before date, which it is too
    Row(date, "D", date.isoformat, date.fromisoformat),
)
"""The envelope format. A subclass of a type here is written, and so comes back, as that type."""

_BY_TYPE = {row.type: row for row in FORMAT}
_BY_TAG = {row.tag: row for row in FORMAT}


def _to_json(value: object) -> str:
    # A NaN would be saved as a word that no other JSON reader knows.
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


# ---------------------------------------------------------------------------------------------- saying no
def refuse(act: str, value: object, context: SerDesContext | None, reason: Exception | str) -> NoReturn:
    place = f"operation {context.operation_id}: " if context is not None and context.operation_id else ""
    subject = f"a value of type {type_name(type(value))}" if act == "serialize" else "the saved text"
    cause = reason if isinstance(reason, Exception) else None
    match reason:
        case RecursionError():
            why = "it contains itself or is nested too deeply"
        case Exception():
            why = f"{type(reason).__name__}: {reason}"
        case _:
            why = reason
    raise SerDesError(f"{place}cannot {act} {subject}: {why}") from cause
