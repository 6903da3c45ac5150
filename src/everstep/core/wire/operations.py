"""Operations as JSON: the state that a function replays from.

The envelope of an invocation writes moments as integer milliseconds, the API writes them as seconds with a fraction;
all else is the same. What only the service must know (start order, deadlines, targets) stays behind.
"""

from enum import Enum
from typing import assert_never

from everstep.core.model import CallbackId, Kind, Millis, Operation, OperationId, Status
from everstep.core.wire.errors import encode_error, error_in
from everstep.core.wire.fields import Fields, named
from everstep.core.wire.text import Json, JsonObject

KINDS = named(Kind)
_STATUSES = named(Status)


class Moments(Enum):
    """How moments are written."""

    SECONDS = "seconds"
    """Epoch seconds with a fraction: bodies of the API."""
    MILLIS = "milliseconds"
    """Integer epoch milliseconds: the envelope."""

    def write(self, at: Millis) -> float | int:
        return at / 1000 if self is Moments.SECONDS else at


def encode_operation(op: Operation, moments: Moments) -> JsonObject:
    found: JsonObject = {
        "Id": op.id,
        "Type": op.kind,
        "Status": op.status,
        "StartTimestamp": moments.write(op.started_at),
    }
    if op.ended_at is not None:
        found["EndTimestamp"] = moments.write(op.ended_at)
    if op.parent_id is not None:
        found["ParentId"] = op.parent_id
    if op.name is not None:
        found["Name"] = op.name
    if op.sub_type is not None:
        found["SubType"] = op.sub_type
    match op.kind:
        case Kind.STEP:
            found["StepDetails"] = _step(op, moments)
        case Kind.CONTEXT:
            found["ContextDetails"] = _outcome(op, {"ReplayChildren": True} if op.replay_children else {})
        case Kind.WAIT:
            ends: JsonObject = {}
            if op.wait_ends_at is not None:
                ends["ScheduledEndTimestamp"] = moments.write(op.wait_ends_at)
            found["WaitDetails"] = ends
        case Kind.CALLBACK:
            found["CallbackDetails"] = _outcome(op, {} if op.callback_id is None else {"CallbackId": op.callback_id})
        case Kind.CHAINED_INVOKE:
            found["ChainedInvokeDetails"] = _outcome(op, {})
        case Kind.EXECUTION:
            found["ExecutionDetails"] = {} if op.input is None else {"InputPayload": op.input}
        case _:
            assert_never(op.kind)
    return found


def _step(op: Operation, moments: Moments) -> JsonObject:
    details: JsonObject = {"Attempt": op.attempt}
    if op.status is Status.PENDING and op.due_at is not None:
        details["NextAttemptTimestamp"] = moments.write(op.due_at)
    return _outcome(op, details)


def _outcome(op: Operation, details: JsonObject) -> JsonObject:
    if op.result is not None:
        details["Result"] = op.result
    if op.error is not None:
        details["Error"] = encode_error(op.error)
    return details


def decode_operation(value: Json) -> Operation:
    """The operation as far as the wire shows it. Raises MalformedError (a ValueError)."""
    fields = Fields(value, "operation")
    operation = read_operation(fields)
    fields.check()
    return operation


def read_operation(fields: Fields) -> Operation:
    """The operation among these members; `fields.check()` is the caller's."""
    kind = fields.need_choice("Type", KINDS)
    status = fields.need_choice("Status", _STATUSES)
    details = fields.object(_DETAILS[kind]) or Fields({}, fields.path(_DETAILS[kind]))
    parent_id = fields.text("ParentId")
    callback_id = details.text("CallbackId")
    return Operation(
        id=OperationId(fields.need_text("Id")),
        kind=kind,
        status=status,
        started_at=fields.need_moment("StartTimestamp"),
        ended_at=fields.moment("EndTimestamp"),
        parent_id=None if parent_id is None else OperationId(parent_id),
        name=fields.text("Name"),
        sub_type=fields.text("SubType"),
        result=details.text("Result"),
        error=error_in(details),
        due_at=details.moment("NextAttemptTimestamp") if status is Status.PENDING else None,
        attempt=details.integer("Attempt") or 0,
        wait_ends_at=details.moment("ScheduledEndTimestamp"),
        replay_children=details.flag("ReplayChildren") or False,
        callback_id=None if callback_id is None else CallbackId(callback_id),
        input=details.text("InputPayload"),
    )


_DETAILS = {
    Kind.STEP: "StepDetails",
    Kind.CONTEXT: "ContextDetails",
    Kind.WAIT: "WaitDetails",
    Kind.CALLBACK: "CallbackDetails",
    Kind.CHAINED_INVOKE: "ChainedInvokeDetails",
    Kind.EXECUTION: "ExecutionDetails",
}
