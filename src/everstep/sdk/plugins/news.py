"""What the journal learns that plugins have not been told yet.

Checkpoints bring news under the lock of whoever sends them; hooks must not run there. So the news wait here until
the thread that acts on them, or the end of the invocation, takes them away and tells them.
"""

import threading
from collections.abc import Iterable

from everstep.core.model import Kind, Operation, OperationId
from everstep.sdk.replay.journal import Journal


class News:
    """Owns the endings and changes that are not told; may be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: dict[OperationId, Operation] = {}
        self._told: set[OperationId] = set()
        self._changed: dict[OperationId, Operation] = {}

    def end(self, operation: Operation) -> None:
        """The operation is over. Whoever was told of its end already is not told again."""
        with self._lock:
            if operation.id not in self._told and operation.kind is not Kind.EXECUTION:
                self._ended[operation.id] = operation

    def change(self, operation: Operation) -> None:
        with self._lock:
            self._changed[operation.id] = operation

    def take_end(self, operation_id: OperationId) -> tuple[Operation, ...]:
        """The end of this operation after those of the operations inside it, as far as they are not told."""
        with self._lock:
            if operation_id not in self._ended:
                return ()
            return self._take(operation_id)

    def take_ends(self) -> tuple[Operation, ...]:
        """All that is left."""
        with self._lock:
            taken: list[Operation] = []
            for operation_id in tuple(self._ended):
                if operation_id in self._ended:
                    taken += self._take(self._topmost(operation_id))
            return tuple(taken)

    def take_changes(self) -> tuple[Operation, ...]:
        with self._lock:
            changed, self._changed = self._changed, {}
            return tuple(changed.values())

    def _take(self, root: OperationId) -> tuple[Operation, ...]:
        family = [root]
        for operation_id in family:
            family += [known.id for known in self._ended.values() if known.parent_id == operation_id]
        self._told.update(family)
        return tuple(self._ended.pop(operation_id) for operation_id in reversed(family))

    def _topmost(self, operation_id: OperationId) -> OperationId:
        while (parent := self._ended[operation_id].parent_id) is not None and parent in self._ended:
            operation_id = parent
        return operation_id


class WatchedJournal(Journal):
    """A journal that passes on what it learns."""

    def __init__(self, operations: Iterable[Operation], news: News) -> None:
        super().__init__(operations)
        self._news = news

    def learn(self, operations: Iterable[Operation]) -> None:
        learned = tuple(operations)
        for operation in learned:
            before = self.get(operation.id)
            if before is None or before.status is not operation.status:
                self._news.change(operation)
            if operation.status.is_terminal:
                self._news.end(operation)
        super().learn(learned)

    def everything(self) -> tuple[Operation, ...]:
        return tuple(self._operations.values())
