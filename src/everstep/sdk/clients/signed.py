"""Signed calls of one service, with nothing but the standard library.

A call that met a disturbance (no answer, 429, 5xx) is repeated after a short pause, so whoever calls must send only
what may be repeated. A service that is too busy says when to come back (429 with Retry-After): it is obeyed, and being
put off is no failed try.
"""

import os
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from everstep.core.records import dataclass
from everstep.core.wire.errors import decode_refusal
from everstep.errors import ServiceError
from everstep.sdk.clients.connection import Answer, Connections, Request, Unreachable
from everstep.sdk.clients.credentials import CredentialsSource, CredentialsUnavailable
from everstep.sdk.clients.settings import read_config
from everstep.sdk.clients.signing import Credentials, SignableRequest, query_text, sign
from everstep.sdk.clients.verdict import is_worth_repeating, refused, unreachable
from everstep.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a client waits, in seconds, and how often it tries."""

    connect_seconds: float = 5.0
    read_seconds: float = 55.0
    """Longer than any honest answer takes."""
    tries_max: int = 3
    backoff_seconds: float = 1.0
    """The longest pause before the second try; it doubles with each further one, and chance shortens it."""
    busy_seconds: float = 60.0
    """How long a busy service may put a call off, all in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One request, as the API's reference writes it."""

    method: str
    path: str
    """Below the endpoint, percent-encoded."""
    query: tuple[tuple[str, str], ...] = ()
    """Not encoded yet."""
    headers: Mapping[str, str] | None = None
    body: bytes = b""
    """JSON, if anything."""


class SignedCalls:
    """Calls one service. Safe to use from many threads at once.

    What is not given comes from the environment: AWS_ENDPOINT_URL_LAMBDA or AWS_ENDPOINT_URL (default: AWS in the
    region), AWS_REGION or AWS_DEFAULT_REGION, credentials from the usual places. Raises ValidationError if that is not
    enough.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        region: str | None = None,
        credentials: Credentials | CredentialsSource | None = None,
        *,
        patience: Patience | None = None,
    ) -> None:
        self._config = read_config(os.environ, endpoint, region, credentials)
        self._patience = patience or Patience()
        self._connections = Connections(
            self._config.endpoint,
            connect_seconds=self._patience.connect_seconds,
            read_seconds=self._patience.read_seconds,
            ca_bundle=self._config.ca_bundle,
        )

    def call(self, kind: type[ServiceError], asking: Asking) -> Answer:
        """The answer. Raises an error of this kind when the service refuses, or none comes."""
        request = SignableRequest(
            method=asking.method,
            host=self._config.endpoint.authority,
            path=f"{self._config.endpoint.prefix}{asking.path}",
            query=asking.query,
            headers={**(asking.headers or {}), **({"Content-Type": "application/json"} if asking.body else {})},
            body=asking.body,
        )
        tries, put_off = 0, 0.0
        while True:
            tries += 1
            pause = random.random() * self._patience.backoff_seconds * 2 ** (tries - 1)
            try:
                answer = self._exchange(kind, request)
                if 200 <= answer.status < 300:
                    return answer
                told = _told_pause(answer)
                if told is not None and put_off + told <= self._patience.busy_seconds:
                    tries, put_off = tries - 1, put_off + told
                    pause = told * (1 + random.random() / 2)  # not all at once again
                else:
                    raise _refusal(kind, answer)
            except ServiceError as error:
                if tries >= self._patience.tries_max or not is_worth_repeating(error):
                    raise
            time.sleep(pause)

    def close(self) -> None:
        """Close the connections that are kept open; calls may go on."""
        self._connections.close()

    def _exchange(self, kind: type[ServiceError], request: SignableRequest) -> Answer:
        try:
            return self._connections.exchange(self._signed(request))
        except (Unreachable, CredentialsUnavailable) as error:
            raise unreachable(kind, str(error)) from error

    def _signed(self, request: SignableRequest) -> Request:
        """Signed anew for each try, because a signature is good for some minutes only."""
        headers = sign(request, self._config.credentials(), self._config.region, datetime.now(UTC))
        query = query_text(request.query)
        return Request(
            method=request.method,
            target=f"{request.path}?{query}" if query else request.path,
            # A proxy may rewrite the User-Agent, so the signature does not cover it.
            headers={**headers, "User-Agent": f"everstep/{__version__}"},
            body=request.body or None,
        )


def _refusal(kind: type[ServiceError], answer: Answer) -> ServiceError:
    code, message = decode_refusal(answer.status, answer.error_type, answer.body)
    return refused(kind, code=code, status=answer.status, message=message)


def _told_pause(answer: Answer) -> float | None:
    """The seconds after which a busy service wants to be asked again; None when it has not said so."""
    told = answer.headers.get("retry-after", "") if answer.status == 429 else ""
    return float(told) if told.isdecimal() and len(told) < 6 else None
