"""What is true of every execution after every command, recomputed the slow and obvious way."""

from collections.abc import Collection, Sequence

from everstep.core.events import Event
from everstep.core.machine.decide import due_at
from everstep.core.machine.delta import Delta, Effect, Invoke
from everstep.core.machine.state import Execution, Head, InvocationPhase, is_waiting, restore
from everstep.core.model import ExecutionStatus, Status


def check_delta(before: Head | None, delta: Delta, after: Execution) -> None:
    """A delta is one step of the version, and says itself when time goes on."""
    assert delta.arn == after.arn
    assert (delta.origin is not None) is (before is None)
    if before is not None and delta.is_empty:
        assert delta.head == before
        assert (delta.operations, delta.events, delta.effects, delta.performed) == ((), (), (), ())
    else:
        assert delta.head.version == delta.base_version + 1
    assert after.head == delta.head
    assert due_at(after) == delta.due_at
    if before is not None:
        assert before.changed_at <= delta.head.changed_at
        assert before.seen_version <= delta.head.seen_version <= delta.head.version
    is_fork = delta.origin is not None and delta.origin.source is not None  # it tells of another time
    assert is_fork or all(event.at == delta.head.changed_at for event in delta.events)
    effect_ids = [effect.id for effect in delta.effects]
    assert len(set(effect_ids)) == len(effect_ids), effect_ids
    assert len(set(delta.performed)) == len(delta.performed), delta.performed


def check_history(head: Head, events: Sequence[Event]) -> None:
    assert [event.event_id for event in events] == list(range(1, head.events + 1))
    moments = [event.at for event in events]
    assert moments == sorted(moments)


def check_invocation(head: Head, outbox: Collection[Effect]) -> None:
    """At most one invocation; the outbox holds it exactly while it is owed."""
    owed = [effect.number for effect in outbox if isinstance(effect, Invoke)]
    if head.invocation is not None and head.invocation.phase is InvocationPhase.OWED:
        assert owed == [head.invocation.number]
        assert not head.status.is_closed
    else:
        assert owed == []
    if head.invocation is not None:
        assert head.invocation.number == head.invocations
        assert head.invoke_at is None
    if head.status.is_closed:
        assert (head.invoke_at, head.timeout_at) == (None, None)
        assert head.ended_at is not None
    else:
        assert head.ended_at is None
        assert head.expires_at is None
    check_pause(head)


def check_pause(head: Head) -> None:
    """While it is paused nothing is owed, and nobody may write."""
    live, is_paused = head.invocation, head.status is ExecutionStatus.PAUSED
    assert (head.pause is not None) is (is_paused or head.status is ExecutionStatus.PAUSING)
    if is_paused:
        assert live is None or live.is_revoked, live
    if head.status is ExecutionStatus.PAUSING:
        assert live is not None
        assert live.phase is InvocationPhase.LIVE
        assert not live.is_revoked


def check_operations(execution: Execution) -> None:
    """The indexes say what a look at every operation says, and what a store would restore says the same."""
    head, operations = execution.head, execution.operations
    everything = list(operations)
    assert [operation.seq for operation in everything] == list(range(1, head.operations + 1))
    assert len(operations) == head.operations
    assert operations.waiting == sum(map(is_waiting, everything))
    assert operations.next_due() == min((o.due_at for o in everything if o.due_at is not None), default=None)
    moved = [o.id for o in sorted(everything, key=lambda o: o.moved_in) if o.moved_in > head.seen_version]
    assert sorted(o.id for o in operations.moved_since(head.seen_version)) == sorted(moved)
    assert operations.has_moved_since(head.seen_version) is bool(moved)
    for operation in everything:
        assert operation.status.is_terminal is (operation.ended_at is not None), operation
        assert operation.due_at is None or is_waiting(operation), operation
        assert (operation.status is Status.PENDING) <= (operation.due_at is not None), operation
    restored = restore(execution.origin, head, everything)
    assert due_at(restored) == due_at(execution)
    assert restored.operations.waiting == operations.waiting
    assert {o.id for o in restored.operations.moved_since(head.seen_version)} == set(moved)


def check_wake_up(execution: Execution) -> None:
    """Where there is something that the function has not seen, its invocation is owed, live or due."""
    head = execution.head
    if head.status is not ExecutionStatus.RUNNING or head.invocation is not None or head.invoke_at is not None:
        return
    assert not execution.operations.has_moved_since(head.seen_version), "a wake-up is lost"
