"""Exceptions to records and back.

A record always fits what services accept: texts that are too long are cut, and say so. Otherwise an exception with
the text of a whole response could not be reported at all, and its step would fail for another reason every time.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import NoReturn

from everstep.core.limits import ERROR_BYTES_MAX, KIB
from everstep.core.model import ErrorObject
from everstep.core.sizes import error_bytes, text_bytes
from everstep.errors import DurableOperationError, SerDesError, raise_recorded, type_name

_STACK_LINES_MAX = 50
"""Enough to find the place; a deep recursion must not fill the error's size limit."""
_CUT_BYTES = ERROR_BYTES_MAX - 4 * KIB
"""What is left of a record that is cut: small enough for the contexts around to record it again under other names."""
_STACK_LINE_BYTES_MAX = 1024
_TYPE_BYTES_MAX = 1024
"""Names of types and places are never that long; they are cut only where the whole record is too large."""
_OWN_PACKAGE = "everstep."


def error_object(error: BaseException) -> ErrorObject:
    """The record of an exception: its type, its text and where in the author's code it was raised."""
    if isinstance(error, DurableOperationError | SerDesError):
        kind = SerDesError if isinstance(error, SerDesError) else type(error)
        stack = tuple(error.stack_trace) if error.stack_trace else None
        return fitting(ErrorObject(message=error.message, type=type_name(kind), data=error.data, stack_trace=stack))
    lines = tuple(deque(_stack_lines(error.__traceback__), maxlen=_STACK_LINES_MAX))
    return fitting(ErrorObject(message=_text(error), type=type_name(type(error)), stack_trace=lines or None))


def fitting(error: ErrorObject) -> ErrorObject:
    """The record, cut where it is larger than what may be recorded; message and data share what room there is."""
    if error_bytes(error) <= ERROR_BYTES_MAX:
        return error
    stack = tuple(_cut(line, _STACK_LINE_BYTES_MAX) for line in (error.stack_trace or ())[-_STACK_LINES_MAX:])
    short = ErrorObject(type=error.type and _cut(error.type, _TYPE_BYTES_MAX), stack_trace=stack or None)
    room = _CUT_BYTES - error_bytes(short)
    message = error.message and _cut(error.message, max(room // 2, room - text_bytes(error.data)))
    data = error.data and _cut(error.data, room - text_bytes(message))
    return replace(short, message=message, data=data)


def _cut(text: str, bytes_max: int) -> str:
    size = text_bytes(text)
    if size <= bytes_max:
        return text
    mark = f"... (cut, {size} bytes)"
    return text.encode("utf-8", "ignore")[: bytes_max - len(mark)].decode("utf-8", "ignore") + mark


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
