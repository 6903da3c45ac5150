"""Checkpoint requests, their replies, and pages of the state, as bodies of the API."""

import re

from everstep.core import limits
from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import CheckpointToken, Operation
from everstep.core.wire.fields import Fields, Text
from everstep.core.wire.operations import Moments, encode_operation, read_operation
from everstep.core.wire.text import Json, JsonObject
from everstep.core.wire.updates import encode_update, read_updates

TOKEN = Text(chars_min=1, chars_max=limits.CHECKPOINT_TOKEN_CHARS_MAX, pattern=re.compile(r"[A-Za-z0-9+/]+={0,2}"))
CLIENT_TOKEN = Text(chars_min=1, chars_max=limits.CLIENT_TOKEN_CHARS_MAX, pattern=re.compile(r"[\x21-\x7E]+"))


def encode_checkpoint_request(request: CheckpointRequest) -> JsonObject:
    found: JsonObject = {"CheckpointToken": request.token, "Updates": [encode_update(u) for u in request.updates]}
    if request.client_token is not None:
        found["ClientToken"] = request.client_token
    return found


def decode_checkpoint_request(value: Json) -> CheckpointRequest:
    """The request. Raises Refused, which names every member that breaks its shape."""
    fields = Fields(value)
    request = CheckpointRequest(
        token=CheckpointToken(fields.need_text("CheckpointToken", TOKEN)),
        updates=read_updates(fields, "Updates"),
        client_token=fields.text("ClientToken", CLIENT_TOKEN),
    )
    fields.check()
    return request


def encode_checkpoint_reply(reply: CheckpointReply) -> JsonObject:
    found: JsonObject = {"NewExecutionState": _encode_page(reply.operations, reply.next_marker)}
    if reply.token is not None:
        found["CheckpointToken"] = reply.token
    return found


def decode_checkpoint_reply(value: Json) -> CheckpointReply:
    """The reply. Raises MalformedError (a ValueError)."""
    fields = Fields(value)
    state = fields.need_object("NewExecutionState")
    token = fields.text("CheckpointToken")
    reply = CheckpointReply(
        token=CheckpointToken(token) if token else None,
        operations=read_operations(state),
        next_marker=state.text("NextMarker") or None,
    )
    fields.check()
    return reply


def encode_state_page(page: StatePage) -> JsonObject:
    return _encode_page(page.operations, page.next_marker)


def decode_state_page(value: Json) -> StatePage:
    """The page. Raises MalformedError (a ValueError)."""
    fields = Fields(value)
    page = StatePage(operations=read_operations(fields), next_marker=fields.text("NextMarker") or None)
    fields.check()
    return page


def _encode_page(operations: tuple[Operation, ...], next_marker: str | None) -> JsonObject:
    found: JsonObject = {"Operations": [encode_operation(op, Moments.SECONDS) for op in operations]}
    if next_marker is not None:
        found["NextMarker"] = next_marker
    return found


def read_operations(fields: Fields) -> tuple[Operation, ...]:
    """The operations in the member of that name; `fields.check()` is the caller's."""
    return tuple([read_operation(item) for item in fields.objects("Operations")])
