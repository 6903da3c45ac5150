"""Whether and when a failed attempt is made again.

A retry strategy is any function `(error, attempts_made) -> RetryDecision`; attempts are counted from 1. The factories
below make the usual ones from a config, the presets are configs with a name.
"""

import math
import random
import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from everstep.core.records import dataclass
from everstep.errors import ValidationError
from everstep.sdk.delays import Chance, Duration, DurationLike, JitterStrategy, to_seconds


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """A strategy's answer; `delay` counts only if `should_retry`."""

    should_retry: bool
    delay: DurationLike = 0

    def __post_init__(self) -> None:
        _settle(self, "delay")

    @property
    def delay_seconds(self) -> int:
        return to_seconds(self.delay, "delay")

    @classmethod
    def retry(cls, delay: DurationLike) -> "RetryDecision":
        return cls(should_retry=True, delay=delay)

    @classmethod
    def no_retry(cls) -> "RetryDecision":
        return cls(should_retry=False)


RetryStrategy: TypeAlias = Callable[[Exception, int], RetryDecision]

MessagePattern: TypeAlias = str | re.Pattern[str]
"""A text that the error's message contains, or an expression that is found in it."""


@dataclass(frozen=True, slots=True)
class RetryStrategyConfig:
    """Delays that grow by a factor: initial_delay, then `backoff_rate` times as much, up to max_delay.

    `max_attempts` counts the first attempt too; 1 means no retry. Without either filter every error is retried; with
    filters, an error that one of the messages or types fits.
    """

    max_attempts: int = 3
    initial_delay: DurationLike = 5
    max_delay: DurationLike = 300
    backoff_rate: float = 2.0
    jitter_strategy: JitterStrategy = JitterStrategy.FULL
    retryable_errors: Sequence[MessagePattern] | None = None
    retryable_error_types: Sequence[type[Exception]] | None = None

    def __post_init__(self) -> None:
        _check_attempts(self.max_attempts)
        if isinstance(self.backoff_rate, bool) or not (math.isfinite(self.backoff_rate) and self.backoff_rate > 0):
            raise ValidationError(f"backoff_rate must be a number above 0, got {self.backoff_rate!r}")
        _settle(self, "initial_delay", "max_delay")
        _settle_filters(self)

    @property
    def initial_delay_seconds(self) -> int:
        return to_seconds(self.initial_delay, "initial_delay")

    @property
    def max_delay_seconds(self) -> int:
        return to_seconds(self.max_delay, "max_delay")


@dataclass(frozen=True, slots=True)
class LinearRetryStrategyConfig:
    """Delays that grow by the same amount each time: initial_delay, then `increment` more, up to max_delay.

    Attempts and filters as in RetryStrategyConfig.
    """

    max_attempts: int = 6
    initial_delay: DurationLike = 1
    increment: DurationLike = 1
    max_delay: DurationLike = 300
    jitter_strategy: JitterStrategy = JitterStrategy.FULL
    retryable_errors: Sequence[MessagePattern] | None = None
    retryable_error_types: Sequence[type[Exception]] | None = None

    def __post_init__(self) -> None:
        _check_attempts(self.max_attempts)
        _settle(self, "initial_delay", "increment", "max_delay")
        _settle_filters(self)

    @property
    def initial_delay_seconds(self) -> int:
        return to_seconds(self.initial_delay, "initial_delay")

    @property
    def increment_seconds(self) -> int:
        return to_seconds(self.increment, "increment")

    @property
    def max_delay_seconds(self) -> int:
        return to_seconds(self.max_delay, "max_delay")


def create_retry_strategy(
    config: RetryStrategyConfig | None = None, *, chance: Chance = random.random
) -> RetryStrategy:
    """A strategy with exponential back-off."""
    config = config or RetryStrategyConfig()

    def base_delay(attempts_made: int) -> float:
        try:
            return config.initial_delay_seconds * float(config.backoff_rate) ** (attempts_made - 1)
        except OverflowError:
            return math.inf

    return _strategy(config, base_delay, chance)


def create_linear_retry_strategy(
    config: LinearRetryStrategyConfig | None = None, *, chance: Chance = random.random
) -> RetryStrategy:
    """A strategy whose delays grow by the same amount each time."""
    config = config or LinearRetryStrategyConfig()

    def base_delay(attempts_made: int) -> float:
        return config.initial_delay_seconds + config.increment_seconds * (attempts_made - 1)

    return _strategy(config, base_delay, chance)


class RetryPresets:
    """Strategies by name."""

    @classmethod
    def none(cls) -> RetryStrategy:
        """No retry."""
        return create_retry_strategy(RetryStrategyConfig(max_attempts=1))

    @classmethod
    def default(cls) -> RetryStrategy:
        """What a step has that asks for nothing else: 6 attempts, 5 s doubling to 1 min, full jitter."""
        return create_retry_strategy(RetryStrategyConfig(max_attempts=6, max_delay=Duration.from_minutes(1)))

    @classmethod
    def transient(cls) -> RetryStrategy:
        """A short disturbance: 3 attempts, 5 s and 10 s, half jitter."""
        return create_retry_strategy(RetryStrategyConfig(jitter_strategy=JitterStrategy.HALF))

    @classmethod
    def resource_availability(cls) -> RetryStrategy:
        """Something that needs a while to become available: 5 attempts, 5 s doubling to 5 min, full jitter."""
        return create_retry_strategy(RetryStrategyConfig(max_attempts=5))

    @classmethod
    def critical(cls) -> RetryStrategy:
        """What must not fail lightly: 10 attempts, 1 s growing by half to 1 min, no jitter."""
        return create_retry_strategy(
            RetryStrategyConfig(
                max_attempts=10,
                initial_delay=1,
                max_delay=Duration.from_minutes(1),
                backoff_rate=1.5,
                jitter_strategy=JitterStrategy.NONE,
            )
        )

    @classmethod
    def linear(cls) -> RetryStrategy:
        """6 attempts after 1, 2, 3, 4 and 5 s, no jitter."""
        return create_linear_retry_strategy(LinearRetryStrategyConfig(jitter_strategy=JitterStrategy.NONE))

    @classmethod
    def fixed(cls, interval: DurationLike | None = None) -> RetryStrategy:
        """5 attempts, always the same delay (default 5 s), no jitter."""
        delay: DurationLike = 5 if interval is None else interval
        return create_retry_strategy(
            RetryStrategyConfig(
                max_attempts=5,
                initial_delay=delay,
                max_delay=delay,
                backoff_rate=1,
                jitter_strategy=JitterStrategy.NONE,
            )
        )


_Config: TypeAlias = RetryStrategyConfig | LinearRetryStrategyConfig


def _strategy(config: _Config, base_delay: Callable[[int], float], chance: Chance) -> RetryStrategy:
    def decide(error: Exception, attempts_made: int) -> RetryDecision:
        if attempts_made >= config.max_attempts or not _is_retryable(error, config):
            return RetryDecision.no_retry()
        delay = min(base_delay(attempts_made), config.max_delay_seconds)
        return RetryDecision.retry(Duration(config.jitter_strategy.finalize_delay(delay, chance)))

    return decide


def _is_retryable(error: Exception, config: _Config) -> bool:
    patterns, types = config.retryable_errors, config.retryable_error_types
    if patterns is None and types is None:
        return True
    message = str(error)
    return isinstance(error, tuple(types or ())) or any(_fits(pattern, message) for pattern in patterns or ())


def _fits(pattern: MessagePattern, message: str) -> bool:
    return pattern in message if isinstance(pattern, str) else pattern.search(message) is not None


def _check_attempts(max_attempts: object) -> None:
    if isinstance(max_attempts, bool) or not isinstance(max_attempts, int) or max_attempts < 1:
        raise ValidationError(f"max_attempts must be a whole number of at least 1, got {max_attempts!r}")


def _settle(record: RetryDecision | _Config, *names: str) -> None:
    """Make every way to write a duration the same value, so that equal settings compare equal."""
    for name in names:
        object.__setattr__(record, name, Duration(to_seconds(getattr(record, name), name)))


def _settle_filters(config: _Config) -> None:
    """Check the filters and freeze them; a bare string would silently filter by its letters."""
    for name, kind in (("retryable_errors", (str, re.Pattern)), ("retryable_error_types", type)):
        given: object = getattr(config, name)
        if given is None:
            continue
        if isinstance(given, str) or not isinstance(given, Sequence) or not all(isinstance(x, kind) for x in given):
            raise ValidationError(f"{name} must be a list of {'types' if kind is type else 'texts or patterns'}")
        object.__setattr__(config, name, tuple(given))
