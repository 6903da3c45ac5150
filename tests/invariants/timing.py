"""Time: nothing happens before its moment, and little after it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from everstep.core.events import Event, EventType
from everstep.core.machine.callback import HEARTBEAT
from tests.invariants.record import Answer, Answered, Record, Story

_BREACH = Iterable[tuple[str, str]]


def nothing_is_early(record: Record) -> _BREACH:
    """Waits, retries, timeouts of callbacks and of executions take at least as long as was asked for."""
    heartbeats = _heartbeats(record)
    for arn, story in record.stories.items():
        for event, due in _promises(story, heartbeats):
            if event.at < due - record.skew_ms_max:
                yield arn, f"{event.type} of {event.name} came {due - event.at} ms early"


def nothing_is_late(record: Record) -> _BREACH:
    """What time does is done soon after its moment, unless the service was down or its clock was moved."""
    if record.lateness_ms_max is None:
        return
    heartbeats = _heartbeats(record)
    for arn, story in record.stories.items():
        for event, due in _promises(story, heartbeats):
            is_timer = event.type in (EventType.WAIT_SUCCEEDED, EventType.CALLBACK_TIMED_OUT)
            is_late = event.at > due + record.lateness_ms_max + record.skew_ms_max
            if is_timer and is_late and not _is_excused(record, due, event.at):
                yield arn, f"{event.type} of {event.name} came {event.at - due} ms late"


def _is_excused(record: Record, due: int, at: int) -> bool:
    return any(trouble.begin <= at and trouble.end >= due for trouble in record.troubles)


def _heartbeats(record: Record) -> dict[str, list[int]]:
    beats: dict[str, list[int]] = defaultdict(list)
    for call in record.calls:
        if isinstance(call, Answered) and call.answer is Answer.HEARTBEAT and call.is_accepted:
            beats[call.callback_id].append(call.sent_at)
    return beats


def _promises(story: Story, heartbeats: dict[str, list[int]]) -> Iterator[tuple[Event, int]]:
    """Each event that has to wait for its moment, with the moment."""
    last: dict[str, Event] = {}
    for event in story.events:
        before = last.get(event.id or "")
        if before is not None and (due := _due(before, event, heartbeats)) is not None:
            yield event, due
        last[event.id or ""] = event


def _due(before: Event, event: Event, heartbeats: dict[str, list[int]]) -> int | None:
    match event.type:
        case EventType.WAIT_SUCCEEDED:
            return before.at + 1000 * (before.duration_seconds or 0)
        case EventType.STEP_STARTED if before.next_attempt_delay_seconds is not None:
            return before.at + 1000 * before.next_attempt_delay_seconds
        case EventType.EXECUTION_TIMED_OUT if before.execution_timeout_seconds is not None:
            return before.at + 1000 * before.execution_timeout_seconds
        case EventType.CALLBACK_TIMED_OUT if before.callback is not None:
            if event.error is not None and event.error.type == HEARTBEAT.type:
                beats = heartbeats.get(before.callback_id or "", [])
                return max([before.at, *beats]) + 1000 * before.callback.heartbeat_timeout_seconds
            return before.at + 1000 * before.callback.timeout_seconds
        case _:
            return None
