"""Errors on the wire: the authors' and the API's own."""

import pytest
from hypothesis import given, settings

from everstep.core.model import ErrorObject
from everstep.core.refusal import Code, Refused, stale_token
from everstep.core.wire.errors import decode_error, decode_refusal, encode_error, encode_refusal
from everstep.core.wire.text import Json, dump, load
from tests.core.wire.strategies import ERRORS


@settings(deadline=None, derandomize=True)
@given(ERRORS)
def test_an_error_survives_the_journey(error: ErrorObject) -> None:
    assert decode_error(load(dump(encode_error(error)))) == error


def test_an_error_looks_like_the_contract_says() -> None:
    error = ErrorObject(message="no", type="ValueError", data="{}", stack_trace=("a", "b"))
    members = {"ErrorMessage": "no", "ErrorType": "ValueError", "ErrorData": "{}", "StackTrace": ["a", "b"]}
    assert encode_error(error) == members


def test_no_body_is_an_error_that_says_nothing() -> None:
    assert decode_error(None) == decode_error({}) == ErrorObject()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [("boom", "the body must be an object"), ({"ErrorMessage": 5}, "'errorMessage' must be a string")],
)
def test_an_error_of_the_wrong_form_is_refused(value: Json, complaint: str) -> None:
    with pytest.raises(Refused) as caught:
        decode_error(value)
    assert (caught.value.code, caught.value.message) == (Code.SERIALIZATION, complaint)


def test_a_refusal_says_its_message_under_both_names() -> None:
    assert encode_refusal(stale_token()) == {
        "__type": "InvalidParameterValueException",
        "Type": "User",
        "message": "Invalid checkpoint token",
        "Message": "Invalid checkpoint token",
    }
    assert encode_refusal(Refused(Code.SERVICE, "oops"))["Type"] == "Service"
    assert encode_refusal(stale_token(), type_is_code=True)["Type"] == "InvalidParameterValueException"
    assert encode_refusal(Refused(Code.TOO_MANY, "later"))["Reason"] == "CallerRateLimitExceeded"


@pytest.mark.parametrize("code", list(Code))
def test_a_refusal_is_understood_with_and_without_the_header(code: Code) -> None:
    body = dump(encode_refusal(Refused(code, "because"))).encode()
    assert decode_refusal(code.http_status, None, body) == (code.value, "because")
    assert decode_refusal(code.http_status, code.value, body) == (code.value, "because")


@pytest.mark.parametrize(
    ("header", "body", "found"),
    [
        ("A:http://x", b'{"code":"B","__type":"C","message":"m"}', ("A", "m")),
        (None, b'{"code":"B","__type":"C","Message":"m"}', ("B", "m")),
        (None, b'{"Code":"B","__type":"C"}', ("B", "")),
        (None, b'{"__type":"com.amazonaws.lambda#C","message":null,"Message":"m"}', ("C", "m")),
        (None, b'{"Type":"User","message":"m"}', ("503", "m")),
        (None, b"", ("503", "")),
        (None, b"[1]", ("503", "")),
        (None, b"<html>Bad Gateway</html>", ("503", "<html>Bad Gateway</html>")),
        (None, b"\xff", ("503", "�")),
    ],
)
def test_the_code_is_looked_for_where_botocore_looks(header: str | None, body: bytes, found: tuple[str, str]) -> None:
    assert decode_refusal(503, header, body) == found
