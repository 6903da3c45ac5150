"""How operations are configured: values that are checked at birth and never change."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from everstep.core.limits import SUB_TYPE_CHARS_MAX
from everstep.errors import ValidationError
from everstep.sdk.delays import Duration, DurationLike, JitterStrategy, to_seconds
from everstep.sdk.retries import RetryStrategy
from everstep.sdk.serdes import SerDes

__all__ = ["Duration", "DurationLike", "JitterStrategy", "StepConfig", "StepSemantics", "to_seconds"]

_SUB_TYPE = re.compile(rf"[A-Za-z0-9_-]{{1,{SUB_TYPE_CHARS_MAX}}}")


class StepSemantics(StrEnum):
    """How often one attempt of a step may run its body when invocations die in the middle of it."""

    AT_MOST_ONCE_PER_RETRY = "AT_MOST_ONCE_PER_RETRY"
    """Its start is saved before the body runs; an interrupted attempt counts as failed and goes to the retries."""
    AT_LEAST_ONCE_PER_RETRY = "AT_LEAST_ONCE_PER_RETRY"
    """An interrupted attempt runs again, so its body should be idempotent."""


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

    def __post_init__(self) -> None:
        _check_callable(self.retry_strategy, "retry_strategy")
        _check_semantics(self.step_semantics)
        _check_serdes(self.serdes, "serdes")
        _check_sub_type(self.sub_type)


def _check_callable(value: object, what: str) -> None:
    if value is not None and not callable(value):
        raise ValidationError(
            f"{what} must be a function (error, attempts_made) -> RetryDecision, got {type(value).__name__}; "
            "create_retry_strategy makes one from a config"
        )


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
