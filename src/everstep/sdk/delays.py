"""How long something takes: durations, and the chance that spreads retries in time.

The service counts whole seconds, so every duration becomes whole seconds here, rounded up: waiting a little too long
is harmless, waking too early is not.
"""

import math
import random
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from everstep.core.limits import SECONDS_MAX
from everstep.core.records import dataclass
from everstep.errors import ValidationError


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of whole seconds; a fraction is rounded up. Raises ValidationError for what is no span of time."""

    seconds: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", _whole_seconds(self.seconds, "a duration"))

    def to_seconds(self) -> int:
        return self.seconds

    @classmethod
    def from_seconds(cls, value: float) -> "Duration":
        return _span(value, 1)

    @classmethod
    def from_minutes(cls, value: float) -> "Duration":
        return _span(value, 60)

    @classmethod
    def from_hours(cls, value: float) -> "Duration":
        return _span(value, 3_600)

    @classmethod
    def from_days(cls, value: float) -> "Duration":
        return _span(value, 86_400)


DurationLike: TypeAlias = Duration | timedelta | int
"""What every parameter that means a duration accepts; a bare number counts seconds."""


def to_seconds(value: DurationLike, what: str) -> int:
    """The duration in whole seconds, rounded up.

    `what` names the parameter in the ValidationError that is raised for anything negative, not a duration, or longer
    than the 366 days that an execution may last.
    """
    match value:
        case Duration():
            seconds = value.seconds
        case timedelta():
            seconds = _whole_seconds(value / timedelta(seconds=1), what)
        case _:
            seconds = _whole_seconds(value, what)
    if seconds > SECONDS_MAX:
        raise ValidationError(f"{what} must be at most 366 days ({SECONDS_MAX} seconds), got {seconds} seconds")
    return seconds


def to_exact_seconds(value: DurationLike | float, what: str) -> float:
    """The duration as it is, for what is timed here and not by the service. Raises ValidationError, also for zero."""
    match value:
        case Duration():
            seconds: float = value.seconds
        case timedelta():
            seconds = value.total_seconds()
        case _:
            _whole_seconds(value, what)
            seconds = value
    if not 0 < seconds <= SECONDS_MAX:
        raise ValidationError(f"{what} must be more than nothing and at most 366 days, got {seconds} seconds")
    return seconds


def _span(value: float, unit_seconds: int) -> Duration:
    return Duration(_whole_seconds(value, "a duration", unit_seconds))


def _whole_seconds(value: object, what: str, unit_seconds: int = 1) -> int:
    # True is an int to Python, but nobody means one second by it.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValidationError(
            f"{what} must be a Duration, a timedelta or a number of seconds, got {type(value).__name__} {value!r}"
        )
    if not math.isfinite(value):
        raise ValidationError(f"{what} must be finite, got {value!r}")
    if value < 0:
        raise ValidationError(f"{what} must not be negative, got {value!r}")
    if isinstance(value, int):
        return value * unit_seconds
    # 1.1 hours are 3960.0000000000005 seconds to a float; what is below a microsecond is noise, not a fraction.
    return math.ceil(round(value * unit_seconds, 6))


Chance: TypeAlias = Callable[[], float]
"""A source of numbers from 0.0 up to, not including, 1.0."""


class JitterStrategy(StrEnum):
    """How far chance may shorten a delay, so that many failures at once do not retry at once."""

    NONE = "NONE"
    """Exactly the delay."""
    FULL = "FULL"
    """Anything from nothing to the whole delay."""
    HALF = "HALF"
    """At least half of the delay."""

    def apply_jitter(self, delay: float, chance: Chance = random.random) -> float:
        """The delay (seconds) as chance leaves it."""
        match self:
            case JitterStrategy.NONE:
                return delay
            case JitterStrategy.FULL:
                return chance() * delay
            case JitterStrategy.HALF:
                return (1 + chance()) * delay / 2

    def finalize_delay(self, base_delay: float, chance: Chance = random.random) -> int:
        """The delay as the service takes it: jittered, in whole seconds, at least 1."""
        return max(1, math.ceil(self.apply_jitter(base_delay, chance)))
