"""Query values are checked where they are asked for, and refused in the words of the Lambda API."""

from collections.abc import Callable

import pytest

from everstep.core.model import ExecutionStatus
from everstep.core.refusal import Code, Refused
from everstep.service.http.query import Query


def test_a_plus_in_a_query_is_a_space_except_in_a_checkpoint_token() -> None:
    query = Query("Name=a+b&CheckpointToken=YWJj+2Rl%2Bq")
    assert query.text("Name") == "a b"
    assert query.checkpoint_token() == "YWJj+2Rl+q"


@pytest.mark.parametrize(
    ("text", "items"), [("", 100), ("MaxItems=", 100), ("MaxItems=0", 100), ("MaxItems=1000", 1000)]
)
def test_absent_empty_and_zero_max_items_mean_a_hundred(text: str, items: int) -> None:
    assert Query(text).max_items() == items


@pytest.mark.parametrize(
    ("text", "value"), [("F=true", True), ("F=TRUE", True), ("F=False", False), ("F=", True), ("", True)]
)
def test_flags_are_read_in_any_case_and_default_when_absent(text: str, value: bool) -> None:
    assert Query(text).flag("F", default=True) is value


@pytest.mark.parametrize(
    ("written", "millis"),
    [
        ("2026-01-02T03:04:05Z", 1_767_323_045_000),
        ("2026-01-02T03:04:05.250Z", 1_767_323_045_250),
        ("2026-01-02T04:04:05%2B01:00", 1_767_323_045_000),
        ("2026-01-02T03:04:05", 1_767_323_045_000),
        ("1767323045", 1_767_323_045_000),
        ("1767323045.25", 1_767_323_045_250),
    ],
)
def test_moments_are_iso_8601_or_epoch_seconds(written: str, millis: int) -> None:
    assert Query(f"StartedAfter={written}").moment("StartedAfter") == millis


def test_statuses_are_repeated_and_may_have_the_emulators_name() -> None:
    both = frozenset({ExecutionStatus.RUNNING, ExecutionStatus.FAILED})
    assert Query("Statuses=RUNNING&Statuses=FAILED").statuses() == both
    assert Query("StatusFilter=FAILED").statuses() == {ExecutionStatus.FAILED}
    assert Query("").statuses() == frozenset()


@pytest.mark.parametrize(
    ("text", "ask", "member"),
    [
        ("MaxItems=-1", Query.max_items, "maxItems"),
        ("MaxItems=1001", Query.max_items, "maxItems"),
        ("MaxItems=%D9%A3", Query.max_items, "maxItems"),
        ("MaxItems=" + "9" * 5000, Query.max_items, "maxItems"),
        ("F=yes", lambda query: query.flag("F", default=True), "f"),
        ("At=yesterday", lambda query: query.moment("At"), "at"),
        ("At=nan", lambda query: query.moment("At"), "at"),
        ("Statuses=DONE", Query.statuses, "statuses"),
        ("", Query.checkpoint_token, "checkpointToken"),
    ],
)
def test_a_value_that_breaks_its_shape_is_refused_by_name(
    text: str, ask: Callable[[Query], object], member: str
) -> None:
    with pytest.raises(Refused) as refused:
        ask(Query(text))
    assert refused.value.code is Code.VALIDATION
    assert f"at '{member}' failed to satisfy constraint" in refused.value.message
    assert len(refused.value.message) < 500
