"""Who may ask: tokens, names and pages."""

from collections.abc import Mapping

import pytest

from everstep.core.refusal import Code, Refused
from everstep.service.http.access import Access, is_loopback

TOKEN = "0123456789abcdef"


def verdict(access: Access, headers: Mapping[str, str], *, method: str = "POST", is_open: bool = False) -> Code | None:
    given = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    try:
        access.check({"type": "http", "method": method, "headers": given}, is_open=is_open)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1:9014", "localhost", "localhost:1", "LOCALHOST:9014", "[::1]:9014", "172.17.0.1:9014"),
        *("host.docker.internal:9014", "everstep:9014", "api.localhost:9014", "192.168.1.7"),
    ],
)
def test_addresses_and_names_of_this_machine_are_ours(host: str) -> None:
    assert verdict(Access(), {"host": host}) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:9014",
        "127.0.0.1.evil.example",
        "localhost.evil.example:9014",
        "127.0.0.1.",
        "1.2.3",
    ],
)
def test_names_that_dns_may_point_here_are_refused_unless_they_are_allowed(host: str) -> None:
    assert verdict(Access(), {"host": host}) is Code.ACCESS_DENIED
    assert verdict(Access(any_host=True), {"host": host}) is None
    assert verdict(Access(hosts=frozenset({host.partition(":")[0]})), {"host": host}) is None


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:8000", "http://localhost:9014"])
@pytest.mark.parametrize("access", [Access(), Access(any_host=True), Access(token=TOKEN)])
def test_pages_of_other_origins_are_refused_with_and_without_a_token(origin: str, access: Access) -> None:
    headers = {"host": "127.0.0.1:9014", "origin": origin, "authorization": f"Bearer {TOKEN}"}
    assert verdict(access, headers, method="GET") is Code.ACCESS_DENIED


def test_a_page_of_our_own_is_welcome() -> None:
    assert verdict(Access(), {"host": "localhost:9014", "origin": "http://localhost:9014"}) is None


def test_what_another_site_sends_without_an_origin_may_only_look() -> None:
    headers = {"host": "localhost:9014", "sec-fetch-site": "cross-site"}
    assert verdict(Access(), headers) is Code.ACCESS_DENIED
    assert verdict(Access(), headers, method="GET") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("authorization", f"Bearer {TOKEN}"),
        ("authorization", f"bearer  {TOKEN}"),
        ("x-amz-security-token", TOKEN),
    ],
)
def test_the_token_travels_as_a_bearer_or_as_that_of_a_session(name: str, value: str) -> None:
    assert verdict(Access(token=TOKEN), {name: value}) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/lambda/aws4_request, Signature=0"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer "},
        {"x-amz-security-token": TOKEN[:-1]},
        {"x-amz-security-token": "ÿ" * 16},
    ],
)
def test_without_the_token_nobody_is_let_in_signed_or_not(headers: dict[str, str]) -> None:
    access = Access(token=TOKEN)
    assert verdict(access, headers) is Code.UNRECOGNIZED_CLIENT
    assert verdict(access, headers, is_open=True) is None


def test_two_different_hosts_are_one_too_many() -> None:
    headers = [(b"host", b"localhost"), (b"host", b"evil.example")]
    with pytest.raises(Refused):
        Access(any_host=True).check({"type": "http", "method": "GET", "headers": headers})


def test_loopback_is_what_nobody_else_reaches() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "", "192.168.1.7", "example.com"))
