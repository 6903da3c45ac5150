"""How long to wait between two polls of a condition, and when to give up."""

from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

from everstep.core.records import dataclass, field
from everstep.errors import ValidationError, WaitForConditionError
from everstep.sdk.delays import Chance, Duration, DurationLike, JitterStrategy, to_seconds
from everstep.sdk.serdes import SerDes

T = TypeVar("T")

DEFAULT_ATTEMPTS = 60


@dataclass(frozen=True, slots=True)
class WaitForConditionDecision:
    """What a wait strategy answers after a poll."""

    should_continue: bool
    delay: DurationLike

    @property
    def delay_seconds(self) -> int:
        return to_seconds(self.delay, "delay")

    @classmethod
    def continue_waiting(cls, delay: DurationLike) -> "WaitForConditionDecision":
        """Poll again after this delay."""
        return cls(True, delay)

    @classmethod
    def stop_polling(cls) -> "WaitForConditionDecision":
        """The condition holds: this state is the result."""
        return cls(False, Duration())


WaitStrategy: TypeAlias = Callable[[T, int], WaitForConditionDecision]
"""(state, polls made) -> decision; raises to give up."""


@dataclass(frozen=True)  # without slots, so that C[int](...) works on Python 3.11
class WaitStrategyConfig(Generic[T]):
    """Configuration of `create_wait_strategy`: growing delays, at most `max_attempts` polls."""

    should_continue_polling: Callable[[T], bool]
    max_attempts: int = DEFAULT_ATTEMPTS
    initial_delay: DurationLike = field(default_factory=lambda: Duration.from_seconds(5))
    max_delay: DurationLike = field(default_factory=lambda: Duration.from_minutes(5))
    backoff_rate: int | float = 1.5
    jitter_strategy: JitterStrategy = JitterStrategy.FULL

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValidationError(f"max_attempts must be at least 1, got: {self.max_attempts}")

    @property
    def initial_delay_seconds(self) -> int:
        return to_seconds(self.initial_delay, "initial_delay")

    @property
    def max_delay_seconds(self) -> int:
        return to_seconds(self.max_delay, "max_delay")


def create_wait_strategy(config: WaitStrategyConfig[T], *, chance: Chance | None = None) -> WaitStrategy[T]:
    """A strategy with growing delays. A condition that holds at the last attempt still succeeds.

    The strategy raises WaitForConditionError when the attempts are used up.
    """

    def base_delay(attempts: int) -> float:
        return min(config.initial_delay_seconds * config.backoff_rate ** (attempts - 1), config.max_delay_seconds)

    def done(state: T) -> bool:
        return not config.should_continue_polling(state)

    return _strategy(done, config.max_attempts, base_delay, config.jitter_strategy, chance)


class WaitStrategies:
    """Ready-made strategies; `is_done` says when the condition holds."""

    @staticmethod
    def exponential(
        is_done: Callable[[T], bool],
        *,
        max_attempts: int = DEFAULT_ATTEMPTS,
        initial_delay: DurationLike = 5,
        max_delay: DurationLike = 300,
        backoff_rate: int | float = 1.5,
        jitter: JitterStrategy = JitterStrategy.FULL,
    ) -> WaitStrategy[T]:
        """Delays that grow by `backoff_rate`, up to `max_delay`."""
        config: WaitStrategyConfig[T] = WaitStrategyConfig(
            lambda state: not is_done(state), max_attempts, initial_delay, max_delay, backoff_rate, jitter
        )
        return create_wait_strategy(config)

    @staticmethod
    def linear(
        is_done: Callable[[T], bool],
        *,
        max_attempts: int = DEFAULT_ATTEMPTS,
        initial_delay: DurationLike = 5,
        increment: DurationLike = 5,
        max_delay: DurationLike = 300,
    ) -> WaitStrategy[T]:
        """Delays that grow by `increment`, up to `max_delay`, without jitter."""
        first, more = to_seconds(initial_delay, "initial_delay"), to_seconds(increment, "increment")
        most = to_seconds(max_delay, "max_delay")
        return _strategy(is_done, max_attempts, lambda n: min(first + more * (n - 1), most), JitterStrategy.NONE, None)

    @staticmethod
    def fixed(
        is_done: Callable[[T], bool], delay: DurationLike = 5, *, max_attempts: int = DEFAULT_ATTEMPTS
    ) -> WaitStrategy[T]:
        """The same delay every time, without jitter."""
        seconds = to_seconds(delay, "delay")
        return _strategy(is_done, max_attempts, lambda _: seconds, JitterStrategy.NONE, None)


def _strategy(
    is_done: Callable[[T], bool],
    max_attempts: int,
    base_delay: Callable[[int], float],
    jitter: JitterStrategy,
    chance: Chance | None,
) -> WaitStrategy[T]:
    def decide(state: T, attempts: int) -> WaitForConditionDecision:
        if is_done(state):
            return WaitForConditionDecision.stop_polling()
        if attempts >= max_attempts:
            raise WaitForConditionError(f"the condition did not hold after {max_attempts} attempts")
        delay = base_delay(attempts)
        seconds = jitter.finalize_delay(delay) if chance is None else jitter.finalize_delay(delay, chance)
        return WaitForConditionDecision.continue_waiting(Duration(seconds))

    return decide


@dataclass(frozen=True)  # without slots, so that C[int](...) works on Python 3.11
class WaitForConditionConfig(Generic[T]):
    """Configuration of `wait_for_condition`; the initial state makes the journey through `serdes` like all others."""

    wait_strategy: WaitStrategy[T]
    initial_state: T
    serdes: SerDes[Any] | None = None

    def __post_init__(self) -> None:
        if not callable(self.wait_strategy):
            raise ValidationError("wait_strategy must be a function (state, attempts) -> WaitForConditionDecision")
