"""AWS Signature Version 4, for every service but S3.

The service knows who asks by a chain of HMACs over a canonical form of the request; whoever holds the secret key can
repeat it. Rules: "Signature Version 4 signing process", AWS IAM user guide.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from everstep.core.records import dataclass, field

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who signs."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    """With a time zone; None for keys that do not expire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignableRequest:
    """What is signed. `path` is percent-encoded already and holds no empty or dot segments."""

    method: str
    host: str
    """As the Host header says it, with a port unless it is the scheme's own."""
    path: str
    query: Sequence[tuple[str, str]] = ()
    """Not encoded yet."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that the signature covers besides those it adds itself."""
    body: bytes = b""


def sign(
    request: SignableRequest, credentials: Credentials, region: str, now: datetime, service: str = "lambda"
) -> dict[str, str]:
    """All headers to send: the request's own, Host, the date, the session token and the signature. `now` is UTC."""
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {**request.headers, "Host": request.host, "X-Amz-Date": moment}
    if credentials.session_token:
        headers["X-Amz-Security-Token"] = credentials.session_token

    covered = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    names = ";".join(sorted(covered))
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    digest = _sha256(_canonical(request, covered, names).encode())
    signature = _hmac(_key(credentials.secret_key, scope), f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}").hex()

    headers["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def encode(text: str) -> str:
    """Percent-encoded, all but letters, digits and `-._~`."""
    return quote(text, safe="-._~")


def query_text(query: Sequence[tuple[str, str]]) -> str:
    """The query as it stands in the canonical form and, the same way, in the URL."""
    return "&".join(sorted(f"{encode(name)}={encode(value)}" for name, value in query))


def _canonical(request: SignableRequest, covered: Mapping[str, str], names: str) -> str:
    lines = [
        request.method,
        _encoded_again(request.path),
        query_text(request.query),
        *(f"{name}:{covered[name]}" for name in sorted(covered)),
        "",
        names,
        _sha256(request.body),
    ]
    return "\n".join(lines)


@lru_cache(64)
def _encoded_again(path: str) -> str:
    """Every service but S3 signs the path encoded a second time; an invocation asks for the same few paths."""
    return quote(path, safe="/-._~")


@lru_cache(8)
def _key(secret: str, scope: str) -> bytes:
    """The key of one day, region and service, so that the secret itself signs nothing else."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")  # in one call of the C library


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
