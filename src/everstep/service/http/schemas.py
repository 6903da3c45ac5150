"""The shapes of bodies and parameters as JSON Schema, with the limits of the core.

Only what a request may hold is described strictly; answers may grow members, so theirs are open.
"""

from collections.abc import Iterable
from enum import StrEnum

from everstep.core import limits
from everstep.core.events import EventType
from everstep.core.model import Action, ExecutionStatus, Kind, Status
from everstep.core.names import ARN_PATTERN, EXECUTION_NAME_PATTERN, FUNCTION_PATTERN, QUALIFIER_PATTERN
from everstep.core.wire.text import Json
from everstep.service.http.about import Schema

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
SECONDS: Schema = {"type": "number", "description": "seconds since the epoch, UTC"}
ANY: Schema = {"description": "any JSON value"}


def text(*, low: int = 0, high: int | None = None, pattern: str | None = None) -> Schema:
    found: Schema = {"type": "string"}
    if low:
        found["minLength"] = low
    if high is not None:
        found["maxLength"] = high
    if pattern is not None:
        found["pattern"] = f"^(?:{pattern})$"
    return found


def integer(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def one_of(choices: Iterable[StrEnum]) -> Schema:
    return {"type": "string", "enum": [choice.value for choice in choices]}


def a_list(items: Schema, *, most: int | None = None) -> Schema:
    found: Schema = {"type": "array", "items": items}
    if most is not None:
        found["maxItems"] = most
    return found


def an_object(members: dict[str, Schema], *, required: Iterable[str] = ()) -> Schema:
    named: dict[str, Json] = dict(members)
    found: Schema = {"type": "object", "properties": named}
    if wanted := [*required]:
        found["required"] = [*wanted]
    return found


def ref(name: str) -> Schema:
    """One of COMPONENTS."""
    return {"$ref": f"#/components/schemas/{name}"}


ARN = text(low=1, high=limits.ARN_CHARS_MAX, pattern=ARN_PATTERN)
FUNCTION = text(low=1, high=limits.FUNCTION_NAME_CHARS_MAX, pattern=FUNCTION_PATTERN)
QUALIFIER = text(low=1, high=limits.QUALIFIER_CHARS_MAX, pattern=QUALIFIER_PATTERN)
EXECUTION_NAME = text(low=1, high=limits.EXECUTION_NAME_CHARS_MAX, pattern=EXECUTION_NAME_PATTERN)
CALLBACK_ID = text(low=1, high=limits.CALLBACK_ID_CHARS_MAX)
TOKEN = text(low=1, high=limits.CHECKPOINT_TOKEN_CHARS_MAX, pattern="[A-Za-z0-9+/]+={0,2}")
CLIENT_TOKEN = text(low=1, high=limits.CLIENT_TOKEN_CHARS_MAX, pattern=r"[\x21-\x7E]+")
TENANT_ID = text(low=1, high=limits.TENANT_ID_CHARS_MAX, pattern=r"[a-zA-Z0-9\._:\/=+\-@ ]+")
MAX_ITEMS = integer(0, limits.PAGE_ITEMS_MAX)
OPERATION_ID = text(low=1, high=limits.OPERATION_ID_CHARS_MAX)

_UPDATE = an_object(
    {
        "Id": OPERATION_ID,
        "Type": one_of(Kind),
        "Action": one_of(Action),
        "ParentId": OPERATION_ID,
        "Name": text(low=1, high=limits.OPERATION_NAME_CHARS_MAX, pattern=r"[\x20-\x7E]+"),
        "SubType": text(low=1, high=limits.SUB_TYPE_CHARS_MAX),
        "Payload": text(high=limits.OPERATION_PAYLOAD_CHARS_MAX),
        "Error": ref("ErrorObject"),
        "StepOptions": an_object({"NextAttemptDelaySeconds": integer(1, limits.SECONDS_MAX)}),
        "WaitOptions": an_object({"WaitSeconds": integer(1, limits.SECONDS_MAX)}),
        "ContextOptions": an_object({"ReplayChildren": FLAG}),
        "CallbackOptions": an_object(
            {
                "TimeoutSeconds": integer(0, limits.CALLBACK_SECONDS_MAX),
                "HeartbeatTimeoutSeconds": integer(0, limits.CALLBACK_SECONDS_MAX),
            }
        ),
        "ChainedInvokeOptions": an_object({"FunctionName": FUNCTION, "TenantId": TENANT_ID}, required=["FunctionName"]),
    },
    required=["Id", "Type", "Action"],
)

_SUMMARY: dict[str, Schema] = {
    "DurableExecutionArn": TEXT,
    "DurableExecutionName": TEXT,
    "FunctionArn": TEXT,
    "Status": one_of(ExecutionStatus),
    "StartTimestamp": SECONDS,
    "EndTimestamp": SECONDS,
}
_SUMMARY_REQUIRED = ["DurableExecutionArn", "DurableExecutionName", "FunctionArn", "Status", "StartTimestamp"]

COMPONENTS: dict[str, Schema] = {
    "Error": an_object(
        {"__type": TEXT, "Type": TEXT, "message": TEXT, "Message": TEXT, "Reason": TEXT}, required=["Type", "Message"]
    ),
    "ErrorObject": an_object(
        {"ErrorMessage": TEXT, "ErrorType": TEXT, "ErrorData": TEXT, "StackTrace": a_list(TEXT)},
    ),
    "Update": _UPDATE,
    "Operation": an_object(
        {
            "Id": TEXT,
            "Type": one_of(Kind),
            "Status": one_of(Status),
            "StartTimestamp": SECONDS,
            "EndTimestamp": SECONDS,
            "ParentId": TEXT,
            "Name": TEXT,
            "SubType": TEXT,
        },
        required=["Id", "Type", "Status", "StartTimestamp"],
    ),
    "State": an_object({"Operations": a_list(ref("Operation")), "NextMarker": TEXT}, required=["Operations"]),
    "Execution": an_object(
        {
            **_SUMMARY,
            "Version": TEXT,
            "ExecutionDataIncluded": FLAG,
            "InputPayload": TEXT,
            "Result": TEXT,
            "Error": ref("ErrorObject"),
        },
        required=_SUMMARY_REQUIRED,
    ),
    "Summary": an_object(_SUMMARY, required=_SUMMARY_REQUIRED),
    "Event": an_object(
        {"EventId": {"type": "integer", "minimum": 1}, "EventType": one_of(EventType), "EventTimestamp": SECONDS},
        required=["EventId", "EventType", "EventTimestamp"],
    ),
}
