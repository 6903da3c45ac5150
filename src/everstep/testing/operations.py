"""The operations of an execution as a test looks at them: by name, by id, by kind, as a tree.

Names of members are those of the official testing package; everything that `everstep.core.model.Operation` knows is
there too, under its own name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from everstep.core.model import (
    Arn,
    CallbackId,
    ErrorObject,
    InvokeOptions,
    Kind,
    Millis,
    Operation,
    OperationId,
    Status,
)
from everstep.core.wire.text import NotJsonError, load
from everstep.errors import SerDesError
from everstep.sdk.serdes import EXTENDED_TYPES_SERDES, SerDesContext
from everstep.sdk.typed import TypedSerDes
from everstep.testing.errors import NoSuchOperationError

T = TypeVar("T")


class Lookup:
    """Whatever has operations can be asked for them. A name means the first operation of that name, outermost first."""

    def _children(self) -> "Sequence[TestedOperation]":
        raise NotImplementedError

    def get_all_operations(self) -> "list[TestedOperation]":
        """All operations, also those inside others, in start order."""
        return sorted(self._breadth_first(), key=lambda operation: operation.record.seq)

    def find(
        self, name: str | None = None, *, kind: Kind | None = None, status: Status | None = None
    ) -> "list[TestedOperation]":
        """All operations that fit, in start order."""
        return [
            operation
            for operation in self.get_all_operations()
            if name in (None, operation.name) and kind in (None, operation.kind) and status in (None, operation.status)
        ]

    def get_operation_by_name(self, name: str) -> "TestedOperation":
        """Raises NoSuchOperationError."""
        return self._first(name, None)

    def get_operation_by_id(self, operation_id: str) -> "TestedOperation":
        """Raises NoSuchOperationError."""
        found = next((one for one in self._breadth_first() if one.id == operation_id), None)
        if found is None:
            raise NoSuchOperationError(f"no operation has the id {operation_id!r}")
        return found

    def get_step(self, name: str) -> "TestedOperation":
        """A step, or a wait for a condition."""
        return self._first(name, Kind.STEP)

    def get_wait(self, name: str) -> "TestedOperation":
        return self._first(name, Kind.WAIT)

    def get_context(self, name: str) -> "TestedOperation":
        """A child context, map, parallel, one of their branches, or a `wait_for_callback`."""
        return self._first(name, Kind.CONTEXT)

    def get_callback(self, name: str) -> "TestedOperation":
        """The callback of this name; for the name of a `wait_for_callback`, the callback inside it."""
        callbacks = [one for one in self._breadth_first() if one.kind is Kind.CALLBACK]
        outer = [one for one in callbacks if one.parent_name == name]
        return next((one for one in callbacks if one.name == name), None) or (
            outer[0] if outer else self._first(name, Kind.CALLBACK)
        )

    def get_invoke(self, name: str) -> "TestedOperation":
        return self._first(name, Kind.CHAINED_INVOKE)

    def _first(self, name: str, kind: Kind | None) -> "TestedOperation":
        named = [one for one in self._breadth_first() if one.name == name]
        found = next((one for one in named if kind in (None, one.kind)), None)
        if found is not None:
            return found
        wanted = "operation" if kind is None else kind.value
        if named:
            raise NoSuchOperationError(f"{name!r} is a {named[0].kind.value}, not a {wanted}")
        there = ", ".join(f"{one.kind.value} {one.name!r}" for one in self.get_all_operations()) or "none at all"
        raise NoSuchOperationError(f"there is no {wanted} called {name!r}; the operations are: {there}")

    def _breadth_first(self) -> "Iterator[TestedOperation]":
        row = list(self._children())
        while row:
            yield from row
            row = [child for one in row for child in one.child_operations]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedOperation(Lookup):
    """One operation."""

    __test__ = False  # pytest takes the name for that of a test class

    record: Operation
    """What the service knows of it."""
    child_operations: "tuple[TestedOperation, ...]" = ()
    parent_name: str | None = None

    def _children(self) -> "Sequence[TestedOperation]":
        return self.child_operations

    def __repr__(self) -> str:
        name = "" if self.name is None else f" {self.name!r}"
        return f"<{self.kind.value}{name} {self.status.value}>"

    @property
    def id(self) -> OperationId:
        return self.record.id

    @property
    def operation_id(self) -> OperationId:
        return self.record.id

    @property
    def kind(self) -> Kind:
        return self.record.kind

    @property
    def operation_type(self) -> Kind:
        return self.record.kind

    @property
    def status(self) -> Status:
        return self.record.status

    @property
    def name(self) -> str | None:
        return self.record.name

    @property
    def sub_type(self) -> str | None:
        return self.record.sub_type

    @property
    def parent_id(self) -> OperationId | None:
        return self.record.parent_id

    @property
    def result(self) -> str | None:
        """The text that was saved; `value` is the same, read."""
        return self.record.result

    @property
    def error(self) -> ErrorObject | None:
        return self.record.error

    @property
    def attempt(self) -> int:
        """STEP: how many attempts have ended."""
        return self.record.attempt

    @property
    def callback_id(self) -> CallbackId | None:
        return self.record.callback_id

    @property
    def invoke(self) -> InvokeOptions | None:
        return self.record.invoke

    @property
    def child_arn(self) -> Arn | None:
        """CHAINED_INVOKE: the execution of a durable target."""
        return self.record.child_arn

    @property
    def input_payload(self) -> str | None:
        """CHAINED_INVOKE: what the function was called with."""
        return self.record.input

    @property
    def start_timestamp(self) -> datetime:
        return as_datetime(self.record.started_at)

    @property
    def end_timestamp(self) -> datetime | None:
        return _maybe(self.record.ended_at)

    @property
    def scheduled_end_timestamp(self) -> datetime | None:
        """WAIT: when it is over, or was."""
        return _maybe(self.record.wait_ends_at)

    @property
    def next_attempt_timestamp(self) -> datetime | None:
        """STEP: when a failed one is tried again."""
        return _maybe(self.record.due_at) if self.kind is Kind.STEP else None

    @property
    def duration_seconds(self) -> float | None:
        """From its start to its end; None while it lasts."""
        ended_at = self.record.ended_at
        return None if ended_at is None else (ended_at - self.record.started_at) / 1000

    @property
    def value(self) -> Any:
        """The result as a value, where its text is JSON or of the default serializer; else the text."""
        if self.result is None:
            return None
        try:
            return EXTENDED_TYPES_SERDES.deserialize(self.result, SerDesContext(self.id))
        except SerDesError:
            return _json_or_text(self.result)

    def value_as(self, annotation: type[T]) -> T:
        """The result as a value of this type. Raises SerDesError when it is none."""
        return read_as(annotation, self.result)


def _json_or_text(text: str) -> Any:
    try:
        return load(text)
    except NotJsonError:
        return text


def read_as(annotation: type[T], text: str | None) -> T:
    """The value of this type that the text stands for. Raises SerDesError."""
    if text is None:
        raise SerDesError(f"there is no result that could be read as {annotation!r}")
    return TypedSerDes(annotation).deserialize(text, SerDesContext())


def as_tree(operations: Sequence[Operation]) -> tuple[TestedOperation, ...]:
    """The operations that stand in no other, with what is inside them; all in start order."""
    inside: dict[OperationId | None, list[Operation]] = {}
    for operation in operations:
        inside.setdefault(operation.parent_id, []).append(operation)

    def below(parent: Operation | None) -> tuple[TestedOperation, ...]:
        return tuple(
            TestedOperation(
                record=child, child_operations=below(child), parent_name=parent.name if parent is not None else None
            )
            for child in inside.get(parent.id if parent is not None else None, ())
        )

    return below(None)


def as_datetime(moment: Millis) -> datetime:
    return datetime.fromtimestamp(moment / 1000, UTC)


def _maybe(moment: Millis | None) -> datetime | None:
    return None if moment is None else as_datetime(moment)
