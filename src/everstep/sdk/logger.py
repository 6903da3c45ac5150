"""The logger that an author gets: it names its operation, and it is silent while history is replayed.

A line that was written when its part of the function really ran would otherwise be written again by every later
invocation.
"""

import inspect
import logging
from collections.abc import Callable, Mapping

from everstep.core.records import changed, dataclass
from everstep.sdk.types import LoggerInterface

_OUR_FRAMES = 2
"""Calls between the author's line and the logger underneath: `info` and `_log`."""


@dataclass(frozen=True, slots=True)
class LogInfo:
    """Where in an execution a line is written; what is None is not mentioned."""

    execution_arn: str
    parent_id: str | None = None
    operation_id: str | None = None
    name: str | None = None
    attempt: int | None = None

    def with_parent_id(self, parent_id: str) -> "LogInfo":
        return changed(self, parent_id=parent_id)

    def extra(self) -> dict[str, object]:
        """The fields of a log record; `operationName`, because a record's own `name` is taken."""
        fields = {
            "executionArn": self.execution_arn,
            "parentId": self.parent_id or None,
            "operationName": self.name or None,
            "attempt": self.attempt,
            "operationId": self.operation_id or None,
        }
        return {key: value for key, value in fields.items() if value is not None}


def _never() -> bool:
    return False


def _nothing() -> Mapping[str, object]:
    return {}


class Logger:
    """Adds the fields of its place to every line of the logger underneath.

    `is_replaying` is asked before each line and silences it. `suppress_replay=False` writes lines of replays too.
    `enrich` is asked for more fields before each line that is written.
    """

    def __init__(
        self,
        logger: LoggerInterface,
        default_extra: Mapping[str, object],
        is_replaying: Callable[[], bool] = _never,
        *,
        suppress_replay: bool = True,
        enrich: Callable[[], Mapping[str, object]] = _nothing,
    ) -> None:
        self._logger = logger
        self._default_extra = default_extra
        self._is_replaying = is_replaying
        self._suppress_replay = suppress_replay
        self._enrich = enrich
        self._stack_level = _stack_level(logger)

    @classmethod
    def from_log_info(
        cls,
        logger: LoggerInterface,
        info: LogInfo,
        is_replaying: Callable[[], bool] = _never,
        *,
        suppress_replay: bool = True,
        enrich: Callable[[], Mapping[str, object]] = _nothing,
    ) -> "Logger":
        return cls(logger, info.extra(), is_replaying, suppress_replay=suppress_replay, enrich=enrich)

    def with_log_info(self, info: LogInfo) -> "Logger":
        """The same logger at another place."""
        return self._at(info.extra(), self._is_replaying)

    def with_is_replaying(self, is_replaying: Callable[[], bool]) -> "Logger":
        """The same logger for a context that replays on its own."""
        return self._at(self._default_extra, is_replaying)

    def _at(self, extra: Mapping[str, object], is_replaying: Callable[[], bool]) -> "Logger":
        return Logger(self._logger, extra, is_replaying, suppress_replay=self._suppress_replay, enrich=self._enrich)

    def get_logger(self) -> LoggerInterface:
        """The logger underneath."""
        return self._logger

    def debug(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        self._log(self._logger.debug, msg, args, extra)

    def info(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        self._log(self._logger.info, msg, args, extra)

    def warning(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        self._log(self._logger.warning, msg, args, extra)

    def error(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        self._log(self._logger.error, msg, args, extra)

    def exception(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        self._log(self._logger.exception, msg, args, extra)

    def _log(
        self, write: Callable[..., None], msg: object, args: tuple[object, ...], extra: Mapping[str, object] | None
    ) -> None:
        if self._suppress_replay and self._is_replaying():
            return
        fields = {**self._default_extra, **self._enrich(), **(extra or {})}
        if self._stack_level is None:
            write(msg, *args, extra=fields)
        else:
            write(msg, *args, extra=fields, stacklevel=self._stack_level)


def _stack_level(logger: LoggerInterface) -> int | None:
    """What to tell the logger so that it reports the author's line; None if it cannot be told."""
    if isinstance(logger, logging.Logger | logging.LoggerAdapter):
        return 1 + _OUR_FRAMES
    try:
        known = inspect.signature(logger.info).parameters.get("stacklevel")
    except (TypeError, ValueError):
        return None
    # Wrappers such as Powertools count their own frame already, in their default.
    return known.default + _OUR_FRAMES if known is not None and isinstance(known.default, int) else None
