"""A function may be named in four forms, with its qualifier in the name or in the query."""

import pytest

from everstep.core.names import FunctionName, parse_function
from everstep.core.refusal import Refused
from everstep.service.http.functions import function_of

FULL = "arn:aws-cn:lambda:cn-north-1:123456789012:function:order"


@pytest.mark.parametrize(
    ("written", "name", "qualifier"),
    [
        ("order", "order", None),
        ("order:prod", "order", "prod"),
        ("function:7", "function", "7"),
        ("123456789012:function:order", "order", None),
        (FULL, "order", None),
        (f"{FULL}:$LATEST", "order", "$LATEST"),
    ],
)
def test_a_function_is_named_by_name_partial_or_full_arn(written: str, name: str, qualifier: str | None) -> None:
    function = parse_function(written)
    assert function is not None
    assert (function.name, function.qualifier) == (name, qualifier)


def test_a_function_keeps_the_region_and_account_that_its_caller_wrote() -> None:
    full, bare = parse_function(f"{FULL}:7"), parse_function("order")
    assert full is not None
    assert bare is not None
    assert full.arn == f"{FULL}:7"
    assert bare.arn == "arn:aws:lambda:us-east-1:000000000000:function:order"


@pytest.mark.parametrize("written", ["", "a b", "order:", "order:prod:1", "1:function:order", "x" * 300, "order\n"])
def test_what_has_none_of_the_forms_is_no_function(written: str) -> None:
    assert parse_function(written) is None


@pytest.mark.parametrize(
    ("subject", "qualifier", "expected"), [("order", "2", "2"), ("order:2", "2", "2"), ("order:2", "", "2")]
)
def test_the_qualifier_stands_in_the_name_or_in_the_query(subject: str, qualifier: str, expected: str) -> None:
    assert function_of(subject, qualifier or None) == FunctionName(name="order", qualifier=expected)


def test_two_qualifiers_that_differ_are_refused() -> None:
    with pytest.raises(Refused, match="says 1, the qualifier says 2"):
        function_of("order:1", "2")


def test_a_name_of_no_form_is_refused_with_the_form_that_is_wanted() -> None:
    with pytest.raises(Refused, match="at 'functionName' failed to satisfy constraint"):
        function_of("a b", None)
