"""What can go wrong, where, and how it is made to go wrong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from everstep.core.limits import DAY_MS
from everstep.core.model import Arn, Kind, Millis, Operation, OperationId
from everstep.sdk.replay.journal import Identity
from everstep.testing.incarnation import Died, Incarnation, Place, Where
from everstep.testing.operations import TestedOperation


class Sort(StrEnum):
    """What goes wrong."""

    DEATH = "DEATH"
    """The process ends."""
    ZOMBIE = "ZOMBIE"
    """The service gives the invocation up and makes another; it goes on all the same."""
    DUPLICATE = "DUPLICATE"
    """The invocation is delivered a second time."""
    EARLY_ANSWER = "EARLY_ANSWER"
    """A callback is answered while the invocation that made it still runs."""
    LATE_ANSWER = "LATE_ANSWER"
    """A callback is answered at the last moment, or a day later if it has all the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong, once."""

    sort: Sort
    arn: Arn
    place: Place
    turn: int = 1
    """The how-manieth coming to this place."""
    text: str = field(compare=False)
    """What goes wrong, as a part of a sentence."""

    @property
    def changes_time(self) -> bool:
        """Whether what depends on the time may become another."""
        return self.sort is Sort.LATE_ANSWER


class Outside(Protocol):
    """What a fault needs of the world: somebody who answers callbacks."""

    def answer_now(self, arn: Arn, operation_id: OperationId) -> bool:
        """Give a planned answer at once. Whether one was planned."""
        ...


Stop = tuple[Arn, Place, int]

_TEXTS = {
    Where.BEGIN: "the process ends before anything of invocation {turn} ran",
    Where.BEFORE_BODY: "the process ends before attempt {detail} of {label} runs",
    Where.EFFECT: "the process ends right after the effect {label}",
    Where.AFTER_BODY: "the process ends after attempt {detail} of {label} ran, before that is saved",
    Where.BEFORE_SAVE: "the process ends before the {label} is saved",
    Where.IN_SAVE: "the process ends after the {label} is saved, before what follows it is",
    Where.AFTER_SAVE: "the process ends after the {label} is saved, before it hears so",
    Where.END: "the answer of invocation {turn} gets lost",
}


class Tape:
    """Records an undisturbed run: every place in the order of coming there."""

    def __init__(self) -> None:
        self.stops: list[Stop] = []
        self.asked_for: dict[tuple[Arn, OperationId], Identity] = {}
        self.swallowed: list[Arn] = []
        """Executions whose handler went on to its end after it was suspended."""
        self._times: Counter[tuple[Arn, Place]] = Counter()

    def watch(self, world: Outside) -> None:
        """Nothing is done to the world."""

    def delay(self, callback: Operation, planned: Millis) -> Millis:
        return planned

    def asked(self, identity: Identity, who: Incarnation) -> None:
        self.asked_for[who.arn, identity.id] = identity

    def at(self, place: Place, who: Incarnation) -> None:
        key = who.arn, place
        self._times[key] += 1
        self.stops.append((*key, self._times[key]))
        is_pending = who.output is not None and who.output.status == "PENDING"
        if place.where is Where.END and is_pending and who.has_returned:
            self.swallowed.append(who.arn)


class Trouble:
    """Makes one fault happen, the first time that its place is come to."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._times = 0
        self._world: Outside
        self.has_struck = False

    def watch(self, world: Outside) -> None:
        self._world = world

    def asked(self, identity: Identity, who: Incarnation) -> None:
        return

    def delay(self, callback: Operation, planned: Millis) -> Millis:
        """When this callback is answered."""
        if self._fault.sort is not Sort.LATE_ANSWER or callback.id != self._fault.place.subject:
            return planned
        self.has_struck = True
        return Millis(planned + DAY_MS) if callback.due_at is None else max(planned, Millis(callback.due_at - 1))

    def at(self, place: Place, who: Incarnation) -> None:
        if self.has_struck or who.arn != self._fault.arn:
            return
        if self._fault.sort is Sort.EARLY_ANSWER:
            if place.where is Where.AFTER_SAVE:
                self.has_struck = self._world.answer_now(who.arn, OperationId(self._fault.place.subject))
            return
        if place != self._fault.place:
            return
        self._times += 1
        if self._times == self._fault.turn:
            self.has_struck = True
            self._strike(who)

    def _strike(self, who: Incarnation) -> None:
        match self._fault.sort:
            case Sort.DEATH:
                raise Died
            case Sort.ZOMBIE:
                who.give_up()
            case Sort.DUPLICATE:
                who.repeat()
            case Sort.EARLY_ANSWER | Sort.LATE_ANSWER:
                raise AssertionError(self._fault)  # they strike elsewhere


def faults_of(tape: Tape, operations: Sequence[TestedOperation]) -> list[Fault]:
    """Everything that can go wrong in a run like this one."""
    faults = [fault for stop in tape.stops for fault in _at(*stop)]
    arn = tape.stops[0][0]
    for operation in operations:
        if operation.kind is Kind.CALLBACK and operation.status.is_terminal:
            faults += _answered(arn, operation)
    return faults


def _at(arn: Arn, place: Place, turn: int) -> Iterator[Fault]:
    text = _TEXTS[place.where].format(turn=turn, detail=place.detail, label=place.label)
    yield Fault(sort=Sort.DEATH, arn=arn, place=place, turn=turn, text=text)
    if place.where is Where.BEFORE_SAVE:
        zombie = f"the invocation is given up before the {place.label} is saved, and goes on beside its successor"
        yield Fault(sort=Sort.ZOMBIE, arn=arn, place=place, turn=turn, text=zombie)
    if place.where is Where.END:
        twice = f"invocation {turn} is delivered twice"
        yield Fault(sort=Sort.DUPLICATE, arn=arn, place=place, turn=turn, text=twice)


def _answered(arn: Arn, callback: TestedOperation) -> Iterator[Fault]:
    name = callback.name or callback.parent_name or "without a name"
    place = Place(Where.AFTER_SAVE, callback.id)
    early = f"callback {name!r} is answered while the invocation that made it still runs"
    yield Fault(sort=Sort.EARLY_ANSWER, arn=arn, place=place, text=early)
    late = f"callback {name!r} is answered at the last moment"
    yield Fault(sort=Sort.LATE_ANSWER, arn=arn, place=place, text=late)
