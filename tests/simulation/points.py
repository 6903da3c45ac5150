"""Where a process can die, by name, and which accidents can happen: what a run must have covered."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from everstep.core.machine.delta import Delta
from everstep.core.messages import CheckpointReply


class Stage(StrEnum):
    """Of a change, on its way into the store and back to whoever wanted it."""

    BEFORE_WRITE = "before write"
    WRITTEN = "written, not committed"
    COMMITTED = "committed, not replied"


class Change(StrEnum):
    """What a change is for."""

    BIRTH = "birth"
    CHECKPOINT = "checkpoint"
    INVOKE = "effect Invoke"
    START_CHILD = "effect StartChild"
    NOTIFY_PARENT = "effect NotifyParent"
    CALL_FUNCTION = "effect CallFunction"
    OTHER = "time, the end of an invocation, or the outside"


class Place(StrEnum):
    """Elsewhere."""

    REPLIED = "service: replied"
    BEFORE_INVOKE = "service: before the function is called"
    AFTER_INVOKE = "service: after the function was called"
    BEFORE_CALL = "worker: before a call of the service"
    AFTER_CALL = "worker: after a call of the service"
    BEFORE_BODY = "worker: before the body of a step"
    AFTER_BODY = "worker: after the body of a step"
    BEFORE_ANSWER = "worker: before its answer"


class Fault(StrEnum):
    """What goes wrong."""

    SERVICE_KILLED = "service killed"
    WORKER_KILLED = "worker killed"
    TAIL_LOST = "unsynced write lost"
    TAIL_TORN = "unsynced write torn"
    TAIL_CORRUPTED = "unsynced write corrupted"
    TAIL_KEPT = "unsynced write kept"
    DISK_FULL = "write refused"
    RACE_LOST = "race lost"
    REQUEST_DROPPED = "request dropped"
    REQUEST_DELAYED = "request delayed"
    REQUEST_DUPLICATED = "request duplicated"
    ANSWER_DROPPED = "answer dropped"
    INVOCATION_DUPLICATED = "invocation delivered twice"
    INVOCATION_LOST_SIGHT_OF = "sight of an invocation lost"
    EFFECT_REPEATED = "effect performed again"
    CLOCK_FORWARD = "clock set forward"
    CLOCK_BACK = "clock set back"
    BRANCH_OVERTAKEN = "thread overtaken"
    CALLBACK_EARLY = "callback answered early"
    CALLBACK_AGAIN = "callback answered again"
    CALLBACK_ASTRAY = "callback answered with a wrong id"
    START_REPEATED = "start repeated"
    START_CONFLICTING = "start with another payload"
    STOPPED = "stopped"
    PAUSED = "paused"
    RESUMED = "resumed"
    DELETED = "deleted"


POINTS: frozenset[str] = frozenset(f"{stage}: {change}" for stage, change in product(Stage, Change)) | frozenset(Place)


def change_of(delta: Delta) -> Change:
    """What the change is for."""
    kinds = {effect_id.partition("/")[0] for effect_id in delta.performed}
    if delta.origin is not None:
        return Change.START_CHILD if "start" in kinds else Change.BIRTH
    if isinstance(delta.response, CheckpointReply):
        return Change.CHECKPOINT
    for kind, change in (("notify", Change.NOTIFY_PARENT), ("call", Change.CALL_FUNCTION), ("invoke", Change.INVOKE)):
        if kind in kinds:
            return change
    return Change.OTHER


@dataclass(slots=True)
class Coverage:
    """Owns the counts of one run or of many."""

    faults: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    """Points that were passed."""
    died_at: Counter[str] = field(default_factory=Counter)
    """Points at which a process died."""
    executions: Counter[str] = field(default_factory=Counter)
    """How they ended."""

    def add(self, other: "Coverage") -> None:
        self.faults += other.faults
        self.reached += other.reached
        self.died_at += other.died_at
        self.executions += other.executions

    @property
    def missed(self) -> list[str]:
        """Points at which nothing ever died."""
        return sorted(POINTS - set(self.died_at))
