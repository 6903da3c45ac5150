"""What an author declares of a function's executions."""

from datetime import timedelta
from typing import Any

import pytest

from everstep import DurableContext, Duration, ValidationError, durable_execution


def handler(event: Any, context: DurableContext) -> str:
    return "done"


def test_a_function_knows_what_was_declared_of_it() -> None:
    function = durable_execution(execution_timeout=timedelta(days=30), retention_days=7)(handler)
    assert function.lifetime.execution_timeout_seconds == 30 * 86_400
    assert function.lifetime.retention_days == 7


def test_nothing_need_be_declared() -> None:
    lifetime = durable_execution(handler).lifetime
    assert (lifetime.execution_timeout_seconds, lifetime.retention_days) == (None, None)


@pytest.mark.parametrize("longest", [31_622_400, Duration.from_days(366), timedelta(days=366)])
def test_an_execution_may_take_a_leap_year(longest: Any) -> None:
    assert durable_execution(execution_timeout=longest)(handler).lifetime.execution_timeout_seconds == 31_622_400


@pytest.mark.parametrize(
    ("keyword", "value", "reason"),
    [
        ("execution_timeout", 0, "at least 1 second"),
        ("execution_timeout", 31_622_401, "at most 366 days"),
        ("execution_timeout", "1 day", "must be a Duration"),
        ("retention_days", 0, "from 1 to 90, got 0"),
        ("retention_days", 91, "from 1 to 90, got 91"),
        ("retention_days", 7.5, "a whole number"),
        ("retention_days", True, "a whole number"),
    ],
)
def test_what_no_service_accepts_is_refused_when_it_is_written(keyword: str, value: Any, reason: str) -> None:
    wrong: dict[str, Any] = {keyword: value}
    with pytest.raises(ValidationError, match=reason):
        durable_execution(**wrong)


def test_an_unknown_keyword_is_an_error() -> None:
    wrong: dict[str, Any] = {"retention": 7}
    with pytest.raises(TypeError, match="retention"):
        durable_execution(**wrong)
