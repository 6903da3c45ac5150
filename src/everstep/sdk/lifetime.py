"""How long the executions of a function live: what its author declares where the function is written.

    @durable_execution(execution_timeout=timedelta(days=30), retention_days=7)

The function itself never needs it. `everstep dev` and `run` keep to it, and `everstep template` writes it into the
DurableConfig of a SAM template.
"""

from typing import TypedDict

from everstep.core.limits import RETENTION_DAYS_MAX
from everstep.core.records import dataclass
from everstep.errors import ValidationError
from everstep.sdk.delays import DurationLike, to_seconds


class LifetimeKeywords(TypedDict, total=False):
    """See Lifetime."""

    execution_timeout: DurationLike | None
    retention_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """Raises ValidationError for what no service accepts; None leaves it to whoever configures the service."""

    execution_timeout: DurationLike | None = None
    """How long an execution may take from its start to its end, waits included: 1 second to 366 days."""
    retention_days: int | None = None
    """How long its history is kept after its end: 1 to 90 days."""

    def __post_init__(self) -> None:
        if self.execution_timeout_seconds == 0:
            raise ValidationError("execution_timeout must be at least 1 second, got 0")
        days = self.retention_days
        is_number = isinstance(days, int) and not isinstance(days, bool)
        if days is not None and not (is_number and 1 <= days <= RETENTION_DAYS_MAX):
            raise ValidationError(f"retention_days must be a whole number from 1 to {RETENTION_DAYS_MAX}, got {days!r}")

    @property
    def execution_timeout_seconds(self) -> int | None:
        return None if self.execution_timeout is None else to_seconds(self.execution_timeout, "execution_timeout")
