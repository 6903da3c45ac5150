"""What an engine raises at its callers. Mistakes in arguments are `everstep.ValidationError`, as everywhere.

EngineError
|-- EngineClosedError       it is not open, or was closed while somebody waited
|-- NotFoundError           there is no such execution or callback, or no longer
|-- AlreadyStartedError     the name belongs to an execution with another input; .arn
`-- CallbackClosedError     the callback has its answer, or its time is over
ExecutionFailedError        the execution ended without a result; .error_type, .message, .data, .stack_trace
|-- ExecutionTimedOutError
`-- ExecutionStoppedError
"""

from collections.abc import Iterator
from contextlib import contextmanager

from everstep.core.model import Arn
from everstep.core.refusal import Code, Refused
from everstep.errors import DurableExecutionsError, DurableOperationError


class EngineError(DurableExecutionsError):
    """The engine did not carry out what it was asked for; nothing was changed."""


class EngineClosedError(EngineError):
    """The engine is not open, or was closed meanwhile."""


class NotFoundError(EngineError):
    """There is no such execution or callback, or no longer."""


class AlreadyStartedError(EngineError):
    """The name belongs to another execution of the function, whose ARN is `arn`: its input is not the same."""

    def __init__(self, message: str, arn: Arn | None) -> None:
        super().__init__(message)
        self.arn = arn


class CallbackClosedError(EngineError):
    """The callback has its answer already, or its time is over."""


class ExecutionFailedError(DurableOperationError):
    """The execution ended without a result.

    `error_type` names the error that ended it, `message` is that error's text; `__cause__` is the same error as the
    type that an `except` clause would catch inside the function, as `StepError`.
    """


class ExecutionTimedOutError(ExecutionFailedError):
    """It took longer than it was allowed to."""


class ExecutionStoppedError(ExecutionFailedError):
    """Somebody stopped it."""


@contextmanager
def refusals_as_errors() -> Iterator[None]:
    """What the service refuses is raised as an EngineError."""
    try:
        yield
    except Refused as refused:
        raise _error_of(refused) from refused


def _error_of(refused: Refused) -> EngineError:
    match refused.code:
        case Code.NOT_FOUND:
            return NotFoundError(refused.message)
        case Code.ALREADY_STARTED:
            return AlreadyStartedError(refused.message, refused.arn)
        case Code.CALLBACK_TIMEOUT:
            return CallbackClosedError(refused.message)
        case _:
            return EngineError(refused.message)
