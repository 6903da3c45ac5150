"""Strategies: how often, how long, and for which errors."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from everstep.errors import ValidationError
from everstep.sdk.delays import Duration, JitterStrategy
from everstep.sdk.retries import (
    LinearRetryStrategyConfig,
    RetryDecision,
    RetryPresets,
    RetryStrategy,
    RetryStrategyConfig,
    create_linear_retry_strategy,
    create_retry_strategy,
)

ERROR = ValueError("connection reset by peer")


def delays(strategy: RetryStrategy, error: Exception = ERROR) -> list[int]:
    """The delays until the strategy gives up."""
    found: list[int] = []
    while (decision := strategy(error, len(found) + 1)).should_retry:
        found.append(decision.delay_seconds)
    return found


def longest(config: RetryStrategyConfig) -> list[int]:
    return delays(create_retry_strategy(config, chance=lambda: 1.0))


def test_the_default_config_makes_three_attempts_with_doubling_delays() -> None:
    assert longest(RetryStrategyConfig()) == [5, 10]


def test_delays_stop_growing_at_the_longest_delay() -> None:
    config = RetryStrategyConfig(max_attempts=6, initial_delay=timedelta(seconds=10), max_delay=Duration(35))
    assert longest(config) == [10, 20, 35, 35, 35]


def test_very_many_attempts_do_not_overflow() -> None:
    strategy = create_retry_strategy(RetryStrategyConfig(max_attempts=10_000, jitter_strategy=JitterStrategy.NONE))
    assert strategy(ERROR, 9_999) == RetryDecision.retry(300)


def test_linear_delays_grow_by_the_increment_up_to_the_longest() -> None:
    config = LinearRetryStrategyConfig(max_attempts=5, initial_delay=2, increment=3, max_delay=10)
    assert delays(create_linear_retry_strategy(config, chance=lambda: 1.0)) == [2, 5, 8, 10]


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        (RetryPresets.none, []),
        (RetryPresets.critical, [1, 2, 3, 4, 6, 8, 12, 18, 26]),
        (RetryPresets.linear, [1, 2, 3, 4, 5]),
        (RetryPresets.fixed, [5, 5, 5, 5]),
    ],
)
def test_presets_without_jitter_have_their_documented_delays(
    preset: Callable[[], RetryStrategy], expected: list[int]
) -> None:
    assert delays(preset()) == expected


@pytest.mark.parametrize(
    ("preset", "longest_delays", "least_share"),
    [
        (RetryPresets.default, [5, 10, 20, 40, 60], 0.0),
        (RetryPresets.transient, [5, 10], 0.5),
        (RetryPresets.resource_availability, [5, 10, 20, 40], 0.0),
    ],
)
def test_presets_with_jitter_stay_below_their_documented_delays(
    preset: Callable[[], RetryStrategy], longest_delays: list[int], least_share: float
) -> None:
    found = delays(preset())
    assert len(found) == len(longest_delays)
    assert all(most * least_share <= delay <= most for delay, most in zip(found, longest_delays, strict=True))


def test_a_fixed_interval_may_be_any_duration() -> None:
    assert delays(RetryPresets.fixed(timedelta(minutes=1))) == [60, 60, 60, 60]


@pytest.mark.parametrize(
    ("config", "retried"),
    [
        (RetryStrategyConfig(), True),
        (RetryStrategyConfig(retryable_errors=["reset"]), True),
        (RetryStrategyConfig(retryable_errors=[re.compile("^connection")]), True),
        (RetryStrategyConfig(retryable_errors=["Reset", re.compile("^reset")]), False),
        (RetryStrategyConfig(retryable_error_types=[ValueError]), True),
        (RetryStrategyConfig(retryable_error_types=[KeyError]), False),
        (RetryStrategyConfig(retryable_errors=["reset"], retryable_error_types=[KeyError]), True),
        (RetryStrategyConfig(retryable_errors=[]), False),
    ],
)
def test_filters_choose_the_errors_that_are_retried(config: RetryStrategyConfig, retried: bool) -> None:
    assert create_retry_strategy(config)(ERROR, 1).should_retry is retried


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_attempts": 0},
        {"max_attempts": 2.5},
        {"initial_delay": -1},
        {"max_delay": timedelta(days=400)},
        {"backoff_rate": 0},
        {"backoff_rate": float("nan")},
        {"retryable_errors": "timeout"},
        {"retryable_errors": [7]},
        {"retryable_error_types": [ValueError("instance")]},
    ],
)
def test_a_config_that_cannot_be_meant_is_refused_at_birth(arguments: dict[str, object]) -> None:
    (name,) = arguments
    with pytest.raises(ValidationError, match=name):
        RetryStrategyConfig(**arguments)  # type: ignore[arg-type]  # the mistake is the test


def test_configs_that_mean_the_same_are_equal() -> None:
    assert RetryStrategyConfig(initial_delay=timedelta(seconds=5)) == RetryStrategyConfig(initial_delay=Duration(5))


def test_a_decision_keeps_its_delay_as_a_duration() -> None:
    assert RetryDecision.retry(timedelta(seconds=1.2)).delay == Duration(2)
    assert RetryDecision.no_retry() == RetryDecision(should_retry=False, delay=Duration(0))
