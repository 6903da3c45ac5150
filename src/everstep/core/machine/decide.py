"""The three verbs of the service: decide, evolve, due_at.

    execution --decide(command, now)--> Delta --store writes it--> evolve --> execution

All three are pure. `decide` leaves the execution as it was; `evolve` spends it.
"""

from typing import assert_never

from everstep.core.limits import LIMITS, Limits
from everstep.core.machine import checkpoint, forking, hurrying, invocation, life, outside, pausing
from everstep.core.machine.commands import (
    AnswerCallback,
    BeginInvocation,
    Checkpoint,
    ChildEnded,
    Command,
    Delete,
    Hurry,
    InvocationEnded,
    Pause,
    Resume,
    Start,
    Stop,
    Tick,
)
from everstep.core.machine.delta import Delta
from everstep.core.machine.draft import Draft
from everstep.core.machine.state import Execution, Head, Operations
from everstep.core.model import CheckpointToken, Millis


def decide(execution: Execution | None, command: Command, now: Millis, limits: Limits = LIMITS) -> Delta:
    """What the command changes. Raises Refused, and then nothing changes.

    `execution` is None for `Start` alone.
    """
    if isinstance(command, Start):
        assert execution is None, execution
        execution = Execution(origin=command.origin, head=Head(), operations=Operations())
    assert execution is not None, command
    draft = Draft(execution, now, limits)
    match command:
        case Start():
            _begin(draft, command)
        case Checkpoint(request=request, targets=targets):
            return checkpoint.take(draft, request, targets)
        case BeginInvocation():
            return invocation.begin(draft, command)
        case InvocationEnded():
            return invocation.end(draft, command)
        case AnswerCallback():
            return outside.answer(draft, command)
        case ChildEnded():
            return outside.child_ended(draft, command)
        case Pause():
            return pausing.pause(draft, command)
        case Resume():
            return pausing.resume(draft, command)
        case Stop(error=error):
            life.stop(draft, error)
        case Delete():
            life.delete(draft)
        case Hurry(operation_id=operation_id):
            hurrying.hurry(draft, operation_id)
        case Tick():
            life.ripen(draft)
            life.wake(draft)
        case _:
            assert_never(command)
    return draft.finish()


def _begin(draft: Draft, start: Start) -> None:
    life.begin(draft)
    if start.past is not None:
        forking.remember(draft, start.past)
    if start.effect_id is not None:
        draft.perform(start.effect_id)


def evolve(execution: Execution | None, delta: Delta) -> Execution:
    """The execution after the delta. The one that is given must not be used again."""
    if delta.origin is not None:
        assert execution is None, execution
        execution = Execution(origin=delta.origin, head=Head(), operations=Operations())
    assert execution is not None, delta
    assert execution.head.version == delta.base_version, (execution.head.version, delta.base_version)
    execution.operations.apply(delta.operations)
    return Execution(origin=execution.origin, head=delta.head, operations=execution.operations)


def check_token(execution: Execution, token: CheckpointToken, now: Millis, limits: Limits = LIMITS) -> None:
    """Raises Refused unless the token is the execution's current one; it is not used up."""
    checkpoint.check_token(Draft(execution, now, limits), token)


def due_at(execution: Execution) -> Millis | None:
    """When time will change the execution next; None while only the function or the world can."""
    if execution.head.status.is_closed:
        return execution.head.expires_at
    moments = (execution.head.timeout_at, execution.head.invoke_at, execution.operations.next_due())
    return min((m for m in moments if m is not None), default=None)
