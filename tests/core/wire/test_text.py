"""JSON text: what is read, what is refused, what is mended."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.core.wire.text import Json, NotJsonError, dump, load

JSON_VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abé"), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, derandomize=True)
@given(JSON_VALUES)
def test_what_was_written_reads_the_same(value: Json) -> None:
    assert load(dump(value)) == value
    assert load(dump(value).encode()) == value


def test_text_is_compact_and_keeps_its_letters() -> None:
    assert dump({"a": [1, "é"], "b": None}) == '{"a":[1,"é"],"b":null}'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a":', "Expecting value"),
        ("", "Expecting value"),
        ("{'a': 1}", "property name"),
        ("1 2", "Extra data"),
        (b'"\xff"', "not UTF-8"),
        (b"\xff\xfe1\x00", "not UTF-8"),
        ("NaN", "NaN is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ("1e999", "too large"),
        ("9" * 5000, "Exceeds the limit"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a":' * 200_000, "nested too deeply"),
    ],
)
def test_text_that_is_not_json_is_refused_with_its_reason(data: str | bytes, reason: str) -> None:
    with pytest.raises(NotJsonError, match=reason):
        load(data)


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf]])
def test_a_number_that_json_does_not_have_is_not_written(value: Json) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        dump(value)


def test_a_value_that_holds_itself_is_an_error_and_not_a_crash() -> None:
    value: list[Json] = []
    value.append(value)
    with pytest.raises(ValueError, match="nested too deeply"):
        dump(value)


def test_a_lone_surrogate_becomes_a_replacement_character_in_both_directions() -> None:
    assert load(r'"caf\udce9"') == "caf�"
    assert load(r'{"\ud83d":"\uD83D"}') == {"�": "�"}
    assert load('"caf\udce9"') == "caf�"
    assert dump("caf\udce9") == '"caf�"'


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert load(r'"\ud83d\ude00"') == "😀"
    assert load(r'"\\ud83d"') == r"\ud83d"
