"""What must be true of every history, and of histories that belong together."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from everstep.core.events import Event, EventType
from everstep.core.wire.text import load
from tests.invariants.record import Paged, Record, Story

TERMINAL = {
    EventType.EXECUTION_SUCCEEDED: "SUCCEEDED",
    EventType.EXECUTION_FAILED: "FAILED",
    EventType.EXECUTION_TIMED_OUT: "TIMED_OUT",
    EventType.EXECUTION_STOPPED: "STOPPED",
}
CALL_ENDED = {
    EventType.CHAINED_INVOKE_SUCCEEDED: "SUCCEEDED",
    EventType.CHAINED_INVOKE_FAILED: "FAILED",
    EventType.CHAINED_INVOKE_TIMED_OUT: "TIMED_OUT",
    EventType.CHAINED_INVOKE_STOPPED: "STOPPED",
}
_BREACH = Iterable[tuple[str, str]]


def event_ids_are_dense(record: Record) -> _BREACH:
    """1, 2, 3 … without a gap, and time never runs backwards."""
    for arn, story in record.stories.items():
        ids = [event.event_id for event in story.events]
        if ids != list(range(1, len(ids) + 1)):
            yield arn, f"event ids {ids} are not 1 to {len(ids)}"
        for before, after in pairwise(story.events):
            if after.at < before.at:
                yield arn, f"event {after.event_id} is older than the one before it"


def pages_are_parts_of_the_history(record: Record) -> _BREACH:
    """A page that somebody read once is still there, word for word."""
    for page in record.calls:
        if not isinstance(page, Paged) or not page.is_accepted or page.arn not in record.stories:
            continue
        kept = record.stories[page.arn].events[page.after : page.after + len(page.events)]
        if kept != page.events:
            yield page.arn, f"events after {page.after} are no longer what a reader was shown"


def an_execution_ends_once(record: Record) -> _BREACH:
    """One terminal event, which agrees with the status; after it only invocations that were under way end."""
    for arn, story in record.stories.items():
        ends = [event for event in story.events if event.type in TERMINAL]
        if len(ends) != story.is_closed:
            yield arn, f"{story.status} with {len(ends)} terminal events"
            continue
        if not ends:
            continue
        if TERMINAL[ends[0].type] != story.status and story.status != "DELETING":
            yield arn, f"{story.status}, but the history says {ends[0].type}"
        later = [e.type for e in story.events[ends[0].event_id :] if e.type is not EventType.INVOCATION_COMPLETED]
        if later:
            yield arn, f"{later} after {ends[0].type}"


def every_open_execution_has_a_cause_to_go_on(record: Record) -> _BREACH:
    for arn, story in record.stories.items():
        if not story.is_closed and not story.has_cause:
            yield arn, f"{story.status}, and nothing will ever wake it"


def parent_and_child_agree(record: Record) -> _BREACH:
    """What a parent heard of its child is how the child ended; a child has a parent that called it."""
    for arn, story in record.stories.items():
        for call in _calls(story):
            yield from ((arn, message) for message in _disagreement(record, story, call))
        parent = record.stories.get(story.parent_arn or "")
        if parent is not None and arn not in {call.child_arn for call in _calls(parent)}:
            yield arn, f"nobody called it: {parent.arn} knows nothing of it"


def _calls(story: Story) -> Iterator[Event]:
    return (event for event in story.events if event.type is EventType.CHAINED_INVOKE_STARTED)


def _disagreement(record: Record, parent: Story, call: Event) -> Iterator[str]:
    child = record.stories.get(call.child_arn or "")
    heard = [event for event in parent.events if event.id == call.id and event.type in CALL_ENDED]
    if len(heard) > 1:
        yield f"the call {call.name} ended {len(heard)} times"
    if child is None:
        return
    for end in heard:
        if not child.is_closed or (child.status != "DELETING" and CALL_ENDED[end.type] != child.status):
            yield f"heard {end.type} of {child.arn}, which is {child.status}"
        elif end.type is EventType.CHAINED_INVOKE_SUCCEEDED and (end.result or None) != (child.result or None):
            yield f"heard another result of {child.arn} than it gave"
    if child.is_closed and not heard and not parent.is_closed:
        yield f"never heard that {child.arn} is {child.status}"


def results_are_as_written(record: Record) -> _BREACH:
    """An execution that succeeds gives what its program says, whatever went wrong on the way."""
    for arn, expected in record.expected.items():
        story = record.stories.get(arn)
        if story is None or story.status == "DELETING":
            continue
        if story.status != "SUCCEEDED":
            yield arn, f"is {story.status}, and should have given {expected}"
        elif load(story.result or "null") != load(expected):
            yield arn, f"gave {story.result} and not {expected}"
