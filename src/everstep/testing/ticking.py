"""When virtual time has to go on by itself: where outcomes race, and the order in which they came must be recorded.

Ends are recorded in milliseconds, and a replay tells them in the order of their records. In the real world two that
came one after the other have different ones. Here nothing takes any time, so two steps that ended in different
checkpoints would seem to have ended at once, and a race might be won by another one on a replay. Therefore:

    In an execution of an `async def` function that has had two operations side by side, each change that ends an
    operation takes one millisecond.

A sequence of operations takes no time, and a wait of an hour in it an hour, to the millisecond. What is inside a
`wait_for_callback` does not count: only the SDK asks for it.
"""

from collections.abc import Iterable

from everstep.core.model import Kind, Operation, OperationId, SubType


class Races:
    """Owns whether one execution's operations have ever been side by side."""

    def __init__(self) -> None:
        self._open: dict[OperationId, OperationId | None] = {}
        """Operations that have not ended, each with the one that it stands in."""
        self._ours: set[OperationId] = set()
        """Contexts with nothing of the author's inside."""
        self._has_raced = False

    def note(self, changed: Iterable[Operation]) -> bool:
        """Something changed. Whether that takes time."""
        ended = []
        for operation in changed:
            if not self._has_raced:
                self._enter(operation)
            if operation.status.is_terminal:
                ended.append(operation.id)
        for operation_id in ended:
            self._open.pop(operation_id, None)
        return self._has_raced and bool(ended)

    def _enter(self, operation: Operation) -> None:
        if operation.id in self._open or operation.parent_id in self._ours:
            return
        if operation.kind is Kind.CONTEXT and operation.sub_type == SubType.WAIT_FOR_CALLBACK:
            self._ours.add(operation.id)
        around, parent = 0, operation.parent_id
        while parent in self._open:
            around, parent = around + 1, self._open[parent]
        self._has_raced = len(self._open) > around
        self._open[operation.id] = operation.parent_id
