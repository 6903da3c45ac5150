"""Histories that somebody brings along to look at.

They are kept in memory and in no list, bear a handle in the place of an ARN (`imported:3f9c…`), and nothing can be done
about them but to look. The oldest make room for new ones, and none outlives the service.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from everstep.core.events import Event, EventType
from everstep.core.machine.retelling import operations_of
from everstep.core.machine.state import Head, Origin, PauseDetails, is_waiting
from everstep.core.model import Arn, ExecutionStatus, Millis
from everstep.core.names import ExecutionName, parse_arn
from everstep.core.refusal import Code, Refused, invalid, not_found
from everstep.core.wire.exports import Exported
from everstep.service.catalogue import WAITS_SHOWN_MAX, in_order_of_ripening, line_without_waits
from everstep.service.page.story import Imported, Story, Tree, View
from everstep.service.ports import Clock, Ids, Summary

HANDLE = "imported:"
IMPORTS_MAX = 20
EVENTS_MAX = 200_000
"""Of all of them together; one execution of 10,000 operations has about twice as many."""
_ENDS = {
    EventType.EXECUTION_SUCCEEDED: ExecutionStatus.SUCCEEDED,
    EventType.EXECUTION_FAILED: ExecutionStatus.FAILED,
    EventType.EXECUTION_TIMED_OUT: ExecutionStatus.TIMED_OUT,
    EventType.EXECUTION_STOPPED: ExecutionStatus.STOPPED,
    EventType.EXECUTION_PAUSED: ExecutionStatus.PAUSED,
    EventType.EXECUTION_RESUMED: ExecutionStatus.RUNNING,
}


def is_imported(arn: str) -> bool:
    return arn.startswith(HANDLE)


class Imports:
    """Owns the histories. Belongs to one event loop."""

    def __init__(self, clock: Clock, ids: Ids, *, events_max: int = EVENTS_MAX) -> None:
        self._clock = clock
        self._ids = ids
        self._events_max = events_max
        self._exported: OrderedDict[Arn, tuple[Millis, Exported]] = OrderedDict()
        self._views: dict[Arn, View] = {}

    def add(self, exported: Exported) -> Arn:
        """Its handle. Raises Refused for a history that does not tell how it began, or is too long."""
        if not any(event.type is EventType.EXECUTION_STARTED for event in exported.events):
            raise invalid("the history does not tell of the start of the execution")
        handle = Arn(f"{HANDLE}{self._ids.new()}")
        self._keep(handle, self._clock.now(), exported)
        return handle

    def extend(self, handle: Arn, events: Sequence[Event]) -> None:
        """More of the same history. Raises Refused."""
        at, exported = self._find(handle)
        known = {event.event_id: event for event in (*exported.events, *events)}
        self._keep(handle, at, replace(exported, events=tuple(known[number] for number in sorted(known))))

    def remove(self, handle: Arn) -> None:
        self._find(handle)
        del self._exported[handle]
        self._views.pop(handle, None)

    def handles(self) -> list[Arn]:
        """The newest first."""
        return list(reversed(self._exported))

    def view(self, handle: Arn) -> View:
        """What it shows. Raises Refused NOT_FOUND."""
        at, exported = self._find(handle)
        if handle not in self._views:
            self._views[handle] = _view(handle, at, exported)
        return self._views[handle]

    def story(self, handle: Arn) -> Story:
        story = Story()
        story.hear(self.events(handle))
        return story

    def events(self, handle: Arn) -> Sequence[Event]:
        """Oldest first."""
        return self._find(handle)[1].events

    def _find(self, handle: Arn) -> tuple[Millis, Exported]:
        found = self._exported.get(handle)
        if found is None:
            raise not_found("there is no such import; imports end with the service, or make room for newer ones")
        return found

    def _keep(self, handle: Arn, at: Millis, exported: Exported) -> None:
        if len(exported.events) > self._events_max:
            raise Refused(Code.TOO_LARGE, f"a history of more than {self._events_max} events is too long to be shown")
        self._exported[handle] = at, exported
        self._views.pop(handle, None)
        others = (each for each in list(self._exported) if each != handle)
        while len(self._exported) > IMPORTS_MAX or self._weight() > self._events_max:
            self.remove(next(others))

    def _weight(self) -> int:
        return sum(len(exported.events) for _, exported in self._exported.values())


def _view(handle: Arn, at: Millis, exported: Exported) -> View:
    events = exported.events
    operations = operations_of(events)
    origin, head = _origin(handle, exported), _head(events, len(operations))
    waits = [] if head.status.is_closed else in_order_of_ripening([one for one in operations if is_waiting(one)])
    return View(
        summary=Summary(origin=origin, head=head),
        line=replace(line_without_waits(origin, head), waits=len(waits), first_waits=tuple(waits[:WAITS_SHOWN_MAX])),
        tree=Tree(operations),
        imported=Imported(at=at, arn=exported.arn, until=events[-1].at),
    )


def _origin(handle: Arn, exported: Exported) -> Origin:
    began = next(event for event in exported.events if event.type is EventType.EXECUTION_STARTED)
    named = parse_arn(exported.arn) if exported.arn is not None else None
    name = named or ExecutionName(function="unknown", name=began.name or "imported", execution_id=began.id or "unknown")
    return Origin(
        arn=handle,
        execution_id=name.execution_id,
        name=began.name or name.name,
        function=name.function,
        version=name.version,
        function_arn=name.function_arn,
        input=began.input,
        started_at=began.at,
        timeout_seconds=began.execution_timeout_seconds or 0,
    )


def _head(events: Sequence[Event], operations: int) -> Head:
    last = next((event for event in reversed(events) if event.type in _ENDS), None)
    status = ExecutionStatus.RUNNING if last is None else _ENDS[last.type]
    pause = None
    if last is not None and status is ExecutionStatus.PAUSED:
        pause = PauseDetails(
            requested_at=last.requested_at or last.at,
            reason=last.reason,
            timeout_paused=True if last.timeout_paused is None else last.timeout_paused,
        )
    end = last if status.is_closed else None
    return Head(
        version=1,
        status=status,
        result=end.result if end is not None else None,
        error=end.error if end is not None else None,
        ended_at=end.at if end is not None else None,
        events=len(events),
        operations=operations,
        invocations=sum(event.type is EventType.INVOCATION_COMPLETED for event in events),
        pause=pause,
        changed_at=events[-1].at,
    )
