"""The JSON Schema of a function's input."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, NotRequired, Optional, TypedDict

import pytest

from everstep import DurableContext, durable_execution
from everstep.host.input_schema import input_schema


class Size(Enum):
    SMALL = "s"


class Order(TypedDict):
    number: int
    note: NotRequired[str]


@dataclass
class Parcel:
    sizes: list[Size]
    weight: float = 1.0
    tags: dict[str, bool] = field(default_factory=dict)
    inner: Optional["Parcel"] = None


@durable_execution
def takes_order(event: Order, context: DurableContext) -> None: ...


def takes_parcel(event: "Parcel", context: "Unknown") -> None: ...  # type: ignore[name-defined]  # noqa: F821


def takes_choice(event: Literal["a", "b"] | None, context: Any) -> None: ...


def takes_anything(event: Any, context: Any) -> None: ...


def says_nothing(event, context): ...  # type: ignore[no-untyped-def]


def takes_the_unknown(event: "Nobody", context: Any) -> None: ...  # type: ignore[name-defined]  # noqa: F821


def test_a_typed_dict_under_our_decorator_is_an_object_of_its_members() -> None:
    assert input_schema(takes_order) == {
        "type": "object",
        "properties": {"number": {"type": "integer"}, "note": {"type": "string"}},
        "required": ["number"],
    }


def test_a_dataclass_is_an_object_that_requires_what_has_no_default_even_when_the_context_is_unknown() -> None:
    schema = input_schema(takes_parcel)
    assert schema is not None
    assert schema["required"] == ["sizes"]
    assert schema["properties"]["sizes"] == {"type": "array", "items": {"enum": ["s"]}}
    assert schema["properties"]["tags"] == {"type": "object", "additionalProperties": {"type": "boolean"}}
    assert schema["properties"]["inner"]["anyOf"][1] == {"type": "null"}


def test_choices_are_told() -> None:
    assert input_schema(takes_choice) == {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}


@pytest.mark.parametrize("function", [takes_anything, says_nothing, takes_the_unknown])
def test_where_nothing_is_said_there_is_no_schema(function: Callable[..., object]) -> None:
    assert input_schema(function) is None
