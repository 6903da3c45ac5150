"""Updates as JSON: what a function reports, with every check that needs nothing but the update itself.

Whether an update fits the execution is the state machine's business; a batch that gets there has the right shape.
"""

import re

from everstep.core import limits
from everstep.core.model import Action, CallbackOptions, InvokeOptions, Kind, OperationId, Update
from everstep.core.wire.errors import encode_error, error_in
from everstep.core.wire.fields import FREE, Fields, Text, named
from everstep.core.wire.operations import KINDS
from everstep.core.wire.text import Json, JsonObject

_ACTIONS = named(Action)

_ID = Text(chars_min=1, chars_max=limits.OPERATION_ID_CHARS_MAX)
_NAME = Text(chars_min=1, chars_max=limits.OPERATION_NAME_CHARS_MAX, pattern=re.compile(r"[\x20-\x7E]+"))
_SUB_TYPE = Text(chars_min=1, chars_max=limits.SUB_TYPE_CHARS_MAX)
_PAYLOAD = Text(chars_max=limits.OPERATION_PAYLOAD_CHARS_MAX, secret=True)
_FUNCTION = Text(chars_min=1, chars_max=limits.FUNCTION_NAME_CHARS_MAX)
_TRACE_ID = Text(chars_max=limits.TRACE_ID_CHARS_MAX)
TENANT_ID = Text(chars_min=1, chars_max=limits.TENANT_ID_CHARS_MAX, pattern=re.compile(r"[a-zA-Z0-9\._:\/=+\-@ ]+"))


def encode_update(update: Update) -> JsonObject:
    found: JsonObject = {"Id": update.id, "Type": update.kind, "Action": update.action}
    if update.parent_id is not None:
        found["ParentId"] = update.parent_id
    if update.name is not None:
        found["Name"] = update.name
    if update.sub_type is not None:
        found["SubType"] = update.sub_type
    if update.payload is not None:
        found["Payload"] = update.payload
    if update.error is not None:
        found["Error"] = encode_error(update.error)
    if update.retry_delay_seconds is not None:
        found["StepOptions"] = {"NextAttemptDelaySeconds": update.retry_delay_seconds}
    if update.wait_seconds is not None:
        found["WaitOptions"] = {"WaitSeconds": update.wait_seconds}
    if update.replay_children is not None:
        found["ContextOptions"] = {"ReplayChildren": update.replay_children}
    if update.callback is not None:
        found["CallbackOptions"] = _encode_callback(update.callback)
    if update.invoke is not None:
        found["ChainedInvokeOptions"] = _encode_invoke(update.invoke)
    return found


def _encode_callback(options: CallbackOptions) -> JsonObject:
    found: JsonObject = {}
    if options.timeout_seconds:
        found["TimeoutSeconds"] = options.timeout_seconds
    if options.heartbeat_timeout_seconds:
        found["HeartbeatTimeoutSeconds"] = options.heartbeat_timeout_seconds
    return found


def _encode_invoke(options: InvokeOptions) -> JsonObject:
    found: JsonObject = {"FunctionName": options.function_name}
    if options.tenant_id is not None:
        found["TenantId"] = options.tenant_id
    if options.trace_id is not None:
        found["XAmznTraceId"] = options.trace_id
    return found


def decode_updates(value: Json, path: str = "updates") -> tuple[Update, ...]:
    """The updates of a batch. Raises Refused, which names every member that breaks its shape."""
    fields = Fields({path: value})
    updates = read_updates(fields, path)
    fields.check()
    return updates


def read_updates(fields: Fields, name: str) -> tuple[Update, ...]:
    """The updates in this member; `fields.check()` is the caller's."""
    return tuple([_read_update(item) for item in fields.objects(name)])


def _read_update(fields: Fields) -> Update:
    kind = fields.need_choice("Type", KINDS)
    parent_id = fields.text("ParentId", _ID)
    step = fields.object("StepOptions")
    wait = fields.object("WaitOptions")
    context = fields.object("ContextOptions")
    callback = fields.object("CallbackOptions")
    invoke = fields.object("ChainedInvokeOptions")
    return Update(
        # Every SDK invents its own id for the EXECUTION update; nobody ever looks it up.
        id=OperationId(fields.need_text("Id", FREE if kind is Kind.EXECUTION else _ID)),
        kind=kind,
        action=fields.need_choice("Action", _ACTIONS),
        parent_id=None if parent_id is None else OperationId(parent_id),
        name=fields.text("Name", _NAME),
        sub_type=fields.text("SubType", _SUB_TYPE),
        payload=fields.text("Payload", _PAYLOAD),
        error=error_in(fields),
        retry_delay_seconds=step.integer("NextAttemptDelaySeconds", 1, limits.SECONDS_MAX) if step else None,
        wait_seconds=wait.integer("WaitSeconds", 1, limits.SECONDS_MAX) if wait else None,
        replay_children=context.flag("ReplayChildren") if context else None,
        callback=_read_callback(callback) if callback else None,
        invoke=_read_invoke(invoke) if invoke else None,
    )


def _read_callback(fields: Fields) -> CallbackOptions:
    return CallbackOptions(
        timeout_seconds=fields.integer("TimeoutSeconds", 0, limits.CALLBACK_SECONDS_MAX) or 0,
        heartbeat_timeout_seconds=fields.integer("HeartbeatTimeoutSeconds", 0, limits.CALLBACK_SECONDS_MAX) or 0,
    )


def _read_invoke(fields: Fields) -> InvokeOptions:
    return InvokeOptions(
        function_name=fields.need_text("FunctionName", _FUNCTION),
        tenant_id=fields.text("TenantId", TENANT_ID),
        trace_id=fields.text("XAmznTraceId", _TRACE_ID),
    )
