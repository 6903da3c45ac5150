"""A member of a union comes back as itself, plain wherever the data tells which it is."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypedDict
from uuid import UUID

import pytest

from everstep.errors import SerDesError
from everstep.sdk.serdes import SerDesContext
from everstep.sdk.typed import TypedSerDes, codec_for

CONTEXT = SerDesContext("op-1")


class Color(StrEnum):
    RED = "red"


@dataclass
class Cat:
    name: str


@dataclass
class Dog:
    name: str


@dataclass
class Bird:
    name: str
    sings: bool = True


@dataclass
class Card:
    number: str
    kind: Literal["card"] = "card"


@dataclass
class Voucher:
    number: str
    kind: Literal["voucher"] = "voucher"


class Note(TypedDict):
    name: str


NAIVE = datetime(2026, 1, 2)  # noqa: DTZ001  # authors have them

EXAMPLES: list[tuple[Any, object, str]] = [
    (int | None, 5, "5"),
    (int | str, "5", '"5"'),
    (int | float, 1, "1"),
    (int | float, 1.0, "1.0"),
    (bool | int, True, "true"),
    (bool | int, 1, "1"),
    (Decimal | int, Decimal(1), '"1"'),
    (Decimal | int, 1, "1"),
    (date | datetime, date(2026, 1, 2), '"2026-01-02"'),
    (date | datetime, NAIVE, '"2026-01-02T00:00:00"'),
    (datetime | str, NAIVE, '"2026-01-02T00:00:00"'),
    (datetime | str, "later", '"later"'),
    (datetime | str, "2026-01-02", '{"$type":"str","$value":"2026-01-02"}'),
    (UUID | str | None, "x", '"x"'),
    (Path | str, "x", '{"$type":"str","$value":"x"}'),
    (Color | str, Color.RED, '"red"'),
    (Color | str, "red", '{"$type":"str","$value":"red"}'),
    (Color | str, "blue", '"blue"'),
    (Literal["a"] | int, "a", '"a"'),
    (Cat | Bird, Cat("c"), '{"name":"c"}'),
    (Cat | Bird, Bird("b"), '{"name":"b","sings":true}'),
    (Cat | Dog, Cat("c"), '{"name":"c"}'),
    (Cat | Dog, Dog("d"), '{"$type":"Dog","$value":{"name":"d"}}'),
    (Card | Voucher | None, Voucher("7"), '{"number":"7","kind":"voucher"}'),
    (list[Cat | Dog | None], [Dog("d"), None], '[{"$type":"Dog","$value":{"name":"d"}},null]'),
    (list[int] | list[str], ["a"], '["a"]'),
    (list[int] | tuple[int, ...], (1,), '{"$type":"tuple[int, ...]","$value":[1]}'),
    (list[int] | dict[str, int], {"$type": 1, "$value": 2}, '{"$type":1,"$value":2}'),
    (Note | str, {"name": "n"}, '{"name":"n"}'),
    (dict[str, str] | int, {"$type": "int", "$value": "x"},
     '{"$type":"dict[str, str]","$value":{"$type":"int","$value":"x"}}'),
    (str | Any, date(2026, 1, 2), '{"t":"D","v":"2026-01-02"}'),
]  # fmt: skip


@pytest.mark.parametrize(("annotation", "value", "text"), EXAMPLES)
def test_a_member_comes_back_as_itself(annotation: Any, value: object, text: str) -> None:
    serdes = TypedSerDes(annotation)
    assert serdes.serialize(value, CONTEXT) == text
    returned = serdes.deserialize(text, CONTEXT)
    assert returned == value
    assert type(returned) is type(value)


def test_the_order_of_the_members_does_not_matter() -> None:
    one, other = TypedSerDes[Any](Dog | Cat | str | date), TypedSerDes[Any](date | str | Cat | Dog)
    for value in (Cat("c"), Dog("d"), "2026-01-02", date(2026, 1, 2)):
        assert one.serialize(value, CONTEXT) == other.serialize(value, CONTEXT)


def test_two_members_of_one_name_and_look_are_refused_when_first_met() -> None:
    @dataclass
    class Cat:
        name: str

    codec = codec_for(list[Cat | globals()["Cat"]])  # type: ignore[misc]  # the other one of this name
    with pytest.raises(SerDesError, match=r"^\$\[\d\]: two types of Cat \| Cat have one name and look alike"):
        codec.to_plain([Cat("mine"), globals()["Cat"]("other")])


@pytest.mark.parametrize(
    ("annotation", "value", "sentence"),
    [
        (int | str, 1.5, r"^\$: expected int \| str, got float$"),
        (Cat | Bird, Cat(5), r"^\$\.name: expected str, got int$"),  # type: ignore[arg-type]  # the mistake
        (int | None, "x", r"^\$: expected int, got str 'x'$"),
    ],
)
def test_a_value_of_no_member_is_refused(annotation: Any, value: object, sentence: str) -> None:
    with pytest.raises(SerDesError, match=sentence):
        codec_for(annotation).to_plain(value)


def test_unions_inside_unions_cost_no_more_than_their_depth() -> None:
    nest: Any = [1]
    annotation: Any = list[int] | list[str]
    for _ in range(12):
        nest, annotation = [nest], list[annotation] | tuple[annotation]
    codec = codec_for(annotation)
    assert codec.from_plain(codec.to_plain(nest)) == nest
