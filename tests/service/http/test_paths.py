"""Paths are split first and decoded once, whatever a client or a proxy encoded."""

from urllib.parse import quote

import pytest

from everstep.core.refusal import Code, Refused
from everstep.service.http.paths import Shape, decode
from everstep.service.http.route import Route
from everstep.service.http.routes import ROUTES
from everstep.service.http.table import Table

ARN = "arn:aws:lambda:us-east-1:000000000000:function:order:$LATEST/durable-execution/order-7/5f0c"
STATE = Shape("/2025-12-01/durable-executions/", "/state")


def _subject(shape: Shape, path: bytes) -> bytes | None:
    """What a path of this shape names; None for a path of another one."""
    any_route = ROUTES[0]
    rows, subject = Table([Route(any_route.method, shape, any_route.answer, any_route.about)]).rows(path)
    return subject if rows else None


@pytest.mark.parametrize("written", [ARN, quote(ARN, safe=""), quote(ARN, safe=":$"), ARN.replace("/", "%2f")])
def test_an_arn_is_found_raw_encoded_and_half_encoded(written: str) -> None:
    subject = _subject(STATE, f"/2025-12-01/durable-executions/{written}/state".encode())
    assert subject is not None
    assert decode(subject) == ARN


def test_a_subject_is_decoded_only_once() -> None:
    assert decode(b"a%252Fb") == "a%2Fb"


def test_a_plus_in_a_path_stays_a_plus() -> None:
    assert decode(b"YWJj+2Rl%2B%3D%3D") == "YWJj+2Rl+=="


def test_an_encoded_slash_does_not_begin_a_suffix() -> None:
    assert _subject(STATE, b"/2025-12-01/durable-executions/arn%2Fstate") is None


@pytest.mark.parametrize(
    "path",
    [
        b"/2025-12-01/durable-executions//state",
        b"/2025-12-01/durable-executions/state",
        b"/2025-12-01/durable-executions/arn/states",
        b"/2026-12-01/durable-executions/arn/state",
        b"/state",
        b"",
    ],
)
def test_a_path_of_another_shape_has_no_subject(path: bytes) -> None:
    assert _subject(STATE, path) is None


def test_a_shape_without_a_subject_is_one_fixed_path() -> None:
    assert _subject(Shape("/health"), b"/health") == b""
    assert _subject(Shape("/health"), b"/health/") is None


def test_a_subject_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        decode(b"arn%ff")
    assert refused.value.code is Code.VALIDATION
