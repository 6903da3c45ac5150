"""Exceptions to records and back."""

from collections.abc import Iterator
from types import TracebackType
from typing import NoReturn

from everstep.core.model import ErrorObject
from everstep.errors import DurableOperationError, SerDesError, raise_recorded, type_name

_STACK_LINES_MAX = 50
"""Enough to find the place; a deep recursion must not fill the error's size limit."""
_OWN_PACKAGE = "everstep."


def error_object(error: BaseException) -> ErrorObject:
    """The record of an exception: its type, its text and where in the author's code it was raised."""
    if isinstance(error, DurableOperationError | SerDesError):
        kind = SerDesError if isinstance(error, SerDesError) else type(error)
        stack = tuple(error.stack_trace) if error.stack_trace else None
        return ErrorObject(message=error.message, type=type_name(kind), data=error.data, stack_trace=stack)
    lines = tuple(_stack_lines(error.__traceback__))[-_STACK_LINES_MAX:]
    return ErrorObject(message=_text(error), type=type_name(type(error)), stack_trace=lines or None)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failure:  # an author's __str__ must not hide the error that it should describe
        return f"(its text could not be made: {type_name(type(failure))})"


def _stack_lines(traceback: TracebackType | None) -> Iterator[str]:
    """The frames outside this package, outermost first: what the author can do something about."""
    while traceback is not None:
        frame = traceback.tb_frame
        if not str(frame.f_globals.get("__name__", "")).startswith(_OWN_PACKAGE):
            code = frame.f_code
            yield f'File "{code.co_filename}", line {traceback.tb_lineno}, in {code.co_name}'
        traceback = traceback.tb_next


def raise_failure(error: ErrorObject | None, kind: type[DurableOperationError]) -> NoReturn:
    """Raise what a failed operation raises: `kind` with the recorded facts, the same on first run and replay.

    A serializer's failure stays a SerDesError, whatever operation it happened in.
    """
    error = error or ErrorObject()
    stack = list(error.stack_trace) if error.stack_trace is not None else None
    if error.type is not None and error.type.rpartition(".")[2] == SerDesError.__name__:
        cause = DurableOperationError(error.message, error.type, error.data, stack)
        raise SerDesError(error.message, error.type, error.data, stack) from cause
    raise_recorded(kind(error.message, error.type, error.data, stack))
