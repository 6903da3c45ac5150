"""How operations are configured: values that are checked at birth and never change."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from everstep.core.limits import SUB_TYPE_CHARS_MAX
from everstep.core.records import dataclass, field
from everstep.errors import DurableOperationError, ValidationError
from everstep.sdk.delays import Duration, DurationLike, to_exact_seconds, to_seconds
from everstep.sdk.replay.completion import CompletionConfig
from everstep.sdk.retries import RetryStrategy
from everstep.sdk.serdes import SerDes

P = TypeVar("P")
R = TypeVar("R")
T = TypeVar("T")

_SUB_TYPE = re.compile(rf"[A-Za-z0-9_-]{{1,{SUB_TYPE_CHARS_MAX}}}")


class StepSemantics(StrEnum):
    """How often one attempt of a step may run its body when invocations die in the middle of it."""

    AT_MOST_ONCE_PER_RETRY = "AT_MOST_ONCE_PER_RETRY"
    """Its start is saved before the body runs; an interrupted attempt counts as failed and goes to the retries."""
    AT_LEAST_ONCE_PER_RETRY = "AT_LEAST_ONCE_PER_RETRY"
    """An interrupted attempt runs again, so its body should be idempotent."""


class Durability(StrEnum):
    """What is durable when the author's code goes on after a step."""

    FULL = "full"
    """The step's result: it is on disk, and the step never runs again."""
    RELAXED = "relaxed"
    """Nothing yet: the result is saved together with whatever is saved next, or in some milliseconds. If the process
    dies before, the step runs again. For steps without side effects whose repetition gives a value as good as the
    first, and for nothing else ([0017](../../../docs/decisions/0017-a-relaxed-step-is-saved-with-what-follows.md))."""


@dataclass(frozen=True, slots=True)
class StepConfig:
    """Configuration of a step.

    `sub_type` labels a step of a custom operation in the history (default "Step"); changing it breaks the replay of
    executions in flight. Raises ValidationError.
    """

    retry_strategy: RetryStrategy | None = None
    """None: `RetryPresets.default()`."""
    step_semantics: StepSemantics = StepSemantics.AT_LEAST_ONCE_PER_RETRY
    serdes: SerDes[Any] | None = None
    """None: `ExtendedTypeSerDes`."""
    sub_type: str | None = field(default=None, kw_only=True)
    timeout: DurationLike | float | None = field(default=None, kw_only=True)
    """How long one attempt may take, fractions of seconds included; then it fails with a TimeoutError, which goes to
    the retries. An `async` body is cancelled. Any other cannot be stopped: it goes on in its thread, with
    `StepContext.is_cancelled` saying so, and nobody hears what becomes of it."""
    durability: Durability | Literal["full", "relaxed"] = field(default=Durability.FULL, kw_only=True)
    """RELAXED does not wait for the disk; see Durability. It cannot be had together with at-most-once."""

    def __post_init__(self) -> None:
        _check_durability(self.durability, self.step_semantics)
        _check_callable(self.retry_strategy, "retry_strategy")
        _check_semantics(self.step_semantics)
        _check_serdes(self.serdes, "serdes")
        _check_sub_type(self.sub_type)
        _ = self.timeout_seconds

    @property
    def timeout_seconds(self) -> float | None:
        return None if self.timeout is None else to_exact_seconds(self.timeout, "timeout")


class NestingType(StrEnum):
    """What a branch of a map or parallel leaves in the history."""

    NESTED = "NESTED"
    """A context of its own."""
    FLAT = "FLAT"
    """Nothing: its operations stand under the map or parallel itself, which costs about a third fewer operations."""


@dataclass(frozen=True)  # without slots, so that C[int](...) works on Python 3.11
class ChildConfig(Generic[T]):
    """Configuration of a child context.

    `summary_generator` gives the text that is kept when the result is larger than 256 KiB; the body then runs again
    on replay. `is_virtual` leaves no record of the context itself. Raises ValidationError.
    """

    serdes: SerDes[Any] | None = None
    sub_type: str | None = None
    summary_generator: Callable[[T], str] | None = None
    is_virtual: bool = False
    error_mapper: Callable[[DurableOperationError], Exception] | None = field(default=None, kw_only=True)
    """Makes the exception that a failed context raises, on the first run and on every replay."""

    def __post_init__(self) -> None:
        _check_serdes(self.serdes, "serdes")
        _check_sub_type(self.sub_type)


@dataclass(frozen=True, slots=True)
class ParallelConfig:
    """Configuration of a parallel: at most `max_concurrency` branches have begun and not ended at any time.

    `serdes` is for the whole BatchResult, `item_serdes` for each branch's result (default: `serdes`). Raises
    ValidationError.
    """

    max_concurrency: int | None = None
    completion_config: CompletionConfig = field(default_factory=CompletionConfig.all_successful)
    serdes: SerDes[Any] | None = None
    item_serdes: SerDes[Any] | None = None
    summary_generator: Callable[[Any], str] | None = None
    nesting_type: NestingType = NestingType.NESTED

    def __post_init__(self) -> None:
        _check_batch(self.max_concurrency, self.serdes, self.item_serdes)


@dataclass(frozen=True)  # without slots, so that C[int](...) works on Python 3.11
class MapConfig(Generic[T]):
    """Configuration of a map; like ParallelConfig, with the first failure ending the batch by default.

    `item_namer(item, index)` names the branches; default `map-item-<index>`. Raises ValidationError.
    """

    max_concurrency: int | None = None
    completion_config: CompletionConfig = field(default_factory=CompletionConfig)
    serdes: SerDes[Any] | None = None
    item_serdes: SerDes[Any] | None = None
    summary_generator: Callable[[Any], str] | None = None
    nesting_type: NestingType = NestingType.NESTED
    item_namer: Callable[[T, int], str] | None = None

    def __post_init__(self) -> None:
        _check_batch(self.max_concurrency, self.serdes, self.item_serdes)


@dataclass(frozen=True)  # without slots, so that C[int](...) works on Python 3.11
class ParallelBranch(Generic[T]):
    """A branch with a name; default `parallel-branch-<index>`."""

    func: Callable[..., T]
    name: str | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> T:
        return self.func(*args, **kwargs)


@dataclass(frozen=True)  # without slots, so that C[int](...) works on Python 3.11
class InvokeConfig(Generic[P, R]):
    """Configuration of a chained invoke; payload and result are plain JSON by default."""

    serdes_payload: SerDes[P] | None = None
    serdes_result: SerDes[R] | None = None
    tenant_id: str | None = None

    def __post_init__(self) -> None:
        _check_serdes(self.serdes_payload, "serdes_payload")
        _check_serdes(self.serdes_result, "serdes_result")


@dataclass(frozen=True)
class CallbackConfig:
    """Configuration of a callback: how long it may take, and between two signs of life; zero means no limit.

    Without `serdes` the answer comes as the text that was sent. Raises ValidationError.
    """

    timeout: DurationLike = field(default_factory=Duration)
    heartbeat_timeout: DurationLike = field(default_factory=Duration)
    serdes: SerDes[Any] | None = None
    sub_type: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _check_serdes(self.serdes, "serdes")
        _check_sub_type(self.sub_type)
        _ = self.timeout_seconds, self.heartbeat_timeout_seconds

    @property
    def timeout_seconds(self) -> int:
        return to_seconds(self.timeout, "timeout")

    @property
    def heartbeat_timeout_seconds(self) -> int:
        return to_seconds(self.heartbeat_timeout, "heartbeat_timeout")


@dataclass(frozen=True)
class WaitForCallbackConfig(CallbackConfig):
    """Configuration of a callback with a submitter; the retries are the submitter's."""

    retry_strategy: RetryStrategy | None = None


def _check_batch(max_concurrency: object, *serializers: object) -> None:
    if max_concurrency is not None and (not isinstance(max_concurrency, int) or max_concurrency < 1):
        raise ValidationError(f"max_concurrency must be at least 1, got: {max_concurrency}")
    for serializer in serializers:
        _check_serdes(serializer, "serdes")


def _check_callable(value: object, what: str) -> None:
    if value is not None and not callable(value):
        raise ValidationError(
            f"{what} must be a function (error, attempts_made) -> RetryDecision, got {type(value).__name__}; "
            "create_retry_strategy makes one from a config"
        )


def _check_durability(durability: object, semantics: StepSemantics) -> None:
    if durability not in list(Durability):
        raise ValidationError(f"durability must be 'full' or 'relaxed', got {durability!r}")
    if durability == Durability.RELAXED and semantics is StepSemantics.AT_MOST_ONCE_PER_RETRY:
        raise ValidationError("a relaxed step may run again after it succeeded, so it cannot be at most once")


def _check_semantics(value: object) -> None:
    if not isinstance(value, StepSemantics):
        raise ValidationError(f"step_semantics must be a StepSemantics, got {value!r}")


def _check_serdes(value: object, what: str) -> None:
    # An author's serializer need not inherit from ours, it only has to have its two methods.
    if value is not None and not all(callable(getattr(value, name, None)) for name in ("serialize", "deserialize")):
        raise ValidationError(f"{what} must have the methods of a SerDes, got {type(value).__name__}")


def _check_sub_type(value: object) -> None:
    # The empty text asks for the default, as in the official SDK.
    if value and (not isinstance(value, str) or _SUB_TYPE.fullmatch(value) is None):
        raise ValidationError(
            f"sub_type must be 1 to {SUB_TYPE_CHARS_MAX} letters, digits, hyphens or underscores, got {value!r}"
        )
