"""How the API says no.

A `Refused` is raised by the pure core, by queries and by clients alike; the HTTP adapter turns it into a status, a
header and a body, and the HTTP client turns those back into a `Refused`. Codes and statuses: Lambda API model.
"""

from enum import StrEnum

from everstep.core.model import Arn


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
    ACCESS_DENIED = "AccessDeniedException"
    UNRECOGNIZED_CLIENT = "UnrecognizedClientException"
    SERVICE = "ServiceException"
    KMS_ACCESS_DENIED = "KMSAccessDeniedException"
    KMS_DISABLED = "KMSDisabledException"
    KMS_INVALID_STATE = "KMSInvalidStateException"
    KMS_NOT_FOUND = "KMSNotFoundException"

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
    Code.ACCESS_DENIED: 403,
    Code.UNRECOGNIZED_CLIENT: 401,
    Code.SERVICE: 500,
    Code.KMS_ACCESS_DENIED: 502,
    Code.KMS_DISABLED: 502,
    Code.KMS_INVALID_STATE: 502,
    Code.KMS_NOT_FOUND: 502,
}

INVALID_TOKEN = "Invalid checkpoint token"
"""The exact text by which SDKs recognise a stale token; they retry the invocation instead of failing it."""


class Refused(Exception):
    """A request that was not carried out; nothing was changed by it."""

    def __init__(self, code: Code, message: str, *, arn: Arn | None = None) -> None:
        super().__init__(f"{code.value}: {message}")
        self.code = code
        self.message = message
        self.arn = arn
        """The execution that stands in the way, where there is one."""


def invalid(message: str) -> Refused:
    """The commonest refusal: a parameter's value does not fit the state or the rules."""
    return Refused(Code.INVALID_PARAMETER, message)


def stale_token() -> Refused:
    return invalid(INVALID_TOKEN)


def not_found(message: str = "Durable Execution does not exist") -> Refused:
    return Refused(Code.NOT_FOUND, message)
