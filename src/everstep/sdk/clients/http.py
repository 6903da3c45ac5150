"""The durable API over HTTP, with nothing but the standard library.

    checkpoint  POST /2025-12-01/durable-executions/{arn}/checkpoint
    get_state   GET  /2025-12-01/durable-executions/{arn}/state

A call that met a disturbance (no answer, 429, 5xx) is repeated after a short pause. Every repetition carries the same
ClientToken, so that a checkpoint whose answer was lost is not taken for a second one.
"""

import os
import random
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Arn, CheckpointToken
from everstep.core.wire.errors import decode_refusal
from everstep.core.wire.requests import decode_checkpoint_reply, decode_state_page, encode_checkpoint_request
from everstep.core.wire.text import dump, load
from everstep.errors import CheckpointError, GetExecutionStateError, ServiceError
from everstep.sdk.clients.connection import Answer, Connections, Request, Unreachable
from everstep.sdk.clients.credentials import CredentialsSource, CredentialsUnavailable
from everstep.sdk.clients.settings import read_config
from everstep.sdk.clients.signing import Credentials, SignableRequest, encode, query_text, sign
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


class HttpClient:
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

    @property
    def is_local(self) -> bool:
        return False

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        if request.client_token is None:
            request = replace(request, client_token=str(uuid4()))
        body = dump(encode_checkpoint_request(request)).encode()
        answer = self._call(CheckpointError, self._signable("POST", arn, "checkpoint", body=body))
        try:
            return decode_checkpoint_reply(load(answer.body))
        except ValueError as error:
            raise unreachable(CheckpointError, f"the answer cannot be read: {error}") from error

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        query = {"CheckpointToken": token, "Marker": marker, "MaxItems": str(max_items)}
        given = tuple((name, value) for name, value in query.items() if value)
        answer = self._call(GetExecutionStateError, self._signable("GET", arn, "state", query=given))
        try:
            return decode_state_page(load(answer.body))
        except ValueError as error:
            raise unreachable(GetExecutionStateError, f"the answer cannot be read: {error}") from error

    def close(self) -> None:
        """Close the connections that are kept open; the client may be used again."""
        self._connections.close()

    def _signable(
        self, method: str, arn: Arn, act: str, *, query: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> SignableRequest:
        return SignableRequest(
            method=method,
            host=self._config.endpoint.authority,
            path=f"{self._config.endpoint.prefix}/2025-12-01/durable-executions/{encode(arn)}/{act}",
            query=query,
            headers={"Content-Type": "application/json"} if body else {},
            body=body,
        )

    def _call(self, kind: type[ServiceError], request: SignableRequest) -> Answer:
        tries = 0
        while True:
            tries += 1
            try:
                return self._try(kind, request)
            except ServiceError as error:
                if tries >= self._patience.tries_max or not is_worth_repeating(error):
                    raise
            time.sleep(random.random() * self._patience.backoff_seconds * 2 ** (tries - 1))

    def _try(self, kind: type[ServiceError], request: SignableRequest) -> Answer:
        try:
            answer = self._connections.exchange(self._signed(request))
        except (Unreachable, CredentialsUnavailable) as error:
            raise unreachable(kind, str(error)) from error
        if 200 <= answer.status < 300:
            return answer
        code, message = decode_refusal(answer.status, answer.error_type, answer.body)
        raise refused(kind, code=code, status=answer.status, message=message)

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
