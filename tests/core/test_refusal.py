"""How the API says no."""

import pytest

from everstep.core.model import ErrorObject
from everstep.core.refusal import Code, Refused, invalid, not_found, stale_token
from everstep.core.sizes import error_bytes, text_bytes

STATUSES = {
    "InvalidParameterValueException": 400,
    "ValidationException": 400,
    "SerializationException": 400,
    "InvalidRequestContentException": 400,
    "CallbackTimeoutException": 400,
    "ResourceNotFoundException": 404,
    "ResourceConflictException": 409,
    "DurableExecutionAlreadyStartedException": 409,
    "RequestTooLargeException": 413,
    "TooManyRequestsException": 429,
    "MethodNotAllowedException": 405,
    "AccessDeniedException": 403,
    "UnrecognizedClientException": 401,
    "ServiceException": 500,
    "KMSAccessDeniedException": 502,
    "KMSDisabledException": 502,
    "KMSInvalidStateException": 502,
    "KMSNotFoundException": 502,
}


@pytest.mark.parametrize("code", Code)
def test_every_code_has_the_status_of_the_api_s_model(code: Code) -> None:
    assert code.http_status == STATUSES[code.value]


def test_a_refusal_carries_its_facts_and_says_them() -> None:
    refused = Refused(Code.CONFLICT, "somebody was first")
    assert (refused.code, refused.message) == (Code.CONFLICT, "somebody was first")
    assert str(refused) == "ResourceConflictException: somebody was first"


def test_the_stale_token_has_the_words_by_which_sdks_know_it() -> None:
    stale = stale_token()
    assert (stale.code, stale.message) == (Code.INVALID_PARAMETER, "Invalid checkpoint token")
    assert invalid("no").code is Code.INVALID_PARAMETER
    assert not_found().code is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("text", "size"), [(None, 0), ("", 0), ("abc", 3), ("ü", 2), ("€", 3), ("😀", 4), ("\ud800", 3), ("a\ud800ü", 6)]
)
def test_a_text_is_as_large_as_its_utf_8_bytes(text: str | None, size: int) -> None:
    assert text_bytes(text) == size


def test_an_error_is_as_large_as_its_texts() -> None:
    assert error_bytes(None) == 0
    assert error_bytes(ErrorObject()) == 0
    assert error_bytes(ErrorObject(message="ü", type="T", data="€", stack_trace=("a", "bc"))) == 2 + 1 + 3 + 1 + 2
