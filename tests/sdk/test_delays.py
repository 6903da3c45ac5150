"""Durations become whole seconds, and chance only ever shortens a delay."""

from datetime import timedelta

import pytest

from everstep.errors import ValidationError
from everstep.sdk.delays import Duration, JitterStrategy, to_seconds


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        (Duration(), 0),
        (Duration(90), 90),
        (Duration.from_seconds(1.5), 2),
        (Duration.from_minutes(0.5), 30),
        (Duration.from_hours(1.1), 3_960),
        (Duration.from_days(2), 172_800),
    ],
)
def test_a_duration_is_whole_seconds_rounded_up(duration: Duration, seconds: int) -> None:
    assert duration.to_seconds() == duration.seconds == seconds


def test_every_way_to_write_a_duration_means_the_same_seconds() -> None:
    assert {to_seconds(value, "it") for value in (Duration(90), timedelta(minutes=1.5), 90)} == {90}


def test_a_fraction_of_a_second_is_rounded_up() -> None:
    assert to_seconds(timedelta(microseconds=1), "it") == 1
    assert to_seconds(timedelta(days=365, microseconds=1), "it") == 365 * 86_400 + 1


@pytest.mark.parametrize(
    "value",
    [
        -1,
        timedelta(seconds=-1),
        float("nan"),
        float("inf"),
        True,
        "5",
        None,
        timedelta(days=366, seconds=1),
        31_622_401,
    ],
)
def test_what_is_no_span_of_an_execution_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(ValidationError, match=r"^the timeout must"):
        to_seconds(value, "the timeout")  # type: ignore[arg-type]  # the mistake is the test


def test_the_longest_execution_is_still_a_duration() -> None:
    assert to_seconds(timedelta(days=366), "it") == 31_622_400


def test_a_negative_duration_cannot_be_made() -> None:
    with pytest.raises(ValidationError, match="negative"):
        Duration.from_minutes(-0.1)


@pytest.mark.parametrize(
    ("strategy", "least", "most"),
    [(JitterStrategy.NONE, 10, 10), (JitterStrategy.HALF, 5, 10), (JitterStrategy.FULL, 0, 10)],
)
def test_jitter_stays_between_its_bounds(strategy: JitterStrategy, least: float, most: float) -> None:
    assert strategy.apply_jitter(10, lambda: 0.0) == least
    assert strategy.apply_jitter(10, lambda: 1.0) == most


def test_a_final_delay_is_whole_seconds_and_at_least_one() -> None:
    assert JitterStrategy.FULL.finalize_delay(10, lambda: 0.0) == 1
    assert JitterStrategy.FULL.finalize_delay(10, lambda: 0.11) == 2
    assert JitterStrategy.NONE.finalize_delay(0) == 1
