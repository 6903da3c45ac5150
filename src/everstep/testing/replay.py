"""Replays a recorded execution against today's code: nothing runs, nothing is saved, everything is compared.

    recorded operations -> the function is invoked once, from the top -> what does it ask for, how does it end?

Today's code fits when it asks for every recorded operation and for no other, and ends as the recorded execution did.
Of an execution that is still open only the first part can be asked: where the record ends, the code may go on.
"""

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from everstep.core.messages import (
    CheckpointReply,
    CheckpointRequest,
    Envelope,
    InvocationOutput,
    InvocationStatus,
    StatePage,
)
from everstep.core.model import Arn, CheckpointToken, ErrorObject, ExecutionStatus, Kind, Millis, Operation, OperationId
from everstep.core.model import Status as OperationStatus
from everstep.core.wire.text import NotJsonError, load
from everstep.drawing.wording import error_line, line
from everstep.errors import CheckpointError, InvocationError, NonDeterministicExecutionError, type_name
from everstep.sdk.clients.verdict import unreachable
from everstep.sdk.handler import DurableFunction
from everstep.sdk.replay.journal import Identity
from everstep.testing.incarnation import HERE, Died, Here, Incarnation, Place, Where
from everstep.testing.onlooker import Onlooker, label_of
from everstep.testing.plan import Plan
from everstep.testing.stand_ins import StandIns
from everstep.testing.waiting import label

_ENDS = {
    ExecutionStatus.SUCCEEDED: InvocationStatus.SUCCEEDED,
    ExecutionStatus.FAILED: InvocationStatus.FAILED,
}
_DRIFTED = type_name(NonDeterministicExecutionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An execution as it was recorded."""

    arn: Arn
    status: ExecutionStatus
    started_at: Millis
    input: str | None
    result: str | None
    error: ErrorObject | None
    operations: tuple[Operation, ...]
    """In start order, without the EXECUTION operation."""

    @property
    def has_ended_by_itself(self) -> bool:
        """Whether its function brought it to its end; one that was stopped or timed out ended somewhere."""
        return self.status in _ENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where today's code and the record part."""

    operation: str
    """The operation, for people; empty where it is the end that differs."""
    reason: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.reason}" if self.operation else self.reason


def replay(function: DurableFunction[Any], recorded: Recorded) -> Difference | None:
    """The first difference, or None: today's code would do the same."""
    reader = _Reader({operation.id: operation for operation in recorded.operations})
    who = Incarnation(arn=recorded.arn, request_id="replay", witness=reader)
    outside = HERE.set(Here(who))
    output = None
    try:
        around = partial(Onlooker, who, StandIns(Plan()))
        output = function.invoke(_envelope(recorded), _NoService(reader), around=around)
    except (Died, InvocationError):
        pass  # it came to where the record ends
    finally:
        HERE.reset(outside)
    return (
        reader.difference
        or _drift(output, recorded, reader)
        or _missing(output, recorded, reader)
        or _end(output, recorded, reader)
    )


@dataclass(slots=True, eq=False)
class _Reader:
    """Owns what the code asks for; stops it where the record ends."""

    known: dict[OperationId, Operation]
    asked_for: dict[OperationId, Identity] = field(default_factory=dict)
    is_beyond: bool = False
    """Whether the code went on where the record ends."""
    new: str = ""
    """What it asks for there."""
    difference: Difference | None = None

    def asked(self, identity: Identity, who: Incarnation) -> None:
        self.asked_for.setdefault(identity.id, identity)

    def at(self, place: Place, who: Incarnation) -> None:
        if place.where is Where.BEFORE_BODY:
            self.go_beyond(OperationId(place.subject), place.label)
            raise Died

    def go_beyond(self, operation_id: OperationId, called: str) -> None:
        if not self.is_beyond:
            self.is_beyond = True
            self.new = "" if operation_id in self.known else called


class _NoService:
    """Saves nothing."""

    is_local = True

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        for update in request.updates:
            if update.kind is not Kind.EXECUTION:
                identity = self._reader.asked_for.get(update.id)
                called = label_of(identity) if identity is not None else update.name or update.kind.value
                self._reader.go_beyond(update.id, called)
        raise unreachable(CheckpointError, "nothing is saved while a record is replayed", retryable=True)

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        return StatePage(operations=())


def _envelope(recorded: Recorded) -> Envelope:
    execution = Operation(
        id=OperationId("execution"),
        kind=Kind.EXECUTION,
        status=OperationStatus.STARTED,
        started_at=recorded.started_at,
        input=recorded.input,
    )
    operations = (execution, *(replace(operation, due_at=None) for operation in recorded.operations))
    return Envelope(arn=recorded.arn, token=CheckpointToken("replay"), operations=operations)


def _drift(output: InvocationOutput | None, recorded: Recorded, reader: _Reader) -> Difference | None:
    """The code asks for something that the record does not have, or has as something else."""
    error = output.error if output is not None else None
    if error is not None and error.type == _DRIFTED and (recorded.error is None or recorded.error.type != _DRIFTED):
        last = next(reversed(reader.asked_for.values()), None)
        return Difference(operation=label_of(last) if last is not None else "", reason=error.message or "")
    if reader.new and recorded.has_ended_by_itself:
        there = "the recorded execution ended without it"
        return Difference(operation=reader.new, reason=f"today's code asks for it, but {there}")
    return None


def _missing(output: InvocationOutput | None, recorded: Recorded, reader: _Reader) -> Difference | None:
    """The record has something that the code never asks for. Asked only of code that came to an end or to a wait."""
    if output is None and not reader.new:
        return None
    for operation in _visible(recorded.operations):
        if operation.id not in reader.asked_for:
            return Difference(operation=label(operation), reason="it is recorded, but today's code does not ask for it")
    return None


def _end(output: InvocationOutput | None, recorded: Recorded, reader: _Reader) -> Difference | None:
    wanted = _ENDS.get(recorded.status)
    if wanted is None or output is None:
        return None
    if output.status is InvocationStatus.PENDING:
        waiting = [one for id_, one in reader.asked_for.items() if not _is_over(reader.known.get(id_))]
        called = label_of(waiting[-1]) if waiting else ""
        return Difference(operation=called, reason="today's code waits for it, but the recorded execution went on")
    if output.status is not wanted:
        end = error_line(output.error) or line(output.result or "", 80)
        return Difference(
            operation="",
            reason=f"it ended as {recorded.status.value}, and today's code ends as {output.status.value} ({end})",
        )
    if wanted is InvocationStatus.SUCCEEDED and output.result and _value(output.result) != _value(recorded.result):
        then, now = line(recorded.result or "nothing", 200), line(output.result, 200)
        return Difference(operation="", reason=f"its result was {then}, and today's code makes {now}")
    return None


def _visible(operations: tuple[Operation, ...]) -> list[Operation]:
    """Those that code asks for on a replay: what stands in a completed context does not count, nor what is inside."""
    hidden: set[OperationId] = set()
    seen = []
    for operation in operations:
        is_hidden = operation.parent_id in hidden
        if is_hidden or (operation.kind is Kind.CONTEXT and operation.status.is_terminal):
            hidden.add(operation.id)
        if not is_hidden and operation.sub_type != "Patch":  # a marker's code may be gone
            seen.append(operation)
    return seen


def _is_over(operation: Operation | None) -> bool:
    return operation is not None and operation.status.is_terminal


def _value(text: str | None) -> object:
    try:
        return None if not text else load(text)
    except NotJsonError:
        return text
