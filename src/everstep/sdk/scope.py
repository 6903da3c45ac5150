"""Where in the code an operation is asked for: the part of a context that sync and async share.

It counts. The n-th operation of a context has the n-th id, on every replay, and the id is taken when the method is
called, not when its result is awaited. Tasks of an author's own inside a context are lanes, each with its own count.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from everstep.core.limits import OPERATION_NAME_CHARS_MAX
from everstep.core.model import Arn, Kind, Millis, OperationId, Status, SubType
from everstep.core.names import operation_id
from everstep.core.records import changed, dataclass
from everstep.errors import ValidationError
from everstep.sdk.draws import draw
from everstep.sdk.logger import Logger, LogInfo
from everstep.sdk.observer import Inside, Observer
from everstep.sdk.replay.journal import Identity, Journal
from everstep.sdk.replay.lane import Lane
from everstep.sdk.replay.requests import Script
from everstep.sdk.results import serializer_of
from everstep.sdk.serdes import SerDes, deserialize, serialize
from everstep.sdk.types import LoggerInterface

T = TypeVar("T")


def _never() -> bool:
    return False


def _no_task() -> None:
    return None


@dataclass(frozen=True, slots=True)
class ExecutionContext:
    """Facts about the execution."""

    durable_execution_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all scopes of an invocation share."""

    arn: Arn
    journal: Journal
    serdes: SerDes[Any] | None = None
    """The function's own default; None: `ExtendedTypeSerDes`."""
    is_cancelled: Callable[[], bool] = _never
    """Whether whoever asks works for nothing."""
    lane: Callable[[], Lane | None] = _no_task
    """The author's task that is asking; None where there are no tasks."""
    observer: Observer | None = None


class Scope:
    """Owns the position in one context."""

    def __init__(
        self,
        settings: Settings,
        prefix: str | None = None,
        parent_id: OperationId | None = None,
        place: str = "",
        since: Millis | None = None,
    ) -> None:
        self.settings = settings
        self.arn = settings.arn
        self.journal = settings.journal
        self._prefix = prefix
        self._parent_id = parent_id
        self._place = f"{place}-" if place else ""
        self._positions: dict[str, int] = {}
        """How many operations each lane has asked for."""
        self._draws: dict[str, int] = {}
        """How often each lane asked for something that looks like chance."""
        self.patches: dict[OperationId, bool] = {}
        """What each patch was answered to be, by the id of its marker."""
        self.latest: OperationId | None = None
        """The operation that was asked for last."""
        self._unrecorded: dict[OperationId, Callable[[], Millis]] = {}
        """The latest moment inside each context that has no record of its own."""
        self._lane = Lane()
        self._since = self.journal.started_at if since is None else since
        self.logger = self._logger(logging.getLogger())

    def is_replaying(self) -> bool:
        """Whether the next operation of this context is already recorded."""
        lane = self.lane.path
        return self._id(lane, self._positions.get(lane, 0) + 1) in self.journal

    @property
    def is_outermost(self) -> bool:
        """Whether this is the handler's own context."""
        return self._prefix is None

    @property
    def lane(self) -> Lane:
        """The sequence of code that is asking."""
        return self.settings.lane() or self._lane

    def _id(self, lane: str, position: int) -> OperationId:
        return operation_id(f"{self._prefix or ''}{lane}", position)

    def set_logger(self, logger: LoggerInterface) -> None:
        self.logger = self._logger(logger)

    def _logger(self, logger: LoggerInterface) -> Logger:
        info = LogInfo(self.arn, parent_id=self._parent_id)
        return Logger.from_log_info(logger, info, self.is_replaying, enrich=self._log_fields)

    def identify(self, kind: Kind, sub_type: str, name: str | None) -> Identity:
        """Take the next place. Raises ValidationError for a name that the service would refuse."""
        _check_name(name)
        lane = self.lane.path
        position = self._positions[lane] = self._positions.get(lane, 0) + 1
        self.latest = self._id(lane, position)
        return self._asked(
            Identity(
                id=self.latest,
                kind=kind,
                sub_type=sub_type,
                place=f"{self._place}{lane}{'-' if lane else ''}{position}",
                name=name or None,
                parent_id=self._parent_id,
            )
        )

    def inner(self, owner: Identity, *, is_recorded: bool = True, since: Millis | None = None) -> "Scope":
        """The scope inside a context; without a record of its own its operations stand under this scope's parent.

        `since` is the moment at which the context was asked for, now by default.
        """
        parent_id = owner.id if is_recorded else self._parent_id
        scope = Scope(self.settings, owner.id, parent_id, owner.place, self.now() if since is None else since)
        scope.set_logger(self.logger.get_logger())
        return scope

    def room_of_ours(self, owner: Identity) -> "Scope":
        """The scope inside a context whose operations the SDK asks for, not the author's code.

        They are counted in one sequence, whatever task comes by: on the first run one of ours, which goes on after the
        first operation has come back, on a replay the author's own, which is answered at once.
        """
        scope = self.inner(owner)
        scope.settings = changed(self.settings, lane=_no_task)
        return scope

    def branch(self, owner: Identity, index: int, sub_type: str, name: str) -> Identity:
        """The identity of a branch: its place is its index, from 0, whatever begins or ends first."""
        return self._asked(
            Identity(
                id=operation_id(owner.id, index),
                kind=Kind.CONTEXT,
                sub_type=sub_type,
                place=f"{owner.place}-{index}",
                name=name,
                parent_id=owner.id,
            )
        )

    # ------------------------------------------------------------------ what is the same on every replay
    def now(self) -> Millis:
        """The latest moment that the code here can know of."""
        return max(self._since, self.lane.seen)

    def ended_at(self, operation_id: OperationId | None) -> Millis | None:
        """When the operation ended; None for one that did not. A context without a record ends with its last moment."""
        if operation_id is None:
            return None
        known = self.journal.get(operation_id)
        inside = self._unrecorded.get(operation_id)
        if known is None and inside is not None:
            return inside()
        return known.ended_at if known is not None else None

    def follow(self, owner: Identity, inside: "Scope") -> None:
        """Take the time of a context without a record from the code that is about to run inside."""
        lane, since = inside.lane, inside.now()
        self._unrecorded[owner.id] = lambda: max(since, lane.seen)

    def draw(self) -> bytes:
        """The next bytes that look like chance."""
        lane = self.lane.path
        number = self._draws[lane] = self._draws.get(lane, 0) + 1
        return draw(self.arn, f"{self._prefix or ''}{lane}", number)

    def marker(self, sub_type: str, name: str) -> Identity:
        """The identity of an operation whose id comes from its name, so that no other one is numbered anew."""
        _check_name(name)
        lane = self.lane.path
        return Identity(
            id=self._id(f"{lane}~{sub_type}~{name}", 0),
            kind=Kind.STEP,
            sub_type=sub_type,
            place=f"{self._place}{lane}{name}",
            name=name,
            parent_id=self._parent_id,
        )

    def nth_marker(self, sub_type: str) -> Identity:
        """The identity of the next operation of this sort; the sort has a count of its own."""
        lane = f"{self.lane.path}~{sub_type}"
        position = self._positions[lane] = self._positions.get(lane, 0) + 1
        return self.marker(sub_type, f"{sub_type}-{position}")

    def alarm(self) -> Identity:
        """The identity of a timer that the author's code asked its event loop for; timers have a count of their own."""
        lane = f"{self.lane.path}~timer"
        position = self._positions[lane] = self._positions.get(lane, 0) + 1
        return self._asked(
            Identity(
                id=self._id(lane, position),
                kind=Kind.WAIT,
                sub_type=SubType.WAIT,
                place=f"{self._place}{lane}-{position}",
                name="timer",
                parent_id=self._parent_id,
            )
        )

    def was_here(self) -> bool:
        """Whether the history holds what only code behind this place can have asked for."""
        owner = self.journal.get(self._parent_id) if self._parent_id is not None else None
        is_over = owner is not None and owner.status is not Status.STARTED
        return is_over or self.is_replaying() or any(self._id(path, 1) in self.journal for path in self.lane.ahead())

    # ------------------------------------------------------------------ what an observer sees
    def _asked(self, identity: Identity) -> Identity:
        if self.settings.observer is not None:
            self.settings.observer.asked(identity)
        return identity

    def script(self, script: Script[T]) -> Script[T]:
        """The script as it is handed to a driver."""
        return script if self.settings.observer is None else self.settings.observer.script(script)

    def body(self, identity: Identity, attempt: int, body: Callable[[], object]) -> object:
        """Run the author's code of an attempt."""
        return body() if self.settings.observer is None else self.settings.observer.body(identity, attempt, body)

    def inside(self, identity: Identity, inside: Inside, *, is_recorded: bool = True) -> Inside:
        """What happens in a context, as it is handed to the context's script."""
        observer = self.settings.observer
        return inside if observer is None else observer.inside(identity, inside, is_recorded=is_recorded)

    def trace_id(self, identity: Identity, function_name: str) -> str | None:
        """What a chained invoke carries as its trace id; nobody is asked for one that is made already."""
        observer = self.settings.observer
        return None if observer is None or identity.id in self.journal else observer.trace_id(identity, function_name)

    # ------------------------------------------------------------------ texts and lines

    def serializer(self, serdes: SerDes[Any] | None, func: object = None) -> SerDes[Any] | None:
        """An operation's own serializer, else the function's default, else that of what `func` returns."""
        if serdes is not None or self.settings.serdes is not None or func is None:
            return serdes or self.settings.serdes
        return serializer_of(func)

    def encoder(self, serdes: SerDes[Any] | None, id_: OperationId) -> Callable[[object], str | None]:
        serializer = serdes or self.settings.serdes
        return lambda value: serialize(serializer, value, id_, self.arn)

    def decoder(self, serdes: SerDes[Any] | None, id_: OperationId) -> Callable[[str | None], Any]:
        serializer = serdes or self.settings.serdes
        return lambda text: None if text is None else deserialize(serializer, text, id_, self.arn)

    def body_logger(self, identity: Identity, attempt: int | None = None) -> Logger:
        """A body's lines are never silenced: while it runs, nothing is replayed."""
        info = LogInfo(self.arn, self._parent_id, identity.id, identity.name, attempt)
        return Logger.from_log_info(self.logger.get_logger(), info, enrich=self._log_fields)

    def _log_fields(self) -> Mapping[str, object]:
        return {} if self.settings.observer is None else self.settings.observer.log_fields()


def _check_name(name: str | None) -> None:
    if name is None:
        return
    if len(name) > OPERATION_NAME_CHARS_MAX or not (name.isascii() and name.isprintable()):
        raise ValidationError(
            f"An operation's name is at most {OPERATION_NAME_CHARS_MAX} printable ASCII characters, got {name!r}"
        )
