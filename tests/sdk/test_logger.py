"""The author's logger: silent in replays, with its place in every line, and pointing at the author's line."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from everstep.sdk.logger import Logger, LogInfo
from everstep.sdk.types import DurableExecutionArn, LoggerInterface

INFO = LogInfo("arn:1", parent_id="p", operation_id="o", name="charge", attempt=2)


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[Any] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def a_stdlib_logger() -> tuple[logging.Logger, list[Any]]:
    logger, kept = logging.Logger("author", logging.DEBUG), Kept()
    logger.addHandler(kept)
    return logger, kept.records


def test_every_line_names_its_place() -> None:
    underneath, records = a_stdlib_logger()
    Logger.from_log_info(underneath, INFO).info("took %s", "5 €", extra={"order": 7})
    (record,) = records
    assert record.getMessage() == "took 5 €"
    assert (record.executionArn, record.parentId, record.operationId) == ("arn:1", "p", "o")
    assert (record.operationName, record.attempt, record.order) == ("charge", 2, 7)


def test_what_is_unknown_is_not_mentioned() -> None:
    assert LogInfo("arn:1").extra() == {"executionArn": "arn:1"}


def test_a_line_is_written_once_however_often_its_part_is_replayed() -> None:
    underneath, records = a_stdlib_logger()
    replaying = True
    logger = Logger.from_log_info(underneath, INFO, lambda: replaying)
    logger.warning("again")
    replaying = False
    logger.warning("new")
    assert [record.msg for record in records] == ["new"]


def test_replayed_lines_can_be_asked_for() -> None:
    underneath, records = a_stdlib_logger()
    logger = Logger.from_log_info(underneath, INFO, lambda: True, suppress_replay=False)
    logger.with_log_info(LogInfo("arn:1")).info("again")
    logger.with_is_replaying(lambda: True).info("and again")
    assert len(records) == 2


def test_a_child_context_is_silent_by_its_own_replay_only() -> None:
    underneath, records = a_stdlib_logger()
    parent = Logger.from_log_info(underneath, INFO, lambda: True)
    parent.with_is_replaying(lambda: False).error("from the child")
    assert [record.operationName for record in records] == ["charge"]


@pytest.mark.parametrize("wrap", [lambda logger: logger, logging.LoggerAdapter])
@pytest.mark.parametrize("level", ["debug", "info", "warning", "error", "exception"])
def test_a_record_points_at_the_authors_line(wrap: Any, level: str) -> None:
    underneath, records = a_stdlib_logger()
    getattr(Logger(wrap(underneath), {}), level)("here")
    assert records[0].funcName == "test_a_record_points_at_the_authors_line"
    assert records[0].levelname == ("ERROR" if level == "exception" else level.upper())


def test_an_exception_is_written_with_its_trace() -> None:
    underneath, records = a_stdlib_logger()
    try:
        raise ValueError("lost")
    except ValueError:
        Logger(underneath, {}).exception("failed")
    assert records[0].exc_info[0] is ValueError


class Plain:
    """A logger that knows nothing but the interface."""

    def __init__(self) -> None:
        self.lines: list[tuple[object, tuple[object, ...], Mapping[str, object] | None]] = []

    def debug(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None:
        self.lines.append((msg, args, extra))

    info = warning = error = exception = debug


def test_a_logger_that_knows_only_the_interface_is_enough() -> None:
    plain = Plain()
    underneath: LoggerInterface = plain
    Logger(underneath, {"a": 1}).info("hello %s", "you", extra={"b": 2})
    assert plain.lines == [("hello %s", ("you",), {"a": 1, "b": 2})]
    assert Logger(underneath, {}).get_logger() is plain


class Wrapper(Plain):
    """A logger that wraps one of the standard library and counts its own frame, as Powertools does."""

    def __init__(self, inner: logging.Logger) -> None:
        super().__init__()
        self.inner = inner

    def info(self, msg: object, *args: object, stacklevel: int = 2, extra: Mapping[str, object] | None = None) -> None:
        self.inner.info(msg, *args, stacklevel=stacklevel, extra=extra)


def test_a_wrapper_that_counts_frames_points_at_the_authors_line_too() -> None:
    underneath, records = a_stdlib_logger()
    Logger(Wrapper(underneath), {}).info("here")
    assert records[0].funcName == "test_a_wrapper_that_counts_frames_points_at_the_authors_line_too"


def test_an_arn_has_the_parts_that_an_author_knows() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:orders:$LATEST/durable-execution/order-7/9f"
    assert DurableExecutionArn.from_arn(arn) == DurableExecutionArn("orders", "order-7", "9f")
    assert DurableExecutionArn.from_arn("arn:aws:lambda:us-east-1:123456789012:function:orders") is None
