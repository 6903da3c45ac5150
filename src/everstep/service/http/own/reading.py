"""What is asked for: query parameters and bodies of our own API. Every refusal says which member is wrong, and why."""

from collections.abc import Mapping, Sequence

from everstep.core.limits import PAGE_ITEMS_MAX
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Millis
from everstep.core.refusal import Code, Refused
from everstep.core.wire.text import Json, JsonObject, NotJsonError, dump, load
from everstep.service.catalogue import Search
from everstep.service.http.desk import Call

LIMIT_DEFAULT = 50
_FLAGS = {"1": True, "true": True, "0": False, "false": False}
_STATUSES = {status.value: status for status in ExecutionStatus}


def wrong(name: str, rule: str) -> Refused:
    return Refused(Code.VALIDATION, f"{name} {rule}")


def limit(call: Call, default: int = LIMIT_DEFAULT) -> int:
    return integer(call.query.text("limit"), "limit", default, 1, PAGE_ITEMS_MAX)


def cursor(call: Call) -> int:
    """A cursor that is a number; 0 at the beginning."""
    return integer(call.query.text("cursor"), "cursor", 0, 0, 2**53)


def integer(text: str | None, name: str, default: int, low: int, high: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and low <= int(text) <= high):
        raise wrong(name, f"must be a whole number from {low} to {high}")
    return int(text)


def flag(call: Call, name: str, default: bool) -> bool:
    text = call.query.text(name)
    value = default if text is None else _FLAGS.get(text.lower())
    if value is None:
        raise wrong(name, "must be true or false")
    return value


def choice(call: Call, name: str, choices: Sequence[str]) -> str:
    """One of the choices, the first by default."""
    text = call.query.text(name)
    if text is not None and text not in choices:
        raise wrong(name, f"must be one of {', '.join(choices)}")
    return text or choices[0]


def moment(text: str | None, name: str) -> Millis | None:
    return None if text is None else Millis(integer(text, name, 0, 0, 2**53))


def search_of(call: Call) -> Search:
    """The conditions among the query parameters."""
    query = call.query
    return Search(
        statuses=statuses([part for text in query.texts("status") for part in text.split(",")]),
        function=query.text("function"),
        version=query.text("version"),
        name=query.text("name"),
        error=query.text("error"),
        attributes=tuple(attribute(text) for text in query.texts("attribute")),
        started_after=moment(query.text("started_after"), "started_after"),
        started_before=moment(query.text("started_before"), "started_before"),
        parent=_arn(query.text("parent")),
        source=_arn(query.text("source")),
    )


def search_in(body: JsonObject) -> Search:
    """The same conditions as members of an object."""
    found = Body(body, "filter.")
    return Search(
        statuses=statuses(found.texts("status")),
        function=found.text("function"),
        version=found.text("version"),
        name=found.text("name"),
        error=found.text("error"),
        attributes=tuple(attribute(text) for text in found.texts("attribute")),
        started_after=found.moment("started_after"),
        started_before=found.moment("started_before"),
        parent=_arn(found.text("parent")),
        source=_arn(found.text("source")),
    )


def statuses(names: Sequence[str]) -> frozenset[ExecutionStatus]:
    for name in names:
        if name not in _STATUSES:
            raise wrong("status", f"must be among {', '.join(_STATUSES)}")
    return frozenset(_STATUSES[name] for name in names)


def attribute(text: str) -> tuple[str, str | None]:
    """`key`, or `key=value` where the value is JSON, or else a text."""
    key, has_value, value = text.partition("=")
    if not key:
        raise wrong("attribute", "must be key or key=value")
    if not has_value:
        return key, None
    try:
        return key, dump(load(value))
    except NotJsonError:
        return key, dump(value)


def _arn(text: str | None) -> Arn | None:
    return None if text is None else Arn(text)


class Body:
    """The members of a JSON object, each checked where it is asked for."""

    def __init__(self, members: Mapping[str, Json], path: str = "") -> None:
        self._members = members
        self._path = path

    @classmethod
    def of(cls, call: Call) -> "Body":
        """The body of a call; an empty one has no members."""
        value = call.json() if call.body else {}
        if not isinstance(value, dict):
            raise Refused(Code.SERIALIZATION, "the body must be a JSON object")
        return cls(value)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def text(self, name: str) -> str | None:
        value = self._members.get(name)
        if value is not None and not isinstance(value, str):
            raise wrong(f"{self._path}{name}", "must be a text")
        return value

    def need_text(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise wrong(f"{self._path}{name}", "is required")
        return value

    def texts(self, name: str) -> list[str]:
        value = self._members.get(name)
        if value is None:
            return []
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list):
            raise wrong(f"{self._path}{name}", "must be a list of texts")
        texts = [item for item in items if isinstance(item, str)]
        if len(texts) < len(items):
            raise wrong(f"{self._path}{name}", "must be a list of texts")
        return texts

    def moment(self, name: str) -> Millis | None:
        value = self._members.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise wrong(f"{self._path}{name}", "must be a moment in milliseconds")
        return Millis(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self._members.get(name, default)
        if not isinstance(value, bool):
            raise wrong(f"{self._path}{name}", "must be true or false")
        return value

    def json(self, name: str) -> str | None:
        """Any value as JSON text; None when it is absent."""
        return dump(self._members[name]) if name in self._members else None

    def object(self, name: str) -> "JsonObject | None":
        value = self._members.get(name)
        if value is not None and not isinstance(value, dict):
            raise wrong(f"{self._path}{name}", "must be an object")
        return value

    def error(self) -> ErrorObject | None:
        members = self.object("error")
        if members is None:
            return None
        inner = Body(members, "error.")
        return ErrorObject(type=inner.text("type"), message=inner.text("message"))
