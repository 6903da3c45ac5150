"""The durable API through a boto3 client that the author made.

For whoever already has one configured: assumed roles, proxies, stubs in tests. boto3 itself is never imported here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Arn, CheckpointToken
from everstep.core.wire.requests import decode_checkpoint_reply, decode_state_page, encode_checkpoint_request
from everstep.core.wire.text import Json
from everstep.errors import CheckpointError, GetExecutionStateError, ServiceError, ValidationError
from everstep.sdk.clients.verdict import refused, unreachable

T = TypeVar("T")

_CALLS = ("checkpoint_durable_execution", "get_durable_execution_state")


class BotoClient:
    """Calls the service that `client`, a boto3 client of Lambda, calls. Raises ValidationError if it cannot."""

    def __init__(self, client: Any) -> None:
        missing = [name for name in _CALLS if not callable(getattr(client, name, None))]
        if missing:
            raise ValidationError(
                f'a {type(client).__name__} has no {missing[0]}; give a boto3.client("lambda") of a boto3 that knows '
                "durable functions"
            )
        self._client = client

    @property
    def is_local(self) -> bool:
        return False

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        members = encode_checkpoint_request(request)
        return _read(
            CheckpointError,
            decode_checkpoint_reply,
            lambda: self._client.checkpoint_durable_execution(DurableExecutionArn=arn, **members),
        )

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        page = {"Marker": marker} if marker else {}
        return _read(
            GetExecutionStateError,
            decode_state_page,
            lambda: self._client.get_durable_execution_state(
                DurableExecutionArn=arn, CheckpointToken=token, MaxItems=max_items, **page
            ),
        )


def _read(kind: type[ServiceError], decode: Callable[[Json], T], call: Callable[[], Any]) -> T:
    try:
        answer = call()
    except Exception as error:
        raise _failure(kind, error) from error
    try:
        return decode(_as_json(answer))
    except ValueError as error:
        raise unreachable(kind, f"the answer cannot be read: {error}") from error


def _failure(kind: type[ServiceError], error: Exception) -> ServiceError:
    """botocore's exceptions are known by their shape: those with an answer carry it as `response`."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        # Arguments that botocore refuses to send will be refused in every later invocation too.
        return unreachable(kind, f"{type(error).__name__}: {error}", retryable=not _is_ours(error))
    found = response.get("Error", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code, message = str(found.get("Code", status)), str(found.get("Message") or response.get("message") or "")
    return refused(kind, code=code, status=status, message=message)


def _is_ours(error: Exception) -> bool:
    return isinstance(error, TypeError | ValueError) or type(error).__name__ == "ParamValidationError"


def _as_json(value: Any) -> Json:
    """The answer as it came over the wire: boto3 has turned its moments into datetimes."""
    match value:
        case datetime():
            return value.timestamp()
        case dict():
            return {key: _as_json(member) for key, member in value.items() if key != "ResponseMetadata"}
        case list():
            return [_as_json(item) for item in value]
        case _:
            return value  # type: ignore[no-any-return]  # texts, numbers and booleans are their own JSON
