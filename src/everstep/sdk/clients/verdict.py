"""Whether another invocation may succeed where this call failed.

| the service said | retry |
| --- | --- |
| nothing (network, timeout) | yes |
| 429, 5xx | yes |
| 400 InvalidParameterValueException "Invalid checkpoint token…" | yes: the next invocation gets a fresh token |
| KMS…Exception, although its status is 502 | no: the key's owner must act |
| anything else | no |
"""

from typing import TypeVar

from everstep.core.refusal import INVALID_TOKEN, Code
from everstep.errors import CheckpointError, GetExecutionStateError, ServiceError

E = TypeVar("E", bound=ServiceError)

_CALLS: dict[type[ServiceError], str] = {CheckpointError: "save progress", GetExecutionStateError: "read the state"}


def refused(kind: type[E], *, code: str, status: int, message: str) -> E:
    """The error for an answer that says no."""
    call = _call(kind)
    return kind(
        f"the service refused to {call}: {code} ({status}): {message or 'no reason given'}",
        code=code,
        status=status,
        retryable=_is_stale_token(code, status, message) or _is_passing(code, status),
    )


def unreachable(kind: type[E], reason: str, *, retryable: bool = True) -> E:
    """The error for a call without a usable answer."""
    return kind(f"could not {_call(kind)}: {reason}", retryable=retryable)


def is_worth_repeating(error: ServiceError) -> bool:
    """Whether the same call may succeed in a moment. A stale token stays stale, only another invocation helps."""
    return error.is_retryable() and error.status != 400


def _is_stale_token(code: str, status: int, message: str) -> bool:
    """Whether the right to write was used up or belongs to an earlier invocation."""
    # Services disagree about the capitals of this text, and the official emulator sends no code but the status.
    return (
        status == 400 and code in (Code.INVALID_PARAMETER, "400") and message.lower().startswith(INVALID_TOKEN.lower())
    )


def _is_passing(code: str, status: int) -> bool:
    return not code.startswith("KMS") and (status == 429 or status >= 500)


def _call(kind: type[ServiceError]) -> str:
    return _CALLS.get(kind, "carry out the request")
