"""Who signs the calls, found in the usual places without boto3.

In this order: the environment, the shared files (by profile), the container's credential endpoint, and whatever else
botocore knows (roles, single sign-on, EC2), when it is installed.
"""

import json
import threading
from collections.abc import Callable, Mapping
from configparser import Error as ConfigError
from configparser import RawConfigParser
from datetime import UTC, datetime, timedelta
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from everstep.errors import ValidationError
from everstep.sdk.clients.connection import Connections, Request, Unreachable, parse_endpoint
from everstep.sdk.clients.signing import Credentials

CredentialsSource: TypeAlias = Callable[[], Credentials]
"""Asked before each call, so that keys may change while a function runs."""

Environment: TypeAlias = Mapping[str, str]
Profile: TypeAlias = Mapping[str, str]
"""The settings of one profile, of both files together."""

REFRESH_BEFORE = timedelta(minutes=5)
"""How long before their end keys are replaced, so that no call is signed with keys that end on its way."""

_CONTAINER_HOST = "http://169.254.170.2"
_CONTAINER_HOSTS = frozenset({"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"})
_DELEGATING = ("role_arn", "sso_session", "sso_start_url", "credential_process", "web_identity_token_file")
"""Settings by which a profile leaves the finding of keys to a procedure that only botocore knows."""


class CredentialsUnavailable(Exception):
    """The place that has the keys did not hand them out; it may later."""


def find_source(environ: Environment, profile: Profile) -> CredentialsSource | None:
    """Where keys that are not in the environment come from, None if no place has any.

    Raises ValidationError for a place that is half set up.
    """
    if not any(name in profile for name in _DELEGATING):
        keys = of_profile(profile)
        if keys is not None:
            return always(keys)
        if is_container(environ):
            return Refreshed(container_fetch(environ))
    return of_botocore()


def always(keys: Credentials) -> CredentialsSource:
    return lambda: keys


def of_environment(environ: Environment) -> Credentials | None:
    access_key = environ.get("AWS_ACCESS_KEY_ID")
    if not access_key:
        return None
    return _whole(
        access_key, environ.get("AWS_SECRET_ACCESS_KEY"), environ.get("AWS_SESSION_TOKEN"), "AWS_SECRET_ACCESS_KEY"
    )


def of_profile(profile: Profile) -> Credentials | None:
    access_key = profile.get("aws_access_key_id")
    if not access_key:
        return None
    secret_key, token = profile.get("aws_secret_access_key"), profile.get("aws_session_token")
    return _whole(access_key, secret_key, token, "aws_secret_access_key")


def _whole(access_key: str, secret_key: str | None, token: str | None, missing: str) -> Credentials:
    if not secret_key:
        raise ValidationError(f"there is an access key without its secret: {missing} is not set")
    return Credentials(access_key=access_key, secret_key=secret_key, session_token=token or None)


def read_profile(environ: Environment) -> Profile:
    """The settings of AWS_PROFILE (else "default") in the shared files; the credentials file goes before the other.

    Raises ValidationError for a file that cannot be read and for a profile that was asked for and does not exist.
    """
    asked = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE")
    name = asked or "default"
    config = _read_file(environ.get("AWS_CONFIG_FILE") or "~/.aws/config")
    keys = _read_file(environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials")
    sections = [(config, "default" if name == "default" else f"profile {name}"), (keys, name)]
    found = [dict(file[section]) for file, section in sections if file.has_section(section)]
    if asked and not found:
        raise ValidationError(f"the profile {asked!r} (AWS_PROFILE) is in neither of the shared AWS files")
    return {key: value for settings in found for key, value in settings.items()}


def _read_file(name: str) -> RawConfigParser:
    # Another default section than "DEFAULT" keeps a profile of that name from leaking into all others.
    parser = RawConfigParser(strict=False, default_section="")
    path = Path(name).expanduser()
    try:
        if path.is_file():
            parser.read_string(path.read_text(encoding="utf-8"), source=str(path))
    except (ConfigError, UnicodeDecodeError, OSError) as error:
        raise ValidationError(f"the AWS settings in {path} cannot be read: {error}") from None
    return parser


# ---------------------------------------------------------------------------------------------- containers
def is_container(environ: Environment) -> bool:
    return bool(
        environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") or environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    )


def container_fetch(environ: Environment) -> CredentialsSource:
    """Asks the container's endpoint for keys. Raises ValidationError for an endpoint that a token must not go to."""
    relative = environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    url = f"{_CONTAINER_HOST}{relative}" if relative else environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_near(parts.hostname or ""):
        raise ValidationError(f"AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor a local address: {url}")
    endpoint = parse_endpoint(f"{parts.scheme}://{parts.netloc}")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def fetch() -> Credentials:
        connections = Connections(endpoint, connect_seconds=2.0, read_seconds=2.0)
        try:
            request = Request(method="GET", target=target, headers=_container_headers(environ, endpoint.authority))
            answer = connections.exchange(request)
            if answer.status != 200:
                raise CredentialsUnavailable(f"the container's credentials endpoint answered {answer.status}")
            return _container_keys(answer.body)
        except (Unreachable, OSError) as error:
            raise CredentialsUnavailable(f"the container's credentials cannot be had: {error}") from error
        finally:
            connections.close()

    return fetch


def _is_near(host: str) -> bool:
    if host in _CONTAINER_HOSTS:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _container_headers(environ: Environment, authority: str) -> dict[str, str]:
    # The file is read each time, because its token is replaced while the container runs.
    file = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    token = Path(file).read_text(encoding="utf-8") if file else environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
    if "\r" in token.strip() or "\n" in token.strip():
        raise CredentialsUnavailable("the container's authorization token has more than one line")
    headers = {"Host": authority, "Accept": "application/json"}
    return {**headers, "Authorization": token.strip()} if token.strip() else headers


def _container_keys(body: bytes) -> Credentials:
    try:
        found = json.loads(body)
        return Credentials(
            access_key=found["AccessKeyId"],
            secret_key=found["SecretAccessKey"],
            session_token=found.get("Token"),
            expires_at=datetime.fromisoformat(found["Expiration"]) if found.get("Expiration") else None,
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CredentialsUnavailable(
            "the container's credentials endpoint answered something else than keys"
        ) from error


class Refreshed:
    """Keeps the last keys of a source and asks for new ones shortly before they end."""

    def __init__(self, fetch: CredentialsSource, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._fetch = fetch
        self._now = now
        self._keys: Credentials | None = None
        # Many threads may find the keys too old at the same moment; one of them asks.
        self._lock = threading.Lock()

    def __call__(self) -> Credentials:
        with self._lock:
            if self._keys is None or self._ends_within(self._keys, REFRESH_BEFORE):
                self._keys = self._renewed(self._keys)
            return self._keys

    def _renewed(self, old: Credentials | None) -> Credentials:
        try:
            return self._fetch()
        except CredentialsUnavailable:
            if old is None or self._ends_within(old, timedelta(0)):
                raise
            return old

    def _ends_within(self, keys: Credentials, span: timedelta) -> bool:
        return keys.expires_at is not None and self._now() >= keys.expires_at - span


def of_botocore() -> CredentialsSource | None:
    """Keys by botocore's own search, None if it is not installed or finds none. May ask the network."""
    try:
        session = import_module("botocore.session")
    except ImportError:
        return None
    found = session.get_session().get_credentials()
    if found is None:
        return None

    def frozen() -> Credentials:
        try:
            keys = found.get_frozen_credentials()
        except Exception as error:
            raise CredentialsUnavailable(f"botocore could not renew its credentials: {error}") from error
        return Credentials(access_key=keys.access_key, secret_key=keys.secret_key, session_token=keys.token)

    return frozen
