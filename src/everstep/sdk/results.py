"""Which serializer the result of an author's function gets when none is configured: that of its return annotation.

A wrong annotation costs nothing: a value that does not fit it travels as it would without one.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from everstep.sdk.replay.batch import BatchItem, BatchResult
from everstep.sdk.replay.completion import BatchItemStatus
from everstep.sdk.serdes import EXTENDED_TYPES_SERDES, SerDes, SerDesContext

_KNOWN: "WeakKeyDictionary[object, SerDes[Any] | None]" = WeakKeyDictionary()
"""By function; looking through annotations costs more than a quick step."""


def serializer_of(func: object) -> SerDes[Any] | None:
    """The serializer for what the function returns; None where its annotations do not say."""
    while (inner := getattr(func, "__wrapped__", None)) is not None:
        func = inner
    if type(func) is FunctionType and "return" not in func.__annotations__:
        return None
    try:
        return _KNOWN[func]
    except KeyError:
        found = _KNOWN[func] = _make(func)
        return found
    except TypeError:  # a callable that cannot be referred to weakly
        return _make(func)


def _make(func: object) -> SerDes[Any] | None:
    from everstep.sdk.typed import TypedSerDes, result_annotation  # only who annotates pays for it

    annotation = result_annotation(func)
    return None if annotation is Any or annotation is object else TypedSerDes(annotation, strict=False)


def batch_serializer(funcs: Sequence[Callable[..., Any]]) -> SerDes[BatchResult[Any]] | None:
    """The serializer for the result of a map or parallel of these branches; None where the default will do."""
    items = [serializer_of(func) for func in funcs]
    return BatchSerDes(items) if any(item is not None for item in items) else None


class BatchSerDes(SerDes[BatchResult[Any]]):
    """A batch whose results have types of their own; on the wire it looks like every other batch."""

    def __init__(self, items: Sequence[SerDes[Any] | None]) -> None:
        """One serializer per branch, or a single one for all."""
        self._items = items

    def serialize(self, value: BatchResult[Any], serdes_context: SerDesContext) -> str:
        def plain(item: BatchItem[Any]) -> BatchItem[Any]:
            serdes = self._of(item)
            if serdes is None:
                return item
            return replace(item, result=json.loads(serdes.serialize(item.result, serdes_context)))

        return EXTENDED_TYPES_SERDES.serialize(replace(value, all=[plain(item) for item in value.all]), serdes_context)

    def deserialize(self, data: str, serdes_context: SerDesContext) -> BatchResult[Any]:
        def typed(item: BatchItem[Any]) -> BatchItem[Any]:
            serdes = self._of(item)
            if serdes is None:
                return item
            return replace(item, result=serdes.deserialize(json.dumps(item.result), serdes_context))

        batch: BatchResult[Any] = EXTENDED_TYPES_SERDES.deserialize(data, serdes_context)
        return replace(batch, all=[typed(item) for item in batch.all])

    def _of(self, item: BatchItem[Any]) -> SerDes[Any] | None:
        if item.status is not BatchItemStatus.SUCCEEDED:
            return None
        return self._items[item.index] if len(self._items) > 1 else self._items[0]
