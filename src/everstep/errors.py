"""Every exception that code using this package can meet.

    DurableExecutionsError
    |-- PluginLoadError            a plugin cannot be used, found when the function was defined
    |-- ValidationError            the caller's mistake, found before anything was saved
    |-- InvalidStateError          something was used at a moment when it cannot work
    |-- SagaError                  compensations or cleanups failed; .failures, and the block's own error as its cause
    |-- SerDesError                a value could not be turned into text or back; .error_type, .message
    |-- UnrecoverableError         ends the invocation; .termination_reason
    |   |-- ExecutionError         the execution fails, no retry
    |   |   `-- NonDeterministicExecutionError   the code no longer matches its own history; .step_id
    |   `-- InvocationError        the invocation fails, the service tries again
    |       |-- ServiceError       the service refused or could not be reached; .code, .status, .is_retryable()
    |       |   |-- CheckpointError
    |       |   `-- GetExecutionStateError
    |       |-- StepInterruptedError             an at-most-once step was cut off by the end of its invocation
    |       `-- RetryableSerDesError             a serializer failed in a way that may pass
    `-- DurableOperationError      an operation gave up; .error_type, .message, .data, .stack_trace
        |-- StepError
        |-- InvokeError
        |-- ChildContextError
        |-- WaitForConditionError
        |-- BatchCompletionError                 a custom decision ended a map or parallel as failed
        `-- CallbackError
            |-- CallbackExternalError            the outside world reported a failure
            |-- CallbackTimeoutError             it did not answer in time
            `-- CallbackSubmitterError           the callback could not be handed out

    SuspendExecution (BaseException)   not an error: the invocation ends here and the execution goes on later

The names are those of the official Python SDK, so that an `except` clause survives a change of import. An
operation's error is the same on the first run and on every replay: it is rebuilt from what was saved, and its
`__cause__` is a `DurableOperationError` with the same facts, never the original exception.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn


class TerminationReason(StrEnum):
    """Why an invocation or an execution was ended by the SDK."""

    UNHANDLED_ERROR = "UNHANDLED_ERROR"
    INVOCATION_ERROR = "INVOCATION_ERROR"
    EXECUTION_ERROR = "EXECUTION_ERROR"
    CHECKPOINT_FAILED = "CHECKPOINT_FAILED"
    NON_DETERMINISTIC_EXECUTION = "NON_DETERMINISTIC_EXECUTION"
    STEP_INTERRUPTED = "STEP_INTERRUPTED"
    SERIALIZATION_ERROR = "SERIALIZATION_ERROR"


class DurableExecutionsError(Exception):
    """Base of everything in this tree that is an error."""


class PluginLoadError(DurableExecutionsError):
    """A plugin cannot be loaded or does not fit; raised when the function is defined."""


class ValidationError(DurableExecutionsError):
    """Arguments that cannot be right; raised before anything was saved."""


class InvalidStateError(DurableExecutionsError):
    """Something was used at a moment when it cannot work."""


class SagaError(DurableExecutionsError):
    """Not everything could be undone at the end of a saga.

    `failures` are the errors of the compensations and cleanups that failed; all others were carried out. `__cause__`
    is the error of the block, None where it had not failed.
    """

    def __init__(self, message: str, failures: tuple[Exception, ...] = ()) -> None:
        super().__init__(message)
        self.failures = failures


class UnrecoverableError(DurableExecutionsError):
    """Ends the invocation; `termination_reason` says why."""

    def __init__(self, message: str, termination_reason: TerminationReason) -> None:
        super().__init__(message)
        self.termination_reason = termination_reason


class ExecutionError(UnrecoverableError):
    """The execution fails; trying again would not help."""

    def __init__(self, message: str, termination_reason: TerminationReason = TerminationReason.EXECUTION_ERROR) -> None:
        super().__init__(message, termination_reason)


class NonDeterministicExecutionError(ExecutionError):
    """The code asks for another operation than its history holds at this place; `step_id` is the operation's id."""

    def __init__(self, message: str, step_id: str | None = None) -> None:
        super().__init__(message, TerminationReason.NON_DETERMINISTIC_EXECUTION)
        self.step_id = step_id


class InvocationError(UnrecoverableError):
    """The invocation fails; the service invokes again."""

    def __init__(
        self, message: str, termination_reason: TerminationReason = TerminationReason.INVOCATION_ERROR
    ) -> None:
        super().__init__(message, termination_reason)

    def is_retryable(self) -> bool:
        """Whether another invocation may succeed."""
        return True


class ServiceError(InvocationError):
    """The service refused a call or could not be reached.

    `code` and `status` are the API's error code and HTTP status, None where no answer came.
    """

    reason = TerminationReason.INVOCATION_ERROR

    def __init__(
        self, message: str, *, code: str | None = None, status: int | None = None, retryable: bool = True
    ) -> None:
        super().__init__(message, self.reason)
        self.code = code
        self.status = status
        self._retryable = retryable

    def is_retryable(self) -> bool:
        return self._retryable


class CheckpointError(ServiceError):
    """Progress could not be saved."""

    reason = TerminationReason.CHECKPOINT_FAILED


class GetExecutionStateError(ServiceError):
    """The recorded operations could not be read."""


class StepInterruptedError(InvocationError):
    """An at-most-once step had begun when its invocation ended; whether its body took effect is unknown."""

    def __init__(self, message: str, step_id: str | None = None) -> None:
        super().__init__(message, TerminationReason.STEP_INTERRUPTED)
        self.step_id = step_id


class RetryableSerDesError(InvocationError):
    """Raise it in a serializer for a failure that may pass: the invocation is tried again."""

    def __init__(self, message: str) -> None:
        super().__init__(message, TerminationReason.SERIALIZATION_ERROR)


class _Recorded(DurableExecutionsError):
    """An error with the four facts that the service keeps."""

    def __init__(
        self,
        message: str | None = None,
        error_type: str | None = None,
        data: str | None = None,
        stack_trace: list[str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_type = error_type or type_name(type(self))
        self.data = data
        self.stack_trace = stack_trace


class SerDesError(_Recorded):
    """A value could not be serialized or deserialized; permanent."""


class DurableOperationError(_Recorded):
    """An operation gave up.

    `error_type` names the error that ended it (`"ValueError"`), `message` is that error's text, `data` and
    `stack_trace` what was recorded with it.
    """

    @classmethod
    def from_error_fields(
        cls, error_type: str | None, message: str | None, data: str | None, stack_trace: list[str] | None
    ) -> DurableOperationError:
        """The error that these recorded facts describe; an unknown type becomes a plain DurableOperationError."""
        known = _KNOWN.get((error_type or "").rpartition(".")[2])
        target = known if known is not None and error_type in _recorded_names(known) else DurableOperationError
        return target(message, error_type, data, stack_trace)


class StepError(DurableOperationError):
    """A step failed for good."""


class InvokeError(DurableOperationError):
    """An invoked function failed, timed out or was stopped."""


class ChildContextError(DurableOperationError):
    """A child context failed."""


class WaitForConditionError(DurableOperationError):
    """A condition was not met, or its check failed."""


class CallbackError(DurableOperationError):
    """A callback did not succeed."""


class CallbackExternalError(CallbackError):
    """The outside world reported a failure."""


class CallbackTimeoutError(CallbackError):
    """No answer, or no heartbeat, in time."""


class CallbackSubmitterError(CallbackError):
    """The step that hands out the callback's id failed."""


class BatchCompletionError(DurableOperationError):
    """A custom decision ended a map or parallel as failed; `completion_reason` says so."""

    def __init__(
        self,
        completion_reason: str = "CUSTOM_COMPLETION_FAILED",
        message: str | None = None,
        error_type: str | None = None,
        data: str | None = None,
        stack_trace: list[str] | None = None,
    ) -> None:
        text = message or f"The batch was completed as failed by should_complete ({completion_reason})"
        super().__init__(text, error_type, data, stack_trace)
        self.completion_reason = completion_reason


class SuspendExecution(BaseException):
    """Not an error: this invocation ends here and the execution goes on later. Let it pass.

    It is no `Exception`, so that `except Exception` in a handler does not catch it.
    """

    def __init__(self, message: str = "the invocation is suspended; do not catch SuspendExecution") -> None:
        super().__init__(message)


_KNOWN: dict[str, type[DurableOperationError]] = {
    kind.__name__: kind
    for kind in (
        StepError,
        InvokeError,
        ChildContextError,
        WaitForConditionError,
        CallbackError,
        CallbackExternalError,
        CallbackTimeoutError,
        CallbackSubmitterError,
    )
}
_OFFICIAL_MODULE = "aws_durable_execution_sdk_python.exceptions"


def _recorded_names(kind: type[DurableOperationError]) -> tuple[str, str]:
    """Our name and the official SDK's, which histories from before a change of import contain."""
    return type_name(kind), f"{_OFFICIAL_MODULE}.{kind.__qualname__}"


def type_name(kind: type[object]) -> str:
    """How a type is written down: builtins bare, all others with their module."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def raise_recorded(error: DurableOperationError) -> NoReturn:
    """Raise an operation's error with a cause that carries the same facts, as every replay does."""
    raise error from DurableOperationError.from_error_fields(
        error.error_type, error.message, error.data, error.stack_trace
    )
