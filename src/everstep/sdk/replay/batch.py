"""What a map or a parallel gives back: one item per branch, in the order of the branches."""

import json
from collections.abc import Iterable
from typing import Any, Generic, TypeVar, cast

from everstep.core.model import ErrorObject
from everstep.core.records import dataclass
from everstep.core.wire.errors import decode_error, encode_error
from everstep.errors import BatchCompletionError, ChildContextError
from everstep.sdk.replay.completion import BatchItemStatus, CompletionReason
from everstep.sdk.replay.failures import raise_failure

R = TypeVar("R")


@dataclass(frozen=True)
class BatchItem(Generic[R]):
    """One branch. `error` is the record of its failure."""

    index: int
    status: BatchItemStatus
    result: R | None = None
    error: ErrorObject | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data; the result stays as it is."""
        error = encode_error(self.error) if self.error is not None else None
        return {"index": self.index, "status": self.status.value, "result": self.result, "error": error}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "BatchItem[R]":
        """What `to_dict` wrote."""
        error = decode_error(data["error"]) if data.get("error") else None
        return cls(data["index"], BatchItemStatus(data["status"]), data.get("result"), error)


@dataclass(frozen=True)
class BatchResult(Generic[R]):
    """The branches that had begun when the batch was done, and why it was.

    A failed branch does not raise; `throw_if_error` does.
    """

    all: list[BatchItem[R]]
    completion_reason: CompletionReason

    def succeeded(self) -> list[BatchItem[R]]:
        return self._of(BatchItemStatus.SUCCEEDED)

    def failed(self) -> list[BatchItem[R]]:
        return self._of(BatchItemStatus.FAILED)

    def started(self) -> list[BatchItem[R]]:
        """Branches that were not needed any more when the batch was done."""
        return self._of(BatchItemStatus.STARTED)

    def get_results(self) -> list[R]:
        """Results of the branches that succeeded, in order."""
        return [cast(R, item.result) for item in self.succeeded()]

    def get_errors(self) -> list[ErrorObject | None]:
        """Errors of the branches that failed, in order."""
        return [item.error for item in self.failed()]

    @property
    def status(self) -> BatchItemStatus:
        """FAILED if any branch failed or a custom decision said so."""
        if self.completion_reason is CompletionReason.CUSTOM_COMPLETION_SUCCEEDED:
            return BatchItemStatus.SUCCEEDED
        failed = self.completion_reason is CompletionReason.CUSTOM_COMPLETION_FAILED or self.has_failure
        return BatchItemStatus.FAILED if failed else BatchItemStatus.SUCCEEDED

    @property
    def has_failure(self) -> bool:
        return any(item.status is BatchItemStatus.FAILED for item in self.all)

    @property
    def success_count(self) -> int:
        return len(self.succeeded())

    @property
    def failure_count(self) -> int:
        return len(self.failed())

    @property
    def started_count(self) -> int:
        return len(self.started())

    @property
    def total_count(self) -> int:
        """Branches that had begun."""
        return len(self.all)

    def throw_if_error(self) -> None:
        """Raise the first branch's failure as a ChildContextError, or BatchCompletionError for a custom verdict."""
        for item in self.failed():
            error = item.error or ErrorObject(message=f"Branch {item.index} failed without an error.")
            raise_failure(error, ChildContextError)
        if self.completion_reason is CompletionReason.CUSTOM_COMPLETION_FAILED:
            raise BatchCompletionError(self.completion_reason)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as far as the results are."""
        return {"all": [item.to_dict() for item in self.all], "completionReason": self.completion_reason.value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "BatchResult[R]":
        """What `to_dict` wrote."""
        items: list[BatchItem[R]] = [BatchItem.from_dict(item) for item in data["all"]]
        return cls(items, CompletionReason(data["completionReason"]))

    def _of(self, status: BatchItemStatus) -> list[BatchItem[R]]:
        return [item for item in self.all if item.status is status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """How a batch ended whose result was too large to keep: enough to build it again from its branches."""

    reason: CompletionReason
    total: int
    """Branches that had begun: those with an index below."""
    unfinished: frozenset[int]

    def summary(self, kind: str, batch: BatchResult[Any], note: str | None) -> str:
        """The text that is kept in the result's place; the same members as the official SDKs write."""
        finished = [item.index for item in batch.all if item.status is not BatchItemStatus.STARTED]
        few = len(self.unfinished) <= len(finished)
        members: dict[str, object] = {
            "type": kind,
            "totalCount": self.total,
            "completionReason": self.reason.value,
            ("startedIndexes" if few else "completedIndexes"): sorted(self.unfinished) if few else finished,
            "startedCount": batch.started_count,
            "successCount": batch.success_count,
            "failureCount": batch.failure_count,
            "status": batch.status.value,
        }
        if note is not None:
            members["summary"] = note
        return json.dumps(members)

    @classmethod
    def of(cls, batch: BatchResult[Any]) -> "Completion":
        unfinished = frozenset(item.index for item in batch.started())
        return cls(reason=batch.completion_reason, total=batch.total_count, unfinished=unfinished)

    @classmethod
    def parse(cls, summary: str | None) -> "Completion | None":
        """What a summary says, or None when it is not one of ours or the official SDK's."""
        try:
            members = json.loads(summary or "null")
            total, reason = members["totalCount"], CompletionReason(members["completionReason"])
            if "startedIndexes" in members:
                unfinished = _indexes(members["startedIndexes"], total)
            else:
                unfinished = frozenset(range(total)) - _indexes(members["completedIndexes"], total)
        except (ValueError, TypeError, KeyError):
            return None
        return cls(reason=reason, total=total, unfinished=unfinished)


def _indexes(values: Iterable[object], total: int) -> frozenset[int]:
    found = frozenset(value for value in values if isinstance(value, int) and 0 <= value < total)
    if len(found) != len(list(values)):
        raise ValueError(values)
    return found
