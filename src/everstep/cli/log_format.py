"""How a service writes its log to stderr: lines for people, or one JSON object for each record.

    12:00:01 order-17 SUCCEEDED after 1.204 s
    {"ts": "2026-…Z", "level": "INFO", "event": "execution_ended", "arn": "…", "function": "order", …}

Every `extra` of a record is a member of its own; none of them is ever a payload.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

import click

from everstep.cli.failure import sentence_for

F = TypeVar("F", bound=Callable[..., Any])

LOGGER = "everstep"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "event", "taskName"}


class LogFormat(StrEnum):
    JSON = "json"
    PRETTY = "pretty"


class JsonLines(logging.Formatter):
    """One record, one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "event": getattr(record, "event", "trouble" if record.levelno >= logging.WARNING else "note"),
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line |= {"error_type": type(error).__name__, "stack": traceback.format_tb(error.__traceback__)}
        return json.dumps(line, ensure_ascii=False, default=str)


class PrettyLines(logging.Formatter):
    """The sentence; with the time where it is about an execution, and the level where it is bad."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [record.getMessage()]
        if record.levelno >= logging.WARNING:
            parts.insert(0, record.levelname)
        if hasattr(record, "arn") or record.levelno >= logging.WARNING:
            parts.insert(0, datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S"))
        text = " ".join(parts)
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class _Stderr(logging.Handler):
    """Whatever stderr is at the moment of the record."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except (OSError, ValueError):  # nobody reads it any more; the service goes on
            return


@contextmanager
def logging_as(form: LogFormat, level: int = logging.INFO) -> Iterator[None]:
    """Inside, records of ours are written in this form.

    In JSON a command that cannot be carried out says so as a record too, and ends with exit code 2.
    """
    handler = _Stderr()
    handler.setFormatter(JsonLines() if form is LogFormat.JSON else PrettyLines())
    ours = logging.getLogger(LOGGER)
    before = ours.level, ours.propagate
    ours.addHandler(handler)
    ours.setLevel(level)
    ours.propagate = False
    try:
        yield
    except Exception as error:
        sentence = sentence_for(error)
        if form is LogFormat.PRETTY or sentence is None:
            raise
        ours.error("%s", sentence, extra={"event": _refusal(error)})
        raise click.exceptions.Exit(2) from error
    finally:
        ours.removeHandler(handler)
        ours.setLevel(before[0])
        ours.propagate = before[1]


def _refusal(error: Exception) -> str:
    from everstep.cli.door import BindRefused
    from everstep.service.http.serve import CannotListenError

    return "bind_refused" if isinstance(error, BindRefused | CannotListenError) else "start_refused"


def log_options(function: F) -> Callable[..., Any]:
    """Has the command write its log as it was asked to; the command learns of the form as `log_format`."""

    @click.option(
        "--log-format",
        "log_format",
        type=click.Choice([form.value for form in LogFormat]),
        default=LogFormat.PRETTY.value,
        show_default=True,
        help="How the log is written to stderr: one JSON object for each line, or sentences.",
    )
    @click.option(
        "--log-level",
        type=click.Choice(["info", "warning", "error"]),
        default="info",
        show_default=True,
        help="What is left out of the log: everything that is less bad.",
    )
    @wraps(function)
    def logged(*, log_format: str, log_level: str, **wished: Any) -> Any:
        form = LogFormat(log_format)
        level = logging.getLevelNamesMapping()[log_level.upper()]
        if wished.get("as_json") and form is LogFormat.PRETTY:
            level = max(level, logging.WARNING)  # whoever reads stdout as a program reads no sentences
        with logging_as(form, level):
            return function(log_format=form, **wished)

    return logged
