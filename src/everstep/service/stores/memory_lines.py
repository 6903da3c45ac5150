"""What people look executions up by, in memory: the tables of `sqlite_lines` and the questions of `sqlite_search`."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from everstep.core.machine.delta import Delta
from everstep.core.machine.state import Head, Origin, is_waiting
from everstep.core.model import ExecutionStatus, Millis, Operation
from everstep.core.wire.attributes import ATTRIBUTES_MAX, attributes_set_by
from everstep.service.catalogue import (
    ERROR_CHARS_MAX,
    WAITS_SHOWN_MAX,
    Bucket,
    FunctionCount,
    Line,
    Said,
    SaidPage,
    Search,
    in_order_of_ripening,
    line_without_waits,
)


class Remembered(Protocol):
    """An execution, as the store keeps it."""

    @property
    def origin(self) -> Origin: ...
    @property
    def head(self) -> Head: ...
    @property
    def found_by(self) -> "FoundBy": ...


@dataclass(slots=True)
class FoundBy:
    """What belongs to one execution beside its record. Owns it; `note` and `say` are the only ways to change it."""

    waits: dict[int, Operation] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    said: deque[tuple[int, Said]] = field(default_factory=deque)
    last_said: int = 0

    def note(self, delta: Delta) -> None:
        for operation in delta.operations:
            if is_waiting(operation):
                self.waits[operation.seq] = operation
            else:
                self.waits.pop(operation.seq, None)
        if delta.head.status.is_closed:
            self.waits.clear()
        for key, value in attributes_set_by(delta.operations).items():
            if value is None:
                self.attributes.pop(key, None)
            elif key in self.attributes or len(self.attributes) < ATTRIBUTES_MAX:
                self.attributes[key] = value

    def say(self, said: Iterable[Said], keep: int) -> int:
        for each in said:
            self.last_said += 1
            self.said.append((self.last_said, each))
        while len(self.said) > keep:
            self.said.popleft()
        return self.last_said

    def said_after(self, limit: int, after: int, operation_id: str | None) -> SaidPage:
        found = [
            (number, each) for number, each in self.said if number > after and operation_id in (None, each.operation_id)
        ]
        return SaidPage(said=tuple(found[:limit]), dropped=self.said[0][0] - 1 if self.said else 0)


def line_of(kept: Remembered) -> Line:
    first = in_order_of_ripening(list(kept.found_by.waits.values()))[:WAITS_SHOWN_MAX]
    return replace(
        line_without_waits(kept.origin, kept.head),
        waits=len(kept.found_by.waits),
        first_waits=tuple(first),
        attributes=dict(sorted(kept.found_by.attributes.items())),
    )


def counts_of(found: Iterable[Remembered]) -> Mapping[ExecutionStatus, int]:
    return Counter(kept.head.status for kept in found)


def span_of(found: Iterable[Remembered]) -> tuple[Millis, Millis] | None:
    moments = [kept.origin.started_at for kept in found]
    return (min(moments), max(moments)) if moments else None


def histogram_of(found: Iterable[Remembered], start: Millis, width_ms: int, buckets: int) -> Sequence[Bucket]:
    numbers = Counter(
        ((kept.origin.started_at - start) // width_ms, kept.head.status)
        for kept in found
        if start <= kept.origin.started_at < start + width_ms * buckets
    )
    return [Bucket(number=number, status=status, count=count) for (number, status), count in sorted(numbers.items())]


def functions_of(found: Iterable[Remembered]) -> Iterator[FunctionCount]:
    starts: dict[tuple[str, ExecutionStatus], list[Millis]] = {}
    for kept in found:
        starts.setdefault((kept.origin.function, kept.head.status), []).append(kept.origin.started_at)
    for (function, status), moments in starts.items():
        yield FunctionCount(function=function, status=status, count=len(moments), last_started_at=max(moments))


def is_meant(kept: Remembered, search: Search) -> bool:
    origin, attributes = kept.origin, kept.found_by.attributes
    return (
        (not search.statuses or kept.head.status in search.statuses)
        and search.function in (None, origin.function)
        and search.version in (None, origin.version)
        and (not search.name or search.name.lower() in origin.name.lower())
        and (not search.error or _is_in_error(search.error, kept.head))
        and (search.started_after is None or origin.started_at > search.started_after)
        and (search.started_before is None or origin.started_at < search.started_before)
        and (search.parent is None or (origin.parent is not None and origin.parent.arn == search.parent))
        and (search.source is None or (origin.source is not None and origin.source.arn == search.source))
        and all(key in attributes and value in (None, attributes[key]) for key, value in search.attributes)
    )


def _is_in_error(part: str, head: Head) -> bool:
    error = head.error
    return error is not None and any(
        part.lower() in text[:ERROR_CHARS_MAX].lower() for text in (error.type, error.message) if text is not None
    )
