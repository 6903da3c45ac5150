"""Query strings: values by name, each checked where it is asked for.

A parameter that is absent and one that is empty are the same. Every refusal is a ValidationException in the words of
the Lambda API, with the parameter's name in lower camel case.
"""

import re
from urllib.parse import parse_qs

from everstep.core.limits import LIST_STATUSES_MAX, PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX
from everstep.core.model import CheckpointToken, ExecutionStatus, Millis
from everstep.core.refusal import Code, Refused
from everstep.core.wire.fields import FREE, Fields, Text, read_moment

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")
_ECHO_CHARS_MAX = 256
"""How much of a refused value is repeated to the caller."""
_FLAGS = {"true": True, "false": False}


class Query:
    """The parameters of one request."""

    __slots__ = ("_values",)

    def __init__(self, text: str) -> None:
        self._values = parse_qs(text) if text else {}

    def text(self, name: str, shape: Text = FREE) -> str | None:
        text = self._values.get(name, [None])[0]
        if shape is not FREE:
            fields = Fields({name: text})
            fields.text(name, shape)
            fields.check()
        return text

    def texts(self, name: str) -> list[str]:
        """Every value of a parameter that may be repeated."""
        return self._values.get(name, [])

    def flag(self, name: str, default: bool) -> bool:
        text = self.text(name)
        if text is None:
            return default
        value = _FLAGS.get(text.lower())
        if value is None:
            raise violation(text, name, "Member must be a boolean")
        return value

    def max_items(self) -> int:
        """MaxItems: how many items a page may hold; absent and 0 mean the default."""
        text = self.text("MaxItems") or "0"
        if not (text.isascii() and text.isdigit()):
            raise violation(text, "MaxItems", "Member must have value greater than or equal to 0")
        if len(text) > 9 or int(text) > PAGE_ITEMS_MAX:
            raise violation(text, "MaxItems", f"Member must have value less than or equal to {PAGE_ITEMS_MAX}")
        return int(text) or PAGE_ITEMS_DEFAULT

    def moment(self, name: str) -> Millis | None:
        """A moment written in ISO 8601 (UTC where no zone is given) or as seconds since the epoch."""
        text = self.text(name)
        if text is None:
            return None
        moment = read_moment(float(text) if _NUMBER.fullmatch(text) else text)
        if moment is None:
            raise violation(text, name, "Member must be a timestamp")
        return moment

    def checkpoint_token(self) -> CheckpointToken:
        """CheckpointToken, which is base64: a space in it is a `+` that a client forgot to encode."""
        text = self.text("CheckpointToken")
        if text is None:
            raise violation(None, "CheckpointToken", "Member must not be null")
        return CheckpointToken(text.replace(" ", "+"))

    def statuses(self) -> frozenset[ExecutionStatus]:
        """Statuses, repeated; the official emulator calls it StatusFilter. Empty: every status."""
        names = self._values.get("Statuses") or self._values.get("StatusFilter") or []
        if len(names) > LIST_STATUSES_MAX:
            limit = f"Member must have length less than or equal to {LIST_STATUSES_MAX}"
            raise violation(str(names), "Statuses", limit)
        known = [status.value for status in ExecutionStatus]
        for name in names:
            if name not in known:
                raise violation(name, "Statuses", f"Member must satisfy enum value set: [{', '.join(known)}]")
        return frozenset(map(ExecutionStatus, names))


def violation(value: str | None, name: str, constraint: str) -> Refused:
    """A value that breaks the shape of the member `name` (None: it is missing), worded as the Lambda API words it."""
    member = name[:1].lower() + name[1:]
    shown = "null" if value is None else f"'{value[:_ECHO_CHARS_MAX]}'"
    return Refused(
        Code.VALIDATION,
        f"1 validation error detected: Value {shown} at '{member}' failed to satisfy constraint: {constraint}",
    )
