"""The event of one invocation and the function's answer to it, as JSON."""

from everstep.core.messages import Envelope, InvocationOutput, InvocationStatus
from everstep.core.model import Arn, CheckpointToken, OperationId
from everstep.core.wire.errors import encode_error, error_in
from everstep.core.wire.fields import Fields, MalformedError, named
from everstep.core.wire.operations import Moments, encode_operation
from everstep.core.wire.requests import read_operations
from everstep.core.wire.text import Json, JsonObject

_STATUSES = named(InvocationStatus)


class NotEnvelopeError(ValueError):
    """The event does not come from a durable-execution service; the message says what to look at."""


def encode_envelope(envelope: Envelope) -> JsonObject:
    return {
        "DurableExecutionArn": envelope.arn,
        "CheckpointToken": envelope.token,
        "InitialExecutionState": {
            "Operations": [encode_operation(op, Moments.MILLIS) for op in envelope.operations],
            "NextMarker": envelope.next_marker or "",
        },
        "UpdatedOperationIds": list(envelope.updated_operation_ids),
    }


def decode_envelope(event: object) -> Envelope:
    """The envelope that an invocation brought. Raises NotEnvelopeError."""
    try:
        fields = Fields(event, "event")
        state = fields.need_object("InitialExecutionState")
        envelope = Envelope(
            arn=Arn(fields.need_text("DurableExecutionArn")),
            token=CheckpointToken(fields.need_text("CheckpointToken")),
            operations=read_operations(state),
            next_marker=state.text("NextMarker") or None,
            updated_operation_ids=tuple(OperationId(i) for i in fields.texts("UpdatedOperationIds") or ()),
        )
        fields.check()
    except MalformedError as error:
        raise NotEnvelopeError(
            "the event is not the envelope of a durable execution; was the function invoked without a DurableConfig? "
            f"({error.message})"
        ) from error
    return envelope


def encode_output(output: InvocationOutput) -> JsonObject:
    found: JsonObject = {"Status": output.status}
    if output.result is not None:
        found["Result"] = output.result
    if output.error is not None:
        found["Error"] = encode_error(output.error)
    return found


def decode_output(value: Json) -> InvocationOutput | None:
    """The function's answer; None when it has not the documented form."""
    try:
        fields = Fields(value)
        output = InvocationOutput(
            status=fields.need_choice("Status", _STATUSES),
            result=fields.text("Result"),
            error=error_in(fields),
        )
        fields.check()
    except MalformedError:
        return None
    return output
