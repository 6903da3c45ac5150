"""Official names that mean nothing in everstep, but that code may mention: so that it can be imported.

The exceptions below are never raised here; an `except` clause for one of them is simply never entered.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from time import time
from typing import Any, Self, TypeAlias, TypedDict

from everstep.errors import DurableExecutionsError, SuspendExecution
from everstep.sdk.serdes import PassThroughSerDes, SerDes

Numeric: TypeAlias = int | float
GeneratePreview: TypeAlias = Callable[[Any], dict[str, Any] | None]
PASS_THROUGH_SERDES: SerDes[Any] = PassThroughSerDes()

BAD_REQUEST_ERROR = 400
TOO_MANY_REQUESTS_ERROR = 429
SERVICE_ERROR = 500
INVALID_PARAMETER_VALUE_EXCEPTION = "InvalidParameterValueException"
INVALID_CHECKPOINT_TOKEN_PREFIX = "Invalid checkpoint token"


class CallbackTimeoutType(StrEnum):
    """The error types of a callback that was not answered in time."""

    TIMEOUT = "Callback.Timeout"
    HEARTBEAT = "Callback.Heartbeat"


class DurableApiErrorCategory(StrEnum):
    """What a refused call of the service ends; here `ServiceError.is_retryable()` says it."""

    INVOCATION = "INVOCATION"
    EXECUTION = "EXECUTION"


CheckpointErrorCategory = DurableApiErrorCategory


class AwsErrorObj(TypedDict):
    Code: str | None
    Message: str | None


class AwsErrorMetadata(TypedDict):
    RequestId: str | None
    HostId: str | None
    HTTPStatusCode: int | None
    HTTPHeaders: str | None
    RetryAttempts: str | None


class BackgroundThreadError(BaseException):
    """Never raised here: an error of a background thread ends the invocation as what it is."""

    def __init__(self, message: str, source_exception: Exception) -> None:
        super().__init__(message)
        self.source_exception = source_exception


class OrphanedChildException(BaseException):
    """Never raised here: a branch that is not needed any more gets SuspendExecution, or is cancelled."""

    def __init__(self, message: str, operation_id: str) -> None:
        super().__init__(message)
        self.operation_id = operation_id


class TimedSuspendExecution(SuspendExecution):
    """Never raised here: when to go on is the service's affair."""

    def __init__(self, message: str, scheduled_timestamp: float) -> None:
        super().__init__(message)
        self.scheduled_timestamp = scheduled_timestamp

    @classmethod
    def from_delay(cls, message: str, delay_seconds: int) -> Self:
        return cls(message, time() + delay_seconds)

    @classmethod
    def from_datetime(cls, message: str, datetime_timestamp: datetime) -> Self:
        return cls(message, datetime_timestamp.timestamp())


class OrderedLockError(DurableExecutionsError):
    """Never raised here: there is no such lock."""

    def __init__(self, message: str, source_exception: Exception | None = None) -> None:
        super().__init__(message)
        self.source_exception = source_exception
