"""HTTP/1.1 to one endpoint, over connections that are kept open.

A connection that was open before may have been closed by the other side meanwhile (idle timeout, restart, a frozen
Lambda sandbox). If it turns out dead before any byte of an answer, the request is sent again at once over a new one.
Whoever calls must therefore send only requests that may be repeated.
"""

import socket
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from everstep.core.records import dataclass
from everstep.errors import ValidationError
from everstep.sdk.clients.exchange import Answer, NotHttpError, Request, read_answer, send

if TYPE_CHECKING:
    import ssl

__all__ = ["Answer", "Connections", "Endpoint", "Request", "Unreachable", "parse_endpoint"]

IDLE_MAX = 10
"""Connections that are kept open between calls; calls of one function seldom overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a service listens."""

    scheme: str
    host: str
    port: int | None = None
    """None: the scheme's own."""
    prefix: str = ""
    """Path in front of every other path, without a slash at its end."""

    @property
    def authority(self) -> str:
        """Host and port as the Host header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.prefix}"


def parse_endpoint(url: str) -> Endpoint:
    """The parts of the URL. Raises ValidationError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValidationError(f"the endpoint {url!r} is not a URL: {error}") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.query or parts.fragment or parts.username is not None:
        raise ValidationError(f"an endpoint looks like http://127.0.0.1:9014 or https://host, got {url!r}")
    own = port is None or port == _PORTS[parts.scheme]
    return Endpoint(scheme=parts.scheme, host=parts.hostname, port=None if own else port, prefix=parts.path.rstrip("/"))


_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """No complete answer came; whether the request had an effect is unknown."""


class Connections:
    """Owns the open connections to one endpoint. Safe to use from many threads at once."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        connect_seconds: float = 5.0,
        read_seconds: float = 55.0,
        ca_bundle: str | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._tls = _tls_context(ca_bundle) if endpoint.scheme == "https" else None
        # The operations of a deque are atomic, so threads need no lock around it.
        self._idle: deque[socket.socket] = deque()

    def exchange(self, request: Request) -> Answer:
        """Send the request and read the whole answer. Raises Unreachable."""
        try:
            return self._over_idle(request) or self._over_new(request)
        except (OSError, NotHttpError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"no answer from {self._endpoint.url}: {reason}") from error

    def close(self) -> None:
        """Close what is idle; later calls open new connections."""
        while self._idle:
            self._idle.pop().close()

    def _over_idle(self, request: Request) -> Answer | None:
        """The answer over a connection that was open before; None if there is none alive."""
        try:
            sock = self._idle.pop()
        except IndexError:
            return None
        try:
            return self._over(sock, request)
        except TimeoutError:
            raise  # it is alive, and slow
        except OSError:  # errors of TLS included
            return None

    def _over_new(self, request: Request) -> Answer:
        address = (self._endpoint.host, self._endpoint.port or _PORTS[self._endpoint.scheme])
        sock = socket.create_connection(address, timeout=self._connect_seconds)
        try:
            # A request is sent in one piece; there is nothing that waiting could join to it.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_hostname=self._endpoint.host)
            sock.settimeout(self._read_seconds)
        except BaseException:
            sock.close()
            raise
        return self._over(sock, request)

    def _over(self, sock: socket.socket, request: Request) -> Answer:
        """The answer; the connection is kept if it may be used again."""
        try:
            send(sock, request)
            answer = read_answer(sock)
        except BaseException:
            sock.close()
            raise
        if answer.is_last or len(self._idle) >= IDLE_MAX:
            sock.close()
        else:
            self._idle.append(sock)
        return answer


def _tls_context(ca_bundle: str | None) -> "ssl.SSLContext":
    import ssl  # Most services of a developer's machine speak no TLS, and loading it takes longer than all of this.

    return ssl.create_default_context(cafile=ca_bundle)
