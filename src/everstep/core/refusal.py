"""How the API says no.

A `Refused` is raised by the pure core, by queries and by clients alike; the HTTP adapter turns it into a status, a
header and a body, and the HTTP client turns those back into a `Refused`. Codes and statuses: Lambda API model.
"""

from enum import StrEnum


class Code(StrEnum):
    """The error codes that a caller can meet."""

    INVALID_PARAMETER = "InvalidParameterValueException"
    VALIDATION = "ValidationException"
    SERIALIZATION = "SerializationException"
    INVALID_CONTENT = "InvalidRequestContentException"
    CALLBACK_TIMEOUT = "CallbackTimeoutException"
    NOT_FOUND = "ResourceNotFoundException"
    CONFLICT = "ResourceConflictException"
    ALREADY_STARTED = "DurableExecutionAlreadyStartedException"
    TOO_LARGE = "RequestTooLargeException"
    TOO_MANY = "TooManyRequestsException"
    METHOD_NOT_ALLOWED = "MethodNotAllowedException"
    SERVICE = "ServiceException"

    @property
    def http_status(self) -> int:
        return _HTTP_STATUS.get(self, 400)


_HTTP_STATUS = {
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.CONFLICT: 409,
    Code.ALREADY_STARTED: 409,
    Code.TOO_LARGE: 413,
    Code.TOO_MANY: 429,
    Code.SERVICE: 500,
}

INVALID_TOKEN = "Invalid checkpoint token"
"""The exact text by which SDKs recognise a stale token; they retry the invocation instead of failing it."""


class Refused(Exception):
    """A request that was not carried out; nothing was changed by it."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(f"{code.value}: {message}")
        self.code = code
        self.message = message


def invalid(message: str) -> Refused:
    """The commonest refusal: a parameter's value does not fit the state or the rules."""
    return Refused(Code.INVALID_PARAMETER, message)


def stale_token() -> Refused:
    return invalid(INVALID_TOKEN)


def not_found(message: str = "Durable Execution does not exist") -> Refused:
    return Refused(Code.NOT_FOUND, message)
