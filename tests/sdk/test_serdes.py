"""Values survive the journey into text and back, or are refused with a sentence that names them."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.errors import RetryableSerDesError, SerDesError
from everstep.sdk.serdes import (
    JsonSerDes,
    PassThroughSerDes,
    SerDes,
    SerDesContext,
    deserialize,
    serialize,
)

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f:1/durable-execution/n/i"
CONTEXT = SerDesContext("op-1", ARN)

EXAMPLES: list[tuple[object, str]] = [
    (None, "null"),
    ("a\u00e9", '"a\\u00e9"'),
    ([1, [2.5, True], None], "[1,[2.5,true],null]"),
    ({}, '{"t":"m","v":{}}'),
    ({"a": 1}, '{"t":"m","v":{"a":{"t":"i","v":1}}}'),
    ({"t": "i", "v": 1}, '{"t":"m","v":{"t":{"t":"s","v":"i"},"v":{"t":"i","v":1}}}'),
    ((1, None), '{"t":"t","v":[{"t":"i","v":1},{"t":"n","v":null}]}'),
    ([{}], '{"t":"l","v":[{"t":"m","v":{}}]}'),
    (b"\x00\xff", '{"t":"B","v":"AP8="}'),
    (Decimal("1.10"), '{"t":"d","v":"1.10"}'),
    (date(2026, 1, 2), '{"t":"D","v":"2026-01-02"}'),
    (datetime(2026, 1, 2, 3, 4, 5, 6, UTC), '{"t":"dt","v":"2026-01-02T03:04:05.000006+00:00"}'),
    (UUID(int=7), '{"t":"u","v":"00000000-0000-0000-0000-000000000007"}'),
    ({"on": False, "f": 0.5}, '{"t":"m","v":{"on":{"t":"b","v":false},"f":{"t":"f","v":0.5}}}'),
]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
    | st.uuids()
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=5, minutes=30))))
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(("value", "text"), EXAMPLES)
def test_the_default_format_is_the_documented_one(value: object, text: str) -> None:
    assert serialize(None, value, "op-1", ARN) == text
    assert deserialize(None, text, "op-1", ARN) == value


@settings(deadline=None)
@given(values)
def test_every_supported_value_comes_back_equal_and_of_its_type(value: object) -> None:
    returned = deserialize(None, serialize(None, value, "op-1", ARN), "op-1", ARN)
    assert returned == value
    assert type(returned) is type(value)


@settings(deadline=None)
@given(values)
def test_both_sdks_write_the_same_text_and_read_each_other(value: object) -> None:
    official = pytest.importorskip(
        "aws_durable_execution_sdk_python.serdes", reason="the official SDK is not installed: formats NOT compared"
    )
    text = serialize(None, value, "op-1", ARN)
    assert official.serialize(None, value, "op-1", ARN) == text
    assert official.deserialize(None, text, "op-1", ARN) == value


def test_other_writers_forms_are_read() -> None:
    assert deserialize(None, '{"t":"dt","v":"2026-01-02T03:04:05Z"}', "", "") == datetime(2026, 1, 2, 3, 4, 5, 0, UTC)
    assert deserialize(None, '{"t":"m","v":{"a":1,"b":{"c":2}}}', "", "") == {"a": 1, "b": {"c": 2}}


def test_subclasses_come_back_as_what_they_extend() -> None:
    class Color(StrEnum):
        RED = "red"

    assert serialize(None, {Color.RED: Color.RED}, "", "") == '{"t":"m","v":{"red":{"t":"s","v":"red"}}}'


def test_keys_that_are_no_texts_become_texts_as_in_json() -> None:
    text = serialize(None, {1: "a", None: "b", 2.5: "c", False: "d"}, "", "")
    assert deserialize(None, text, "", "") == {"1": "a", "null": "b", "2.5": "c", "false": "d"}


def itself() -> object:
    nest: list[object] = []
    nest.append({"again": nest})
    return nest


def endless_list() -> object:
    nest: list[object] = []
    nest.append(nest)
    return nest


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: {1, 2}, "type set"),
        (object, "type object"),
        (lambda: float("nan"), "float"),
        (lambda: {"a": float("inf")}, "dict"),
        (itself, "contains itself"),
        (endless_list, "contains itself"),
        (lambda: {(1, 2): 3}, "key must be a text, not tuple"),
        (lambda: {1: "a", "1": "b"}, "two keys"),
    ],
)
def test_a_value_that_cannot_be_saved_is_named_with_its_operation(make: Callable[[], object], message: str) -> None:
    with pytest.raises(SerDesError, match=f"^operation op-1: cannot serialize .*{message}"):
        serialize(None, make(), "op-1", ARN)


@pytest.mark.parametrize("make", [itself, endless_list, object, lambda: float("nan")])
def test_plain_json_refuses_what_json_cannot_say(make: Callable[[], object]) -> None:
    with pytest.raises(SerDesError, match=r"^operation op-1: cannot serialize a value of type"):
        serialize(JsonSerDes(), make(), "op-1", ARN)


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", '{"t":"i"}', '{"t":"??","v":1}', '{"t":["l"],"v":1}', '{"t":"l","v":{}}', '{"t":"d","v":"x"}',
     '{"t":"u","v":1}', '{"t":"D","v":3}', '{"t":"i","v":Infinity}', "[" * 100_000, '[{"a":1}]'],
)  # fmt: skip
def test_text_that_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(SerDesError, match=r"^operation op-1: cannot deserialize the saved text"):
        deserialize(None, text, "op-1", ARN)


class Failing(SerDes[object]):
    def __init__(self, error: Exception) -> None:
        self.error = error

    def serialize(self, value: object, serdes_context: SerDesContext) -> str:
        raise self.error

    def deserialize(self, data: str, serdes_context: SerDesContext) -> object:
        raise self.error


def test_an_authors_serializer_that_breaks_is_a_serdes_error_with_its_cause() -> None:
    broken = KeyError("field")
    with pytest.raises(SerDesError, match=r"operation op-1: .* of type int: KeyError: 'field'") as wrote:
        serialize(Failing(broken), 1, "op-1", ARN)
    with pytest.raises(SerDesError, match=r"operation op-1: .*KeyError") as read:
        deserialize(Failing(broken), "1", "op-1", ARN)
    assert wrote.value.__cause__ is read.value.__cause__ is broken


@pytest.mark.parametrize("verdict", [RetryableSerDesError("disk busy"), SerDesError("no", data="kept")])
def test_an_authors_own_verdict_passes_unchanged(verdict: Exception) -> None:
    with pytest.raises(type(verdict)) as raised:
        serialize(Failing(verdict), 1, "op-1", ARN)
    assert raised.value is verdict


def test_a_serializer_must_return_text() -> None:
    class Careless(JsonSerDes[object]):
        def serialize(self, value: object, serdes_context: SerDesContext) -> str:
            return b"{}"  # type: ignore[return-value]  # the mistake is the test

    with pytest.raises(SerDesError, match=r"operation op-1: .*bytes instead of text"):
        serialize(Careless(), 1, "op-1", ARN)


def test_pass_through_changes_nothing_and_takes_text_only() -> None:
    serdes: PassThroughSerDes[str] = PassThroughSerDes()
    assert serdes.deserialize(serdes.serialize("{not json", CONTEXT), CONTEXT) == "{not json"
    with pytest.raises(SerDesError, match=r"operation op-1: cannot serialize a value of type int: .*text only"):
        serialize(serdes, 5, "op-1", ARN)


def test_plain_json_writes_what_json_writes() -> None:
    serdes: JsonSerDes[object] = JsonSerDes()
    assert serdes.serialize({"a": (1, 2)}, CONTEXT) == json.dumps({"a": [1, 2]})
    assert serdes.deserialize('{"a": [1, 2]}', CONTEXT) == {"a": [1, 2]}
