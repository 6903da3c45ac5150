"""When a map or a parallel is done before all of its branches are.

Tolerances are strictly-greater-than, and the percentage is of all branches. Without any criterion one failure is too
many; with only a minimum of successes, failures do not end the batch.
"""

from collections.abc import Callable
from enum import StrEnum

from everstep.core.records import dataclass
from everstep.errors import ValidationError


class BatchItemStatus(StrEnum):
    """How a branch stands when its batch is done."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STARTED = "STARTED"
    """It had begun, and was not needed any more."""


class CompletionReason(StrEnum):
    """Why a batch is done."""

    ALL_COMPLETED = "ALL_COMPLETED"
    MIN_SUCCESSFUL_REACHED = "MIN_SUCCESSFUL_REACHED"
    FAILURE_TOLERANCE_EXCEEDED = "FAILURE_TOLERANCE_EXCEEDED"
    CUSTOM_COMPLETION_SUCCEEDED = "CUSTOM_COMPLETION_SUCCEEDED"
    CUSTOM_COMPLETION_FAILED = "CUSTOM_COMPLETION_FAILED"


class CompletionOutcome(StrEnum):
    """What a custom decision makes of the whole batch."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class CompletionDecision:
    """What a `should_complete` predicate answers; made by `continue_batch` and `complete_batch`."""

    complete: bool
    outcome: CompletionOutcome | None = None

    def __post_init__(self) -> None:
        if self.complete is (self.outcome is None):
            raise ValidationError("a decision has an outcome exactly when it completes the batch")


def continue_batch() -> CompletionDecision:
    """Go on."""
    return CompletionDecision(complete=False)


def complete_batch(outcome: CompletionOutcome = CompletionOutcome.SUCCEEDED) -> CompletionDecision:
    """The batch is done now, with this outcome."""
    return CompletionDecision(complete=True, outcome=outcome)


@dataclass(frozen=True)
class CompletionItemStatus:
    """One branch, as a predicate sees it; `status` is None for one that has not begun."""

    index: int
    name: str | None = None
    status: BatchItemStatus | None = None


@dataclass(frozen=True)
class CompletionStatus:
    """How far a batch has come, as a predicate sees it; `items[i]` is branch i."""

    success_count: int
    failure_count: int
    completed_count: int
    total_count: int
    items: tuple[CompletionItemStatus, ...] = ()


@dataclass(frozen=True)
class CompletionConfig:
    """When a batch is done early. Raises ValidationError.

    `tolerated_failure_percentage` goes from 0 to 100. `should_complete` decides alone and excludes the others; it
    must be deterministic and monotonic: more progress must not turn a "done" into a "go on".
    """

    min_successful: int | None = None
    tolerated_failure_count: int | None = None
    tolerated_failure_percentage: int | float | None = None
    should_complete: Callable[[CompletionStatus], CompletionDecision] | None = None

    def __post_init__(self) -> None:
        if self.min_successful is not None and self.min_successful < 1:
            raise ValidationError(f"min_successful must be at least 1, got: {self.min_successful}")
        if self.tolerated_failure_count is not None and self.tolerated_failure_count < 0:
            raise ValidationError(f"tolerated_failure_count must not be negative, got: {self.tolerated_failure_count}")
        if self.tolerated_failure_percentage is not None and not 0 <= self.tolerated_failure_percentage <= 100:
            raise ValidationError(
                f"tolerated_failure_percentage must be between 0 and 100, got: {self.tolerated_failure_percentage}"
            )
        if self.should_complete is None:
            return
        if not callable(self.should_complete):
            raise ValidationError("should_complete must be a function")
        if self.has_thresholds:
            raise ValidationError("should_complete decides alone; leave the other criteria out")

    @property
    def has_thresholds(self) -> bool:
        given = (self.min_successful, self.tolerated_failure_count, self.tolerated_failure_percentage)
        return any(criterion is not None for criterion in given)

    def check_total(self, total: int) -> None:
        """Raises ValidationError when a batch of this many branches cannot meet the criteria."""
        if self.min_successful is not None and self.min_successful > total > 0:
            raise ValidationError(f"min_successful is {self.min_successful}, but there are only {total} branches")

    @staticmethod
    def first_successful() -> "CompletionConfig":
        """Done with the first success."""
        return CompletionConfig(min_successful=1)

    @staticmethod
    def all_completed() -> "CompletionConfig":
        """Done when every branch has ended, however it ended."""
        return CompletionConfig(tolerated_failure_percentage=100)

    @staticmethod
    def all_successful() -> "CompletionConfig":
        """Done with the first failure, or when every branch has succeeded."""
        return CompletionConfig(tolerated_failure_count=0, tolerated_failure_percentage=0)


def verdict(config: CompletionConfig, status: CompletionStatus) -> CompletionReason | None:
    """Why the batch is done now, or None while it must go on."""
    if config.should_complete is not None:
        decision = config.should_complete(status)
        if decision.complete:
            failed = decision.outcome is CompletionOutcome.FAILED
            return CompletionReason.CUSTOM_COMPLETION_FAILED if failed else CompletionReason.CUSTOM_COMPLETION_SUCCEEDED
    elif _is_intolerable(config, status):
        return CompletionReason.FAILURE_TOLERANCE_EXCEEDED
    if status.completed_count >= status.total_count:
        return CompletionReason.ALL_COMPLETED
    if config.min_successful is not None and status.success_count >= config.min_successful:
        return CompletionReason.MIN_SUCCESSFUL_REACHED
    return None


def _is_intolerable(config: CompletionConfig, status: CompletionStatus) -> bool:
    if not config.has_thresholds:
        return status.failure_count > 0
    if config.tolerated_failure_count is not None and status.failure_count > config.tolerated_failure_count:
        return True
    if config.tolerated_failure_percentage is None or status.total_count == 0:
        return False
    return status.failure_count / status.total_count * 100 > config.tolerated_failure_percentage
