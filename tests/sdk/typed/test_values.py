"""A value comes back equal and of the type that its annotation names, and what is saved is plain JSON."""

import json
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto
from fractions import Fraction
from ipaddress import IPv4Address
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final, ForwardRef, Literal, NamedTuple, NewType, NotRequired, TypedDict, TypeVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.errors import SerDesError
from everstep.sdk.serdes import SerDesContext, serialize
from everstep.sdk.typed import TypedSerDes, codec_for

CONTEXT = SerDesContext("op-1")
INDIA = timezone(timedelta(hours=5, minutes=30))


class Color(StrEnum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


class Mixed(Enum):
    ONE = 1
    WORD = "word"
    ON = True


class Place(Enum):
    HOME = (1, 2)
    AWAY = (3, 4)


class Right(Flag):
    READ = auto()
    WRITE = auto()


class Bits(IntFlag):
    A = 1
    B = 2


class Celsius(float):
    pass


class Point(NamedTuple):
    x: int
    on: date = date(2026, 1, 1)


class Person(TypedDict):
    name: str
    born: NotRequired[date]


OrderId = NewType("OrderId", UUID)
Bound = TypeVar("Bound", bound=Decimal)
ID = UUID(int=7)

EXAMPLES: list[tuple[Any, object, str]] = [
    (None, None, "null"),
    (str, "a\u00e9", '"a\\u00e9"'),
    (int, 5, "5"),
    (float, 2.5, "2.5"),
    (bool, True, "true"),
    (datetime, datetime(2026, 1, 2, 3, 4, 5, 6, UTC), '"2026-01-02T03:04:05.000006+00:00"'),
    (date, date(2026, 1, 2), '"2026-01-02"'),
    (time, time(3, 4, 5, tzinfo=INDIA), '"03:04:05+05:30"'),
    (timedelta, timedelta(days=1, seconds=2.5), '"P1DT2.5S"'),
    (timedelta, timedelta(seconds=-1), '"-PT1S"'),
    (timedelta, timedelta(0), '"PT0S"'),
    (timedelta, timedelta.min, '"-P999999999D"'),
    (Decimal, Decimal("1.10"), '"1.10"'),
    (UUID, ID, '"00000000-0000-0000-0000-000000000007"'),
    (bytes, b"\x00\xff", '"AP8="'),
    (bytearray, bytearray(b"a"), '"YQ=="'),
    (Path, Path("/tmp/a b"), '"/tmp/a b"'),
    (PurePosixPath, PurePosixPath("a"), '"a"'),
    (Fraction, Fraction(1, 3), '"1/3"'),
    (IPv4Address, IPv4Address("10.0.0.1"), '"10.0.0.1"'),
    (Celsius, Celsius(3.5), "3.5"),
    (Color, Color.RED, '"red"'),
    (Level, Level.LOW, "1"),
    (list[Mixed], [Mixed.WORD, Mixed.ONE], '["word",1]'),
    (Place, Place.AWAY, '"AWAY"'),
    (Right, Right.READ | Right.WRITE, "3"),
    (Bits, Bits.A | Bits.B, "3"),
    (Literal["a", 1, True], True, "true"),
    (Literal[Color.RED, None], Color.RED, '"red"'),
    (list[int], [1, 2], "[1,2]"),
    (list, [1, [date(2026, 1, 2)]], '[1,[{"t":"D","v":"2026-01-02"}]]'),
    (tuple[int, str], (1, "a"), '[1,"a"]'),
    (tuple[date, ...], (date(2026, 1, 2),), '["2026-01-02"]'),
    (tuple[()], (), "[]"),
    (set[int], {3, 1, 2}, "[1,2,3]"),
    (frozenset[Color], frozenset({Color.RED}), '["red"]'),
    (set[tuple[int, str | None]], {(1, None), (1, "a")}, '[[1,"a"],[1,null]]'),
    (deque[int], deque([1]), "[1]"),
    (Sequence[UUID], [ID], f'["{ID}"]'),
    (AbstractSet[int], {1}, "[1]"),
    (dict[str, int], {"a": 1}, '{"a":1}'),
    (dict, {"a": {"b": [1, None]}}, '{"a":{"b":[1,null]}}'),
    (dict[str, Any], {"t": "dt", "v": 1}, '{"t":"m","v":{"t":{"t":"s","v":"dt"},"v":{"t":"i","v":1}}}'),
    (dict[int, str], {1: "a"}, '{"1":"a"}'),
    (dict[UUID, int], {ID: 1}, f'{{"{ID}":1}}'),
    (dict[Color, int], {Color.RED: 1}, '{"red":1}'),
    (dict[Level, int], {Level.LOW: 1}, '{"1":1}'),
    (dict[bool, int], {True: 1}, '{"true":1}'),
    (dict[tuple[int, int], str], {(1, 2): "a"}, '[[[1,2],"a"]]'),
    (dict[int | str, str], {1: "a", "1": "b"}, '[[1,"a"],["1","b"]]'),
    (Mapping[str, date], {"a": date(2026, 1, 2)}, '{"a":"2026-01-02"}'),
    (OrderedDict[str, int], OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
    (Point, Point(1), '{"x":1,"on":"2026-01-01"}'),
    (Person, {"name": "n", "born": date(2026, 1, 2)}, '{"name":"n","born":"2026-01-02"}'),
    (Person, {"name": "n", "more": b"a"}, '{"name":"n","more":{"t":"B","v":"YQ=="}}'),
    (OrderId, ID, f'"{ID}"'),
    (Annotated[date, []], date(2026, 1, 2), '"2026-01-02"'),
    (Final[int], 1, "1"),
    (Bound, Decimal(1), '"1"'),
    (Any, (1,), '{"t":"t","v":[{"t":"i","v":1}]}'),
    (object, 1, "1"),
    (date | None, None, "null"),
]


@pytest.mark.parametrize(("annotation", "value", "text"), EXAMPLES)
def test_a_value_comes_back_as_what_its_annotation_says(annotation: Any, value: object, text: str) -> None:
    serdes = TypedSerDes(annotation)
    assert serdes.serialize(value, CONTEXT) == text
    returned = serdes.deserialize(text, CONTEXT)
    assert returned == value
    assert type(returned) is type(value)


def test_a_mapping_comes_back_in_its_order() -> None:
    codec = codec_for(OrderedDict[str, int])
    assert list(codec.from_plain(codec.to_plain(OrderedDict(b=1, a=2)))) == ["b", "a"]


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (float, "1", 1.0),  # JavaScript has one kind of number
        (int, "2.0", 2),
        (Decimal, "1.1", Decimal("1.1")),
        (datetime, '"2026-01-02T03:04:05Z"', datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (timedelta, '"P1W2DT3H4M5.123456789S"', timedelta(9, 3 * 3600 + 4 * 60 + 5, 123456)),
        (Point, '[1,"2026-01-02"]', Point(1, date(2026, 1, 2))),
        (Point, '{"x":1,"gone":true}', Point(1)),
    ],
)
def test_what_other_writers_make_of_a_value_is_read(annotation: Any, text: str, value: object) -> None:
    returned = TypedSerDes(annotation).deserialize(text, CONTEXT)
    assert (returned, type(returned)) == (value, type(value))


IN_FLIGHT: list[tuple[Any, object, object]] = [
    (datetime, datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
    (tuple[int, bytes], (1, b"a"), (1, b"a")),
    (dict[UUID, Decimal], {str(ID): Decimal(1)}, {ID: Decimal(1)}),
    (Person, {"name": "n", "born": date(2026, 1, 2)}, {"name": "n", "born": date(2026, 1, 2)}),
    (Point, {"x": 1}, Point(1)),
    (set[int], [1, 1], {1}),
    (Iterable[int], [1], [1]),
    (Color, "red", Color.RED),
    (date | str | None, date(2026, 1, 2), date(2026, 1, 2)),
]


@pytest.mark.parametrize(("annotation", "before", "after"), IN_FLIGHT)
def test_what_was_saved_before_there_was_an_annotation_is_understood(
    annotation: Any, before: object, after: object
) -> None:
    text = serialize(None, before, "op-1", "")
    assert TypedSerDes(annotation).deserialize(text, CONTEXT) == after


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.fixed_dictionaries({"t": st.sampled_from(["s", "m", "t", "?"]), "v": inner})
        | st.fixed_dictionaries({"$type": st.sampled_from(["str", "int"]), "$value": inner})
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.text() | st.sampled_from(["t", "v", "$type"]), json_values))
def test_no_json_object_is_mistaken_for_an_envelope(value: dict[str, Any]) -> None:
    serdes = TypedSerDes(dict[str, Any])
    assert serdes.deserialize(serdes.serialize(value, CONTEXT), CONTEXT) == value


@settings(deadline=None)
@given(st.timedeltas())
def test_every_duration_survives(value: timedelta) -> None:
    serdes = TypedSerDes(timedelta)
    assert serdes.deserialize(serdes.serialize(value, CONTEXT), CONTEXT) == value


def test_equal_sets_make_equal_text() -> None:
    serdes = TypedSerDes(set[str])
    texts = {serdes.serialize(set(words), CONTEXT) for words in (["b", "a", "c"], ["c", "b", "a"])}
    assert texts == {'["a","b","c"]'}


@pytest.mark.parametrize(
    ("annotation", "value", "sentence"),
    [
        (Decimal, 5.0, r"\$: expected Decimal, got float"),
        (dict[str, list[Decimal]], {"items": [Decimal(1), "2"]}, r"\$\.items\[1\]: expected Decimal, got str '2'"),
        (dict[str, int], {"a b": None}, r"\$\['a b'\]: expected int, got NoneType"),
        (dict[int, int], {"a": 1}, r"\$: key 'a': expected int, got str 'a'"),
        (tuple[int, str], (1,), r"\$: expected tuple\[int, str\] with 2 items, got 1"),
        (tuple[int, str], (1, 2), r"\$\[1\]: expected str, got int"),
        (date, datetime(2026, 1, 2, tzinfo=UTC), r"\$: expected date, got datetime"),
        (Person, {"born": date(2026, 1, 2)}, r"\$: the key 'name' of Person is missing"),
        (Literal["a", "b"], "c", r"\$: expected Literal\['a', 'b'\], got str 'c'"),
        (Color, "red", r"\$: expected Color, got str 'red'"),
        (Sequence[str], "abc", r"\$: expected Sequence\[str\], got str 'abc'"),
        (None, 0, r"\$: expected None, got int"),
        (dict[str, Any], {"a": [{1}]}, r"\$\.a\[0\]: the type set is not supported"),
        (float, float("nan"), "Out of range float"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_place(annotation: Any, value: object, sentence: str) -> None:
    with pytest.raises(SerDesError, match=f"^operation op-1: cannot serialize a value of type .*: {sentence}"):
        TypedSerDes(annotation).serialize(value, CONTEXT)


@pytest.mark.parametrize(
    ("annotation", "text", "sentence"),
    [
        (list[date], '["2026-01-02","soon"]', r"\$\[1\]: expected date, got str 'soon'"),
        (dict[int, str], '{"x":"a"}', r"\$: key 'x': expected int"),
        (set[list[int]], "[[1]]", r"\$: cannot make a set\[list\[int\]\]: unhashable"),
        (bytes, '"a"', r"\$: expected bytes, got str 'a'"),
        (timedelta, '"PT"', r"\$: expected timedelta"),
        (Right, "64", r"\$: expected Right, got int"),
        (float, "NaN", "NaN is not JSON"),
        (int, "", "Expecting value"),
        (list[int], "[" * 100_000, "nested too deeply"),
        (Point, "[1,2,3]", r"\$: expected Point with 2 fields, got 3"),
    ],
)
def test_text_that_does_not_fit_is_refused_with_its_place(annotation: Any, text: str, sentence: str) -> None:
    with pytest.raises(SerDesError, match=f"^operation op-1: cannot deserialize the saved text: .*{sentence}"):
        TypedSerDes(annotation).deserialize(text, CONTEXT)


@pytest.mark.parametrize(
    "annotation", [object.__class__, type(test_equal_sets_make_equal_text), "Order", ForwardRef("Order")]
)
def test_a_type_that_cannot_travel_is_named(annotation: Any) -> None:
    with pytest.raises(SerDesError, match=r"type|function|Order"):
        codec_for(annotation)


def test_a_list_that_contains_itself_is_refused() -> None:
    nest: list[Any] = []
    nest.append(nest)
    with pytest.raises(SerDesError, match="contains itself"):
        codec_for(list[Any]).to_plain(nest)


def test_a_lenient_serializer_carries_what_the_annotation_denies() -> None:
    serdes = TypedSerDes[Any](int, strict=False)
    for value in (None, "5", (1, b"a")):
        text = serdes.serialize(value, CONTEXT)
        assert json.loads(text).keys() == {"t", "v"}
        assert serdes.deserialize(text, CONTEXT) == value
    assert serdes.serialize(5, CONTEXT) == "5"
    with pytest.raises(SerDesError, match=r"\$: expected int, got set"):
        serdes.serialize({1}, CONTEXT)


def test_a_lenient_serializer_takes_an_unknown_type_for_none_at_all() -> None:
    serdes = TypedSerDes[Any](type(test_equal_sets_make_equal_text), strict=False)
    assert serdes.deserialize(serdes.serialize({"a": 1}, CONTEXT), CONTEXT) == {"a": 1}
    assert serdes.deserialize("[1]", CONTEXT) == [1]
    with pytest.raises(SerDesError, match="the type function cannot be saved"):
        serdes.serialize(object(), CONTEXT)
