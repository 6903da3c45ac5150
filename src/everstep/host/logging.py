"""Log records as Lambda writes them: one JSON object per line, or plain text.

Every `extra` of a record becomes a member of its own, so the execution's ARN, the operation and the attempt that
the SDK's logger adds can be searched for.
"""

import json
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO

RequestId = Callable[[], str | None]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_OURS = frozenset({"timestamp", "level", "message", "logger", "requestId", "errorType", "errorMessage", "stackTrace"})


def configure(stream: IO[str], *, request_id: RequestId, level: str = "INFO", as_json: bool = True) -> None:
    """Send the root logger to the stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(request_id) if as_json else TextFormatter(request_id))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.getLevelNamesMapping().get(level.upper(), logging.INFO))


class JsonFormatter(logging.Formatter):
    """One record, one line of JSON."""

    def __init__(self, request_id: RequestId) -> None:
        super().__init__()
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "timestamp": _iso(record.created),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        request_id = self._request_id()
        if request_id is not None:
            line["requestId"] = request_id
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD and name not in _OURS}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["errorType"] = type(error).__name__
            line["errorMessage"] = str(error)
            line["stackTrace"] = [text.rstrip("\n") for text in traceback.format_tb(error.__traceback__)]
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """Level, time, request id and message between tabs."""

    def __init__(self, request_id: RequestId) -> None:
        super().__init__()
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        head = f"[{record.levelname}]\t{_iso(record.created)}\t{self._request_id() or ''}\t{record.getMessage()}"
        return f"{head}\n{self.formatException(record.exc_info)}" if record.exc_info else head


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
