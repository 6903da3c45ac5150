"""Failures as JSON: what an author's code raised, and how the API says no."""

from everstep.core.model import ErrorObject
from everstep.core.refusal import Code, Refused
from everstep.core.wire.fields import Fields
from everstep.core.wire.text import Json, JsonObject, NotJsonError, load

_MESSAGE_CHARS_MAX = 1000
"""How much of an answer that is no JSON is shown to people."""


def encode_error(error: ErrorObject) -> JsonObject:
    found: JsonObject = {}
    if error.message is not None:
        found["ErrorMessage"] = error.message
    if error.type is not None:
        found["ErrorType"] = error.type
    if error.data is not None:
        found["ErrorData"] = error.data
    if error.stack_trace is not None:
        found["StackTrace"] = list(error.stack_trace)
    return found


def decode_error(value: Json) -> ErrorObject:
    """The error; null is one that says nothing. Raises MalformedError (a Refused)."""
    return ErrorObject() if value is None else read_error(Fields(value))


def read_error(fields: Fields) -> ErrorObject:
    """The error among the members of this object."""
    return ErrorObject(
        message=fields.text("ErrorMessage"),
        type=fields.text("ErrorType"),
        data=fields.text("ErrorData"),
        stack_trace=fields.texts("StackTrace"),
    )


def error_in(fields: Fields, name: str = "Error") -> ErrorObject | None:
    """The error that stands in this member, None when there is none."""
    found = fields.object(name)
    return None if found is None else read_error(found)


def encode_refusal(refused: Refused, *, type_is_code: bool = False) -> JsonObject:
    """The body of an error answer; every client finds its member in it, whatever its SDK looks for.

    `Type` says whose fault it is; the official emulator has the code there (`type_is_code`).
    """
    code = refused.code
    found: JsonObject = {
        "__type": code.value,
        "Type": code.value if type_is_code else "Service" if code.http_status >= 500 else "User",
        "message": refused.message,
        "Message": refused.message,
    }
    if code is Code.TOO_MANY:
        found["Reason"] = "CallerRateLimitExceeded"
    return found


def decode_refusal(status: int, header: str | None, body: bytes) -> tuple[str, str]:
    """(code, message) of an error answer; `header` is the value of `x-amzn-errortype`.

    The code is looked for where botocore looks, in its order: the header, `code` or `Code`, `__type`, and at last the
    status as text. Any body will do: a proxy on the way may have answered with a page of HTML.
    """
    try:
        members = load(body) if body else {}
    except NotJsonError:
        members = {"message": body.decode(errors="replace")[:_MESSAGE_CHARS_MAX]}
    if not isinstance(members, dict):
        members = {}
    code = header or _first_text(members, "code", "Code", "__type") or str(status)
    return code.split(":", 1)[0].rsplit("#", 1)[-1], _first_text(members, "message", "Message") or ""


def _first_text(members: JsonObject, *names: str) -> str | None:
    for name in names:
        value = members.get(name)
        if isinstance(value, str) and value:
            return value
    return None
