"""What an execution waits for, in words: for the message of a test that is stuck. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from everstep.core.model import ExecutionStatus, Kind, Millis, Operation, OperationId, Status
from everstep.drawing.wording import duration, error_line
from everstep.testing.operations import as_datetime

LINES_MAX = 20
"""Enough to see the pattern; a map over thousands of items waits for thousands of callbacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an open execution stands."""

    status: ExecutionStatus
    operations: Iterable[Operation]
    invoke_at: Millis | None = None
    """When its next invocation begins, because the last one failed."""


def waits(standing: Standing, now: Millis) -> list[str]:
    """One line for everything that the execution waits for."""
    lines = list(_lines(standing, now))
    if not lines:
        return ["nothing: no operation is open, and its function is not running"]
    left_off = len(lines) - LINES_MAX
    return lines if left_off <= 0 else [*lines[:LINES_MAX], f"… and {left_off} more"]


def _lines(standing: Standing, now: Millis) -> Iterator[str]:
    if standing.status is ExecutionStatus.PAUSED:
        yield "somebody to resume it: it is paused"
    if standing.invoke_at is not None:
        yield f"its next invocation {_until(standing.invoke_at, now)}, because the last one failed"
    operations = {operation.id: operation for operation in standing.operations}
    for operation in operations.values():
        if operation.kind is not Kind.CONTEXT and not operation.status.is_terminal:
            yield f"{label(operation)}: {_what(operation, operations, now)}"


def label(operation: Operation) -> str:
    """How people call the operation."""
    kind = operation.kind.value.lower().replace("chained_", "")
    return f"{kind} {operation.name!r}" if operation.name else f"{kind} without a name"


def _what(operation: Operation, operations: Mapping[OperationId, Operation], now: Millis) -> str:
    match operation.kind:
        case Kind.CALLBACK:
            outer = operations.get(operation.parent_id) if operation.parent_id is not None else None
            is_inside = outer is not None and outer.sub_type == "WaitForCallback"
            name = (outer.name if outer is not None and is_inside else operation.name) or ""
            end = "has no timeout" if operation.due_at is None else f"times out {_until(operation.due_at, now)}"
            return (
                f"nobody answers the callback id {operation.callback_id}, and it {end}. Answer it with "
                f"callbacks={{{name!r}: …}}, or with wait_for_callback and send_callback_success"
            )
        case Kind.WAIT:
            return "is over " + _until(operation.due_at, now)
        case Kind.STEP if operation.status is Status.PENDING:
            failed = f"attempt {operation.attempt} failed ({error_line(operation.error) or 'for no known reason'})"
            return f"{failed}, the next one begins {_until(operation.due_at, now)}"
        case Kind.STEP:
            return f"attempt {operation.attempt + 1} has begun and not ended"
        case Kind.CHAINED_INVOKE:
            target = operation.invoke.function_name if operation.invoke is not None else "?"
            child = f", its execution is {operation.child_arn}" if operation.child_arn is not None else ""
            return f"the function {target!r} has not answered{child}"
        case _:
            return operation.status.value


def _until(moment: Millis | None, now: Millis) -> str:
    if moment is None:
        return "at an unknown moment"
    return f"at {as_datetime(moment):%Y-%m-%dT%H:%M:%SZ} (in {duration(max(0, moment - now))})"
