"""How large texts are on the wire: UTF-8 bytes."""

from everstep.core.model import ErrorObject


def text_bytes(text: str | None) -> int:
    """UTF-8 size of a text; 0 for None. A lone surrogate counts as the three bytes that it would take."""
    if text is None:
        return 0
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def error_bytes(error: ErrorObject | None) -> int:
    """Size of an error: the sum of its texts; 0 for None."""
    if error is None:
        return 0
    return sum(map(text_bytes, (error.message, error.type, error.data, *(error.stack_trace or ()))))
