"""What is known of the execution: the recorded operations, by id.

A script looks itself up here first. If the code asks for another operation than the history holds at its place, the
two have drifted apart, and going on would mix up results: that is an error, loud and with both sides named.
"""

from collections.abc import Iterable

from everstep.core.model import Action, Kind, Millis, Operation, OperationId, Status, Update
from everstep.core.records import dataclass
from everstep.errors import NonDeterministicExecutionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which operation the code asks for."""

    id: OperationId
    kind: Kind
    sub_type: str
    place: str
    """Where in the code, for people: "3" is the third operation, "2-1" the first inside the second."""
    name: str | None = None
    parent_id: OperationId | None = None

    def update(self, action: Action) -> Update:
        """An update of this operation that says nothing else yet."""
        return Update(
            id=self.id, kind=self.kind, action=action, parent_id=self.parent_id, name=self.name, sub_type=self.sub_type
        )


class Journal:
    """Owns the operations that this invocation knows."""

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        self._operations = {operation.id: operation for operation in operations}

    def __contains__(self, operation_id: OperationId) -> bool:
        return operation_id in self._operations

    def get(self, operation_id: OperationId) -> Operation | None:
        return self._operations.get(operation_id)

    @property
    def started_at(self) -> Millis:
        """When the execution began."""
        return next((o.started_at for o in self._operations.values() if o.kind is Kind.EXECUTION), Millis(0))

    def learn(self, operations: Iterable[Operation]) -> None:
        """Take over newer versions, as checkpoints answer them."""
        for operation in operations:
            self._operations[operation.id] = operation

    def is_waiting(self, operation_id: OperationId) -> bool:
        """Whether the operation still waits for the service or the world, as a parked script does."""
        known = self._operations.get(operation_id)
        return known is not None and known.status in (Status.STARTED, Status.PENDING)

    def find(self, identity: Identity) -> Operation | None:
        """The recorded operation, or None. Raises NonDeterministicExecutionError if it is another one."""
        known = self._operations.get(identity.id)
        if known is None:
            return None
        if (
            known.kind is identity.kind
            and known.sub_type == identity.sub_type
            and known.name == identity.name
            and known.parent_id == identity.parent_id
        ):
            return known
        return _judge(known, identity)


def _judge(known: Operation, identity: Identity) -> Operation:
    """The recorded operation, if it differs from the one that is asked for only in what means the same."""
    differences = [
        f"{what} was {before!r} and is now {now!r}"
        for what, before, now in (
            ("its type", known.kind.value, identity.kind.value),
            ("its sub-type", known.sub_type, identity.sub_type),
            ("its name", known.name or None, identity.name or None),
            ("its parent", known.parent_id or None, identity.parent_id or None),
        )
        if before != now
    ]
    if not differences:
        return known
    raise NonDeterministicExecutionError(
        f"Operation {identity.place} does not match its history: {'; '.join(differences)}. Between replays the "
        "code must ask for the same operations in the same order; put whatever may differ (time, randomness, "
        "outside state) into a step.",
        step_id=identity.id,
    )
