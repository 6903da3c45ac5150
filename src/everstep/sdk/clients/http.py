"""The durable API over HTTP, with nothing but the standard library.

    checkpoint  POST /2025-12-01/durable-executions/{arn}/checkpoint
    get_state   GET  /2025-12-01/durable-executions/{arn}/state

A call that met a disturbance is repeated (see `signed`). Every repetition carries the same ClientToken, so that a
checkpoint whose answer was lost is not taken for a second one.
"""

from dataclasses import replace
from functools import lru_cache
from uuid import uuid4

from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Arn, CheckpointToken
from everstep.core.wire.requests import decode_checkpoint_reply, decode_state_page, encode_checkpoint_request
from everstep.core.wire.text import dump, load
from everstep.errors import CheckpointError, GetExecutionStateError
from everstep.sdk.clients.credentials import CredentialsSource
from everstep.sdk.clients.signed import Asking, Patience, SignedCalls
from everstep.sdk.clients.signing import Credentials, encode
from everstep.sdk.clients.verdict import unreachable

__all__ = ["HttpClient", "Patience"]


class HttpClient:
    """Calls one service. Safe to use from many threads at once.

    What is not given comes from the environment, as `SignedCalls` says. Raises ValidationError if that is not enough.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        region: str | None = None,
        credentials: Credentials | CredentialsSource | None = None,
        *,
        patience: Patience | None = None,
    ) -> None:
        self._calls = SignedCalls(endpoint, region, credentials, patience=patience)

    @property
    def is_local(self) -> bool:
        return False

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        if request.client_token is None:
            request = replace(request, client_token=str(uuid4()))
        body = dump(encode_checkpoint_request(request)).encode()
        answer = self._calls.call(CheckpointError, Asking(method="POST", path=_path(arn, "checkpoint"), body=body))
        try:
            return decode_checkpoint_reply(load(answer.body))
        except ValueError as error:
            raise unreachable(CheckpointError, f"the answer cannot be read: {error}") from error

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        query = {"CheckpointToken": token, "Marker": marker, "MaxItems": str(max_items)}
        given = tuple((name, value) for name, value in query.items() if value)
        asking = Asking(method="GET", path=_path(arn, "state"), query=given)
        answer = self._calls.call(GetExecutionStateError, asking)
        try:
            return decode_state_page(load(answer.body))
        except ValueError as error:
            raise unreachable(GetExecutionStateError, f"the answer cannot be read: {error}") from error

    def close(self) -> None:
        """Close the connections that are kept open; the client may be used again."""
        self._calls.close()


@lru_cache(64)
def _path(arn: Arn, act: str) -> str:
    return f"/2025-12-01/durable-executions/{encode(arn)}/{act}"
