"""What is known of a run once it is over: what clients asked and heard, what the service says happened, what was done.

    clients' log (`calls`)    histories (`stories`)    side-effect ledger (`deeds`)
                  \\                   |                    /
                   `---------> violations(record) <-------'

Whoever drives a service can fill it: a simulation, tests over HTTP, a chaos run with boto3. Moments are milliseconds
of the clock of whoever wrote them down; `Record.skew_ms_max` says how far these clocks may disagree. Members that a
driver cannot know keep their defaults, and the invariants that need them find nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from everstep.core.events import Event
from everstep.core.limits import Limits
from everstep.core.model import Update
from everstep.core.wire.events import decode_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A promise that was not kept."""

    invariant: str
    """Name of the function that found it."""
    arn: str
    """The execution; empty where it is about several."""
    message: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.message} ({self.arn})"


# --------------------------------------------------------------------------- the clients' log
@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a client and what it heard. A repetition of a request is a call of its own."""

    sent_at: int
    heard_at: int | None = None
    """None: no answer was heard; it may have been carried out or not."""
    refusal: str | None = None
    """The error's message, when the answer was no."""
    code: str | None = None
    """The error's code, when the answer was no: `InvalidParameterValueException` …"""

    @property
    def is_accepted(self) -> bool:
        return self.heard_at is not None and self.code is None

    @property
    def is_refused(self) -> bool:
        return self.heard_at is not None and self.code is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Call):
    """Start an execution (Invoke)."""

    function: str
    name: str | None = None
    payload: str | None = None
    arn: str | None = None
    """The execution that the answer named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Call):
    """CheckpointDurableExecution."""

    arn: str
    token: str
    client_token: str | None = None
    updates: tuple[Update, ...] = ()
    request_id: str | None = None
    """The invocation that asked (`aws_request_id`), if whoever wrote it down knows."""
    next_token: str | None = None
    changed: frozenset[str] = frozenset()
    """Ids of the operations in the answer."""


class Answer(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Call):
    """SendDurableExecutionCallbackSuccess, …Failure or …Heartbeat."""

    callback_id: str
    answer: Answer
    payload: str | None = None
    """The result, or the error's message."""


class Order(StrEnum):
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Call):
    """StopDurableExecution and its kind."""

    arn: str
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Call):
    """GetDurableExecutionHistory while the execution went on, oldest first."""

    arn: str
    after: int = 0
    """The last event before the page."""
    events: tuple[Event, ...] = ()


AnyCall: TypeAlias = Started | Saved | Answered | Ordered | Paged


# --------------------------------------------------------------------------- what the service says
@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One execution as the service shows it in the end."""

    arn: str
    status: str
    """RUNNING, SUCCEEDED …, as GetDurableExecution has it."""
    events: tuple[Event, ...]
    """The whole history."""
    result: str | None = None
    parent_arn: str | None = None
    has_cause: bool = True
    """Whether an open execution has an invocation owed or live, something due, or somebody outside to wait for."""

    @property
    def is_closed(self) -> bool:
        return self.status not in ("RUNNING", "PAUSING", "PAUSED")


# --------------------------------------------------------------------------- the ledger
@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRan:
    """The body of a step began."""

    arn: str
    place: str
    """The step's name, unique in its execution."""
    attempt: int
    at_most_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A worker received an invocation. The network may deliver one twice; it has the same request id then."""

    arn: str
    request_id: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCalled:
    """A plain function, target of a chained invoke, was called."""

    arn: str
    """The caller."""
    place: str
    """Name of the chained invoke, unique in its execution."""
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """An author saw the results of a map or parallel: of which inputs, in the order in which they stood."""

    arn: str
    place: str
    inputs: tuple[int, ...]


Deed: TypeAlias = BodyRan | Delivered | PlainCalled | Gathered


# --------------------------------------------------------------------------- all of it
@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A while in which the service was down, stopped, or its clock was moved: nobody may expect it to be in time."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    calls: tuple[AnyCall, ...] = ()
    """In the order in which they were sent."""
    stories: Mapping[str, Story] = field(default_factory=dict)
    """By ARN: every execution that the service still knows."""
    deeds: tuple[Deed, ...] = ()
    expected: Mapping[str, str] = field(default_factory=dict)
    """By ARN: the result (JSON text) with which the execution must succeed, unless somebody deleted it since."""
    concurrency: Mapping[str, int] = field(default_factory=dict)
    """By name of a map or parallel (unique in a run): how many units may be under way at once."""
    rows: Mapping[str, int] | None = None
    """By ARN: rows (or their like) that the store still holds, dead effects included; None: nobody looked."""
    troubles: tuple[Span, ...] = ()
    lateness_ms_max: int | None = None
    """How late a timer may be noticed outside of troubles; None: not judged."""
    skew_ms_max: int = 0
    limits: Limits | None = None
    ledger_is_whole: bool = False
    """Whether every body of every step writes a `BodyRan`."""


def story_from_json(arn: str, execution: Mapping[str, Any], events: list[Any]) -> Story:
    """A story from what GetDurableExecution and GetDurableExecutionHistory (IncludeExecutionData) answered."""
    return Story(
        arn=arn,
        status=execution["Status"],
        result=execution.get("Result"),
        events=tuple(decode_event(event) for event in events),
    )
