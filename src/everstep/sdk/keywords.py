"""The short way to configure an operation: plain keyword arguments in the place of a config object.

    context.step(charge, retry=3, timeout=30)
    context.step(charge, config=StepConfig(retry_strategy=…, timeout=30))      # the same, as in the official SDK

A keyword is a field of the config, some with a shorter name. It is one or the other: a config and keywords for the
same operation raise ValidationError, and a keyword that does not exist raises TypeError, as Python does.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, TypeAlias, TypedDict, TypeVar, cast

from everstep.errors import DurableOperationError, ValidationError
from everstep.sdk.config import Durability, NestingType, StepSemantics
from everstep.sdk.delays import Duration, DurationLike
from everstep.sdk.replay.completion import CompletionConfig
from everstep.sdk.retries import (
    LinearRetryStrategyConfig,
    RetryPresets,
    RetryStrategy,
    RetryStrategyConfig,
    create_linear_retry_strategy,
    create_retry_strategy,
)
from everstep.sdk.serdes import SerDes
from everstep.sdk.waits import WaitStrategy

C = TypeVar("C")
T = TypeVar("T")

Retry: TypeAlias = (
    RetryStrategy
    | Callable[[], RetryStrategy]
    | RetryStrategyConfig
    | LinearRetryStrategyConfig
    | int
    | Literal[False]
    | None
)
"""What `retry=` takes: a strategy, a preset with or without its parentheses (`RetryPresets.critical`), the config of a
strategy, the number of attempts (with the default's delays), or False for a single attempt."""


class SagaKeywords(TypedDict, total=False):
    """What all steps of a saga have in common; see StepConfig."""

    retry: Retry
    semantics: StepSemantics
    timeout: DurationLike | float | None


class StepKeywords(SagaKeywords, total=False):
    """See StepConfig."""

    serdes: SerDes[Any] | None
    sub_type: str | None
    durability: Durability | Literal["full", "relaxed"]


class ChildKeywords(TypedDict, Generic[T], total=False):
    """See ChildConfig."""

    serdes: SerDes[Any] | None
    sub_type: str | None
    summary_generator: Callable[[T], str] | None
    is_virtual: bool
    error_mapper: Callable[[DurableOperationError], Exception] | None


class ParallelKeywords(TypedDict, total=False):
    """See ParallelConfig."""

    max_concurrency: int | None
    completion: CompletionConfig
    serdes: SerDes[Any] | None
    item_serdes: SerDes[Any] | None
    summary_generator: Callable[[Any], str] | None
    nesting: NestingType


class MapKeywords(ParallelKeywords, Generic[T], total=False):
    """See MapConfig."""

    item_namer: Callable[[T, int], str] | None


class CallbackKeywords(TypedDict, total=False):
    """See CallbackConfig; `serdes` stands apart, because it gives the answer its type."""

    timeout: DurationLike
    heartbeat_timeout: DurationLike
    sub_type: str | None


class WaitForCallbackKeywords(CallbackKeywords, total=False):
    """See WaitForCallbackConfig; `serdes` stands apart."""

    retry: Retry


class InvokeKeywords(TypedDict, total=False):
    """See InvokeConfig; `serdes_result` stands apart."""

    serdes_payload: SerDes[Any] | None
    tenant_id: str | None


class ConditionKeywords(TypedDict, Generic[T], total=False):
    """See WaitForConditionConfig; the first two are needed."""

    initial_state: T
    wait_strategy: WaitStrategy[T]
    serdes: SerDes[Any] | None


_FIELDS = {
    "retry": "retry_strategy",
    "semantics": "step_semantics",
    "completion": "completion_config",
    "nesting": "nesting_type",
}
"""Keywords that are shorter than their fields."""


def settled(kind: Callable[..., C], config: C | None, keywords: Mapping[str, Any]) -> C | None:
    """The config that the author gave in one of the two ways, or None for neither.

    Raises ValidationError for both at once and for values that cannot be right, TypeError for an unknown keyword.
    """
    if not keywords:
        return config
    given = ", ".join(keywords)
    if config is not None:
        raise ValidationError(f"Give the operation either a config or keywords: it has a config and {given}")
    unknown = [name for name in keywords if name in _FIELDS.values()]
    if unknown:
        raise TypeError(f"{unknown[0]!r} is a field of the config object; the keyword is shorter, see its docstring")
    fields = {_FIELDS.get(name, name): value for name, value in keywords.items()}
    if "retry_strategy" in fields:
        fields["retry_strategy"] = strategy_of(fields["retry_strategy"])
    return kind(**fields)


def strategy_of(retry: Retry) -> RetryStrategy | None:
    """The strategy that is meant; None means the default. Raises ValidationError."""
    match retry:
        case None:
            return None
        case False:
            return RetryPresets.none()
        case int() if retry is not True:
            return create_retry_strategy(RetryStrategyConfig(max_attempts=retry, max_delay=Duration.from_minutes(1)))
        case RetryStrategyConfig():
            return create_retry_strategy(retry)
        case LinearRetryStrategyConfig():
            return create_linear_retry_strategy(retry)
        case _ if not callable(retry):
            raise ValidationError(f"retry must be a strategy, a preset, a number of attempts or False, got {retry!r}")
        case _ if getattr(retry, "__self__", None) is RetryPresets:
            return cast(Callable[[], RetryStrategy], retry)()
        case _:
            return cast(RetryStrategy, retry)
