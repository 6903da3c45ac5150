"""An event's type, taken apart: `StepFailed` says of a step that it failed."""

from dataclasses import dataclass
from enum import StrEnum

from everstep.core.events import EventType


class Happening(StrEnum):
    """What an event says of its operation, whatever its kind."""

    STARTED = "Started"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    TIMED_OUT = "TimedOut"
    STOPPED = "Stopped"
    CANCELLED = "Cancelled"
    COMPLETED = "Completed"
    PAUSED = "Paused"
    RESUMED = "Resumed"


@dataclass(frozen=True, slots=True)
class Subject:
    """`StepFailed` is (Step, Failed)."""

    kind: str
    happening: Happening


def subject_of(event_type: EventType) -> Subject:
    text = event_type.value
    happening = next(happening for happening in Happening if text.endswith(happening.value))
    return Subject(text.removesuffix(happening.value), happening)
