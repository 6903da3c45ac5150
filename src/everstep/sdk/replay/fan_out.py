"""Many branches side by side: what happens inside a map or a parallel.

Branches begin in order of their index, as many at a time as the concurrency allows; a branch that is parked keeps its
place. After each end the completion criteria decide whether to go on; branches that are not needed any more are
dismissed, and nothing of theirs is recorded afterwards.
"""

from collections.abc import Callable, Sequence
from typing import Any

from everstep.core.model import ErrorObject
from everstep.core.records import dataclass
from everstep.errors import DurableOperationError, InvocationError, SerDesError
from everstep.sdk.replay.batch import BatchItem, BatchResult, Completion
from everstep.sdk.replay.completion import (
    BatchItemStatus,
    CompletionConfig,
    CompletionItemStatus,
    CompletionReason,
    CompletionStatus,
    verdict,
)
from everstep.sdk.replay.requests import BranchEnded, Dismiss, Join, Raised, Script, Spawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One branch, ready to begin."""

    make: Callable[[], Script[object]]
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """The branches of one map or parallel, and how they are run."""

    branches: Sequence[Branch]
    concurrency_max: int | None
    completion: CompletionConfig
    is_recorded: bool = True
    """Every branch has a record of its own (NESTED)."""


def fan_out(fan: Fan) -> Script[BatchResult[Any]]:
    """Run the branches until the batch is done."""
    run = _Run(fan)
    while (reason := run.verdict()) is None:
        while run.may_begin():
            yield run.begin()
            if fan.completion.should_complete is not None and run.verdict() is not None:
                break
        ended = yield Join()
        assert isinstance(ended, BranchEnded), ended
        run.note(ended)
    if run.running:
        yield Dismiss()
    return run.result(reason)


def rebuild(fan: Fan, completion: Completion) -> Script[BatchResult[Any]]:
    """The result of a batch that is done, from the records of its branches; branches that never ended stay so."""
    run = _Run(fan)
    for index in range(completion.total):
        spawn = run.begin()
        if index not in completion.unfinished:
            yield spawn
    for _ in range(completion.total - len(completion.unfinished)):
        ended = yield Join()
        assert isinstance(ended, BranchEnded), ended
        run.note(ended)
    return run.result(completion.reason)


class _Run:
    """Owns the state of the branches while they run."""

    def __init__(self, fan: Fan) -> None:
        self._fan = fan
        self._items: list[BatchItem[Any]] = []
        """Those that have begun, by index."""
        self._ended = 0
        self._failed = 0

    @property
    def running(self) -> int:
        return len(self._items) - self._ended

    def may_begin(self) -> bool:
        limit = self._fan.concurrency_max
        return len(self._items) < len(self._fan.branches) and (limit is None or self.running < limit)

    def begin(self) -> Spawn:
        index = len(self._items)
        self._items.append(BatchItem(index, BatchItemStatus.STARTED))
        return Spawn(index, self._fan.branches[index].make)

    def note(self, ended: BranchEnded) -> None:
        """A branch has ended. An error that ends the invocation is not the branch's: it passes."""
        self._ended += 1
        if not isinstance(ended.outcome, Raised):
            item = BatchItem(ended.index, BatchItemStatus.SUCCEEDED, ended.outcome.value)
        else:
            error = ended.outcome.error
            if isinstance(error, InvocationError) and error.is_retryable():
                raise error
            if not isinstance(error, DurableOperationError | SerDesError):
                raise error
            self._failed += 1
            item = BatchItem(ended.index, BatchItemStatus.FAILED, error=_record(error))
        self._items[ended.index] = item

    def verdict(self) -> CompletionReason | None:
        return verdict(self._fan.completion, self._status())

    def _status(self) -> CompletionStatus:
        # Only a predicate looks at single branches; a threshold must not cost a list per ended branch.
        wants_items = self._fan.completion.should_complete is not None
        return CompletionStatus(
            success_count=self._ended - self._failed,
            failure_count=self._failed,
            completed_count=self._ended,
            total_count=len(self._fan.branches),
            items=tuple(map(self._item_status, range(len(self._fan.branches)))) if wants_items else (),
        )

    def _item_status(self, index: int) -> CompletionItemStatus:
        begun = self._items[index].status if index < len(self._items) else None
        return CompletionItemStatus(index, self._fan.branches[index].name, begun)

    def result(self, reason: CompletionReason) -> BatchResult[Any]:
        return BatchResult(self._items, reason)


def _record(error: DurableOperationError | SerDesError) -> ErrorObject:
    """The failure itself, without the context that it escaped from."""
    stack = tuple(error.stack_trace) if error.stack_trace is not None else None
    return ErrorObject(message=error.message, type=error.error_type, data=error.data, stack_trace=stack)
