"""The end of an invocation: what the handler did becomes what the function answers.

A result too large for an answer is saved first, as the end of the execution; the answer is then a mere formality. An
error is never that large.
"""

from typing import TypeAlias, assert_never

from everstep.core.limits import OUTPUT_BYTES_MAX
from everstep.core.messages import InvocationOutput, InvocationStatus
from everstep.core.model import Action, Kind, OperationId, Update
from everstep.core.records import dataclass
from everstep.core.sizes import text_bytes
from everstep.core.wire.text import dump
from everstep.errors import InvocationError, SerDesError
from everstep.sdk.replay.failures import error_object
from everstep.sdk.replay.requests import Save, Script


@dataclass(frozen=True, slots=True)
class Finished:
    """The handler returned."""

    value: object


@dataclass(frozen=True, slots=True)
class Failed:
    """The handler raised."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Suspended:
    """Every branch waits for something outside, or the right to write was taken away."""


HandlerEnd: TypeAlias = Finished | Failed | Suspended


def failed(error: BaseException) -> Failed:
    """What the error makes of the handler; one that is no Exception ends the process, not the handler: it passes."""
    if not isinstance(error, Exception):
        raise error
    return Failed(error)


PENDING = InvocationOutput(status=InvocationStatus.PENDING)


def end(handler: HandlerEnd) -> Script[InvocationOutput]:
    """The function's answer. Raises InvocationError where the service must invoke again."""
    match handler:
        case Suspended():
            return PENDING
        case Finished(value=value):
            try:
                result = _result_text(value)
            except SerDesError as error:
                return _failed(error)
            if text_bytes(result) > OUTPUT_BYTES_MAX:
                yield Save(_success(result), wait=True)
                return InvocationOutput(status=InvocationStatus.SUCCEEDED, result="")
            return InvocationOutput(status=InvocationStatus.SUCCEEDED, result=result)
        case Failed(error=error):
            if isinstance(error, InvocationError) and error.is_retryable():
                raise error
            return _failed(error)
        case _:
            assert_never(handler)


def _failed(error: Exception) -> InvocationOutput:
    return InvocationOutput(status=InvocationStatus.FAILED, error=error_object(error))


def _result_text(value: object) -> str:
    try:
        return dump(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise SerDesError(
            f"The handler's result ({type(value).__name__}) cannot be written as JSON: {error}"
        ) from error


def _success(result: str) -> Update:
    """The update that closes the execution; the service does not look at its id."""
    return Update(id=OperationId("execution-result"), kind=Kind.EXECUTION, action=Action.SUCCEED, payload=result)
