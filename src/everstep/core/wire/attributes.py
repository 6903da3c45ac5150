"""Search attributes: a few facts by which people find executions, set by the function itself.

They travel as an ordinary operation, so that every service takes them, AWS Lambda included, and a service that knows
nothing of them merely keeps one more step:

    STEP, SubType "SetAttributes", SUCCEED, Payload {"customer": "ada", "total": 12.5, "draft": null}

What is set later wins, and null removes a key. A payload of another form sets nothing: sub-types are free text, so
somebody else's step may be called like ours.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from everstep.core.model import Kind, Operation, Status
from everstep.core.wire.text import NotJsonError, dump, load

SUB_TYPE: Final = "SetAttributes"
ATTRIBUTES_MAX: Final = 32
"""Keys that one execution may have: they are for finding it, not for keeping its data."""
KEY_CHARS_MAX: Final = 64
VALUE_CHARS_MAX: Final = 256
"""Of the value as JSON text."""

AttributeValue: TypeAlias = str | int | float | bool | None


def problem_of(attributes: Mapping[Any, object]) -> str | None:
    """What is wrong with these attributes, for their author; None when nothing is."""
    if len(attributes) > ATTRIBUTES_MAX:
        return f"an execution may have {ATTRIBUTES_MAX} attributes, got {len(attributes)}"
    for key, value in attributes.items():
        if not isinstance(key, str) or not 1 <= len(key) <= KEY_CHARS_MAX or not key.isprintable() or "=" in key:
            return f"the name of an attribute has 1 to {KEY_CHARS_MAX} printable characters and no '=', got {key!r}"
        if not isinstance(value, str | int | float | bool | None):
            return f"attribute {key!r} must be a text, a number, a truth value or None, got {type(value).__name__}"
        try:
            text = dump(value)
        except ValueError:
            return f"attribute {key!r} must be a finite number, got {value!r}"
        if len(text) > VALUE_CHARS_MAX:
            return f"attribute {key!r} may take {VALUE_CHARS_MAX} characters as JSON, it takes {len(text)}"
    return None


def attributes_set_by(operations: Iterable[Operation]) -> dict[str, str | None]:
    """What these operations, in start order, set: values as JSON text by key, None for a key that they remove."""
    found: dict[str, str | None] = {}
    for operation in operations:
        if operation.sub_type == SUB_TYPE and operation.kind is Kind.STEP and operation.status is Status.SUCCEEDED:
            found.update(_read(operation.result))
    return found


def _read(payload: str | None) -> dict[str, str | None]:
    try:
        value = load(payload or "")
    except NotJsonError:
        return {}
    if not isinstance(value, dict) or problem_of(value) is not None:
        return {}
    return {key: None if each is None else dump(each) for key, each in value.items()}
