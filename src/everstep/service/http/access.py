"""Who may ask: the token, the name under which the service is asked, and the page that asks.

    scope --Access.check--> nothing, or Refused before a byte of the body is read

| what somebody tries | what stops it |
| --- | --- |
| to call a service that listens beyond this machine | the token, compared in constant time |
| a page of another site that sends requests from the user's browser (CSRF) | `Origin` and `Sec-Fetch-Site` |
| a name of the attacker's that suddenly means 127.0.0.1 (DNS rebinding) | the name in `Host` |

Clients that are no browsers send no Origin, so the last two cost them nothing. The token travels as
`Authorization: Bearer …` or as `X-Amz-Security-Token`, which every AWS SDK sends for `AWS_SESSION_TOKEN`: their
Authorization header is taken by the signature.
"""

import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from everstep.core.refusal import Code, Refused
from everstep.service.http.asgi import AsgiApp, Receive, Refuse, Scope, Send, send_response

_BEARER = b"bearer "
_CONTAINER_NAMES = frozenset({"host.docker.internal", "gateway.docker.internal", "host.containers.internal"})
"""What containers call the machine that they run on."""
_SAFE_METHODS = frozenset({"GET", "HEAD"})
"""What changes nothing; a page of another site cannot read the answer anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask."""

    token: str | None = None
    """None: nobody is asked for one."""
    any_host: bool = False
    """Whether the name in `Host` may be any. Without, it is one that no stranger's DNS can point here: an address,
    localhost, a name without dots, a name of the machine for its containers, or one of `hosts`."""
    hosts: frozenset[str] = frozenset()
    """Further names, in lower case, without ports."""

    def check(self, scope: Scope, *, is_open: bool = False) -> None:
        """Raises Refused; `is_open` is what asks for no token."""
        host = origin = site = given = None
        for name, value in scope["headers"]:
            match name:
                case b"host":
                    if host is not None and value != host:
                        raise _denied("the request names two hosts")
                    host = value
                case b"origin":
                    origin = value
                case b"sec-fetch-site":
                    site = value
                case b"authorization":
                    if value[: len(_BEARER)].lower() == _BEARER:
                        given = value[len(_BEARER) :].strip()
                case b"x-amz-security-token":
                    given = given or value
                case _:
                    pass
        if host is not None and not self.any_host and not self._is_ours(host):
            raise _denied(
                f"the name {_shown(host)} may belong to somebody else; ask by address or as localhost, or start the "
                "service with --allow-host"
            )
        if origin is not None and not _is_same(origin, host):
            raise _denied(f"pages of {_shown(origin)} may not use this service")
        if site == b"cross-site" and scope["method"] not in _SAFE_METHODS:
            raise _denied("pages of other sites may not use this service")
        if self.token is not None and not is_open and not _is_equal(self.token, given):
            raise Refused(Code.UNRECOGNIZED_CLIENT, "this service asks for its token, and the request has not got it")

    def _is_ours(self, host: bytes) -> bool:
        name = _name_of(host)
        if "." not in name and ":" not in name:
            return True  # among them localhost; public names have dots
        if name in _CONTAINER_NAMES or name in self.hosts or name.endswith(".localhost"):
            return True
        return _is_address(name)


def guarded(app: AsgiApp, access: Access, refuse: Refuse, is_open: Callable[[Scope], bool]) -> AsgiApp:
    """The application behind these rules."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                access.check(scope, is_open=access.token is not None and is_open(scope))
            except Refused as refused:
                await send_response(send, refuse(refused))
                return
        await app(scope, receive, send)

    return guard


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(256)
def _is_address(name: str) -> bool:
    """Clients ask by the same few names again and again."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_same(origin: bytes, host: bytes | None) -> bool:
    """Whether a page of that origin came from here."""
    _, _, authority = origin.partition(b"://")
    return host is not None and authority.lower() == host.lower()


def _is_equal(token: str, given: bytes | None) -> bool:
    return given is not None and hmac.compare_digest(token.encode(), given)


def _name_of(host: bytes) -> str:
    """The name or address, without its port."""
    text = host.decode("latin-1").strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if text.count(":") == 1 else text


def _shown(value: bytes) -> str:
    return repr(value[:100].decode("ascii", "backslashreplace"))


def _denied(message: str) -> Refused:
    return Refused(Code.ACCESS_DENIED, message)
