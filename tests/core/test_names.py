"""Names: what is made can be parsed, and nothing else."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everstep.core.model import Arn, CallbackId, OperationId
from everstep.core.names import (
    ExecutionName,
    FunctionName,
    TokenParts,
    is_execution_name,
    make_callback_id,
    make_token,
    operation_id,
    parse_arn,
    parse_callback_id,
    parse_function,
    parse_token,
)

WORDS = st.text("abcXYZ019-_", min_size=1, max_size=64)
ARN = (
    "arn:aws:lambda:eu-central-1:123456789012:function:orders:$LATEST/durable-execution/order-7/"
    "0b7f2d3c-9e3f-4f0e-9d2a-2f1f6f0d8c11"
)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# --------------------------------------------------------------------------- execution ARNs
def test_an_arn_falls_into_its_parts() -> None:
    name = parse_arn(ARN)
    assert name == ExecutionName(
        function="orders",
        name="order-7",
        execution_id="0b7f2d3c-9e3f-4f0e-9d2a-2f1f6f0d8c11",
        region="eu-central-1",
        account="123456789012",
    )
    assert name.arn == ARN
    assert name.function_arn == "arn:aws:lambda:eu-central-1:123456789012:function:orders:$LATEST"


@given(WORDS, WORDS, WORDS, st.sampled_from(["$LATEST", "$LATEST.PUBLISHED", "1", "42"]))
def test_every_arn_that_is_made_is_parsed(function: str, name: str, execution_id: str, version: str) -> None:
    made = ExecutionName(function=function, name=name, execution_id=execution_id, version=version)
    assert parse_arn(made.arn) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arn",
        ARN + "\n",
        " " + ARN,
        ARN + "/more",
        ARN.replace("$LATEST", "live"),
        ARN.replace("$LATEST", ""),
        ARN.replace("123456789012", "12345678901"),
        ARN.replace("123456789012", "١٢٣٤٥٦٧٨٩٠١٢"),
        ARN.replace("order-7", "order 7"),
        ARN.replace("order-7", ""),
        ARN.replace("lambda", "states"),
        ARN.replace("/durable-execution/", "/"),
        ARN.split("/", maxsplit=1)[0],
        "0b7f2d3c/9e3f",
    ],
)
def test_what_is_no_execution_s_arn_is_nobody_s(text: str) -> None:
    assert parse_arn(text) is None


@pytest.mark.parametrize("text", ["a", "order-7", "Order_7", "x" * 64, "-", "_"])
def test_these_may_name_an_execution(text: str) -> None:
    assert is_execution_name(text)


@pytest.mark.parametrize("text", ["", "x" * 65, "order 7", "order.7", "örder", "order\n", "a/b", "$LATEST"])
def test_these_may_not_name_an_execution(text: str) -> None:
    assert not is_execution_name(text)


# --------------------------------------------------------------------------- functions
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orders", FunctionName(name="orders")),
        ("orders:live", FunctionName(name="orders", qualifier="live")),
        ("orders:$LATEST", FunctionName(name="orders", qualifier="$LATEST")),
        ("123456789012:function:orders:7", FunctionName(name="orders", qualifier="7", account="123456789012")),
        (
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:orders",
            FunctionName(name="orders", partition="aws-cn", region="cn-north-1", account="123456789012"),
        ),
    ],
)
def test_a_function_is_named_in_any_of_four_forms(text: str, expected: FunctionName) -> None:
    assert parse_function(text) == expected


@pytest.mark.parametrize(
    "text", ["", "orders\n", "or ders", "orders:", ":live", "orders:$NEWEST", "12:function:orders", "x" * 257, ARN]
)
def test_what_names_no_function_is_none(text: str) -> None:
    assert parse_function(text) is None


def test_what_a_form_leaves_out_is_taken_from_home() -> None:
    home = parse_arn(ARN)
    assert parse_function("billing", home) == FunctionName(
        name="billing", region="eu-central-1", account="123456789012"
    )
    abroad = parse_function("arn:aws:lambda:us-west-2:000000000000:function:billing", home)
    assert abroad == FunctionName(name="billing", region="us-west-2", account="000000000000")


@pytest.mark.parametrize(
    ("qualifier", "version"), [(None, "$LATEST"), ("live", "$LATEST"), ("$LATEST", "$LATEST"), ("7", "7")]
)
def test_a_qualifier_means_a_version(qualifier: str | None, version: str) -> None:
    assert FunctionName(name="orders", qualifier=qualifier).version == version


# --------------------------------------------------------------------------- operation ids
def test_an_operation_s_id_follows_from_its_place_as_in_the_official_sdk() -> None:
    """Its rule, for a function that changes its import while executions are in flight."""
    first = operation_id(None, 1)
    assert first == hashlib.blake2b(b"1").hexdigest()[:64]
    assert operation_id(first, 2) == hashlib.blake2b(f"{first}-2".encode()).hexdigest()[:64]
    assert first.startswith("1ced8f5be2db23a6")


@given(st.none() | WORDS, st.integers(1, 10_000), st.none() | WORDS, st.integers(1, 10_000))
def test_different_places_have_different_ids(
    prefix: str | None, position: int, other: str | None, elsewhere: int
) -> None:
    one, two = operation_id(prefix, position), operation_id(other, elsewhere)
    place, other_place = (f"{p}-{n}" if p else str(n) for p, n in ((prefix, position), (other, elsewhere)))
    assert (one == two) is (place == other_place)
    assert len(one) == 64


# --------------------------------------------------------------------------- tokens
@given(WORDS, WORDS, st.integers(0, 10**9))
def test_every_token_that_is_made_is_parsed(execution_id: str, invocation: str, number: int) -> None:
    parts = TokenParts(execution_id, invocation, number)
    assert parse_token(make_token(parts)) == parts


def test_tokens_differ_where_their_parts_do() -> None:
    tokens = {make_token(TokenParts(e, i, n)) for e in "ab" for i in ("", "c", "d") for n in (0, 1, 10)}
    assert len(tokens) == 18


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "AA=",
        "AAAA\n",
        "é",
        encoded("a/b"),
        encoded("a/b/c"),
        encoded("a/b/1/2"),
        encoded("a/b/-1"),
        encoded("a/b/"),
        encoded("a/b/²"),
        encoded("a/b/١"),
        encoded("a/b/" + "9" * 5_000),
        base64.b64encode(b"\xff/\xff/1").decode(),
    ],
)
def test_what_is_no_token_is_none(text: str) -> None:
    assert parse_token(text) is None


@given(st.text() | st.text("ABab01+/=", max_size=30))
def test_no_text_upsets_the_parsers(text: str) -> None:
    parse_token(text)
    parse_callback_id(text)
    parse_arn(text)
    parse_function(text)


# --------------------------------------------------------------------------- callback ids
@pytest.mark.parametrize("operation", ["a", "9f" * 32, "with|bar", "ünï"])
def test_a_callback_id_leads_back_to_its_execution_and_operation(operation: str) -> None:
    made = make_callback_id(Arn(ARN), OperationId(operation))
    assert parse_callback_id(made) == (ARN, operation)
    assert len(made) <= 1_024


@pytest.mark.parametrize("text", ["", "AAAA", encoded("no bar"), encoded("|a"), encoded("a|"), encoded("|")])
def test_what_is_no_callback_id_is_none(text: str) -> None:
    assert parse_callback_id(CallbackId(text)) is None
