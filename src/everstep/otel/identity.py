"""PURE: which trace and span something belongs to, computed so that every invocation comes to the same answer.

Nothing is kept between invocations, and they may run on different machines. So an execution's trace id is the one that
it was called with, else a hash of its ARN, and the ids of its spans are hashes of the ARN and the operation's id.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

_HEADER_VERSION = "1"
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestor:
    """What a trace header says of the caller; what is None it does not say."""

    trace_id: int
    span_id: int | None = None
    is_sampled: bool | None = None


def parse_header(text: str | None) -> Ancestor | None:
    """An `X-Amzn-Trace-Id`: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.

    None without a usable root: a parent is nothing without its trace.
    """
    parts = dict(part.strip().partition("=")[::2] for part in (text or "").split(";"))
    version, _, root = parts.get("Root", "").partition("-")
    trace_id = _number(root.replace("-", "", 1), 32)
    if version != _HEADER_VERSION or trace_id is None:
        return None
    return Ancestor(
        trace_id=trace_id,
        span_id=_number(parts.get("Parent", ""), 16),
        is_sampled={"1": True, "0": False}.get(parts.get("Sampled", "")),
    )


def header_of(ancestor: Ancestor) -> str:
    """The header from which another function learns whose work it does."""
    trace = f"{ancestor.trace_id:032x}"
    header = f"Root={_HEADER_VERSION}-{trace[:8]}-{trace[8:]}"
    if ancestor.span_id is not None:
        header += f";Parent={ancestor.span_id:016x}"
    return header if ancestor.is_sampled is None else f"{header};Sampled={int(ancestor.is_sampled)}"


def trace_id_of(arn: str, started_at: datetime | None) -> int:
    """The trace of an execution that nobody traced before it; begins with its time in seconds, as X-Ray wants it."""
    seconds = 0 if started_at is None else int(started_at.timestamp())
    return (seconds % 2**32) << 96 | _hash(f"trace:{arn}", 12)


def execution_span_id(arn: str) -> int:
    return _hash(f"execution:{arn}", 8)


def operation_span_id(arn: str, operation_id: str) -> int:
    return _hash(f"operation:{arn}:{operation_id}", 8)


def nanoseconds(moment: datetime) -> int:
    """Since 1970, without the rounding of a float."""
    since = moment - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def _hash(text: str, size: int) -> int:
    """Zero means "no id", so it is none."""
    return int.from_bytes(blake2b(text.encode(), digest_size=size).digest()) or 1


def _number(text: str, digits: int) -> int | None:
    if len(text) != digits or not all(letter in "0123456789abcdefABCDEF" for letter in text):
        return None
    return int(text, 16) or None
