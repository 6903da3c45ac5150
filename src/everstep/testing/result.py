"""How an execution ended, and how it came to that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from everstep.core.events import Event, EventType
from everstep.core.messages import InvocationStatus
from everstep.core.model import Arn, ErrorObject, ExecutionStatus
from everstep.core.wire.text import load
from everstep.drawing.timeline import draw
from everstep.drawing.wording import error_line
from everstep.testing.errors import DurableFunctionsTestError
from everstep.testing.operations import Lookup, TestedOperation, read_as

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DurableFunctionTestResult(Lookup):
    """How an execution ended, and how it came to that."""

    arn: Arn
    execution_status: ExecutionStatus
    result: str | None
    """JSON text, as the official test result has it; `value` is the same, parsed."""
    error: ErrorObject | None
    operations: tuple[TestedOperation, ...]
    """Those that stand in no other, in start order; `get_all_operations` gives all."""
    events: tuple[Event, ...]
    """The history, oldest first."""

    def __repr__(self) -> str:
        error = f" {error_line(self.error)}" if self.error is not None else ""
        return f"<{self.execution_status.value}{error}, {len(self.get_all_operations())} operations, {self.arn}>"

    def _children(self) -> Sequence[TestedOperation]:
        return self.operations

    @property
    def status(self) -> InvocationStatus:
        """SUCCEEDED, or FAILED for every other end."""
        succeeded = self.execution_status is ExecutionStatus.SUCCEEDED
        return InvocationStatus.SUCCEEDED if succeeded else InvocationStatus.FAILED

    @property
    def value(self) -> Any:
        """The handler's result; None where there is none."""
        return load(self.result) if self.result else None

    def value_as(self, annotation: type[T]) -> T:
        """The handler's result as a value of this type. Raises SerDesError when it is none."""
        return read_as(annotation, self.result)

    @property
    def invocations(self) -> int:
        """How often the function was invoked."""
        return sum(event.type is EventType.INVOCATION_COMPLETED for event in self.events)

    @property
    def duration_seconds(self) -> float:
        """From the start of the execution to its end, in the time of the test."""
        return (self.events[-1].at - self.events[0].at) / 1000

    def named(self, name: str) -> Iterator[TestedOperation]:
        """The operations of this name, in start order."""
        return (operation for operation in self.get_all_operations() if operation.name == name)

    def ensure_succeeded(self) -> "DurableFunctionTestResult":
        """The result itself. Raises DurableFunctionsTestError, with the timeline, for every other end."""
        if self.execution_status is not ExecutionStatus.SUCCEEDED:
            raise DurableFunctionsTestError(f"{self!r}\n\n{self.timeline()}")
        return self

    def timeline(self, width: int = 120) -> str:
        """The run, drawn: a row for each operation and each invocation over a common axis of time."""
        return "\n".join(draw(self.events, width))
