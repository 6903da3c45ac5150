"""The operations of an execution as its history tells of them, ready to replay a function against. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from everstep.core.events import Event
from everstep.core.machine import retelling
from everstep.core.model import Kind, Operation, Status
from everstep.sdk.replay.batch import Completion


def operations_of(events: Iterable[Event]) -> tuple[Operation, ...]:
    """The operations as they stood after these events, in start order."""
    return tuple(map(_as_kept, retelling.operations_of(events)))


def _as_kept(told: Operation) -> Operation:
    if told.kind is not Kind.CONTEXT or told.status is not Status.SUCCEEDED:
        return told
    # The history does not say that a context's result was too large to keep; what is kept instead does.
    return replace(told, replay_children=not told.result or Completion.parse(told.result) is not None)
