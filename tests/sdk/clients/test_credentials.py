"""Keys that come from a container's endpoint, and keys that end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from everstep.errors import ValidationError
from everstep.sdk.clients.credentials import (
    CredentialsUnavailable,
    Refreshed,
    container_fetch,
    find_source,
)
from everstep.sdk.clients.signing import Credentials
from tests.sdk.clients.scripted import Deed, HangUp, Reply, ScriptedService, scripted

START = datetime(2026, 1, 1, tzinfo=UTC)
ANSWER = {
    "AccessKeyId": "ASIA",
    "SecretAccessKey": "secret",
    "Token": "token",
    "Expiration": "2026-01-01T06:00:00Z",
}


@contextmanager
def container(deed: Deed) -> Iterator[tuple[dict[str, str], ScriptedService]]:
    """An environment as in a container whose credentials endpoint does this deed."""
    with scripted(deed) as service:
        yield {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{service.url}/v1/keys?x=1"}, service


def test_a_container_hands_out_keys_with_their_end() -> None:
    with container(Reply(body=json.dumps(ANSWER).encode())) as (environ, service):
        source = find_source({**environ, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer x"}, {})
        assert source is not None
        keys = source()
    assert keys == Credentials(
        access_key="ASIA", secret_key="secret", session_token="token", expires_at=START + timedelta(hours=6)
    )
    assert service.asked[0].target == "/v1/keys?x=1"
    assert service.asked[0].headers["Authorization"] == "Bearer x"


def test_the_token_file_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    with container(Reply(body=json.dumps(ANSWER).encode())) as (environ, service):
        fetch = container_fetch({**environ, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)})
        for token in ("first", "second"):
            file.write_text(f"{token}\n")
            fetch()
    assert [asked.headers["Authorization"] for asked in service.asked] == ["first", "second"]


@pytest.mark.parametrize(
    "deed",
    [HangUp(), Reply(status=403), Reply(body=b"<html>"), Reply(body=b"{}"), Reply(body=b"[]"), Reply(body=b"null")],
)
def test_an_endpoint_without_keys_may_have_some_later(deed: Deed) -> None:
    with container(deed) as (environ, _), pytest.raises(CredentialsUnavailable, match="container"):
        container_fetch(environ)()


@pytest.mark.parametrize("url", ["http://example.com/keys", "http://10.0.0.1/keys", "ftp://127.0.0.1/keys", "keys"])
def test_a_token_never_goes_to_a_foreign_host_in_the_clear(url: str) -> None:
    with pytest.raises(ValidationError, match=r"FULL_URI|endpoint"):
        container_fetch({"AWS_CONTAINER_CREDENTIALS_FULL_URI": url})


class Issuer:
    """Hands out keys that last an hour, and a clock to look at."""

    def __init__(self) -> None:
        self.now = START
        self.issued = 0
        self.is_down = False

    def __call__(self) -> Credentials:
        if self.is_down:
            raise CredentialsUnavailable("down")
        self.issued += 1
        return Credentials(access_key=str(self.issued), secret_key="s", expires_at=self.now + timedelta(hours=1))


def test_keys_are_kept_until_shortly_before_their_end() -> None:
    issuer = Issuer()
    source = Refreshed(issuer, lambda: issuer.now)
    seen = []
    for minutes in (0, 54, 55):
        issuer.now = START + timedelta(minutes=minutes)
        seen.append(source().access_key)
    assert seen == ["1", "1", "2"]


def test_old_keys_serve_to_their_very_end_when_there_are_no_new_ones() -> None:
    issuer = Issuer()
    source = Refreshed(issuer, lambda: issuer.now)
    source()
    issuer.is_down = True

    issuer.now = START + timedelta(minutes=59)
    assert source().access_key == "1"

    issuer.now = START + timedelta(minutes=60)
    with pytest.raises(CredentialsUnavailable):
        source()


def test_keys_without_an_end_are_asked_for_once() -> None:
    asked = []

    def fetch() -> Credentials:
        asked.append(1)
        return Credentials(access_key="a", secret_key="s")

    source = Refreshed(fetch)
    assert source() == source()
    assert len(asked) == 1
