"""What the functions' work must look like: invocations, bodies, calls, branches."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from everstep.core.events import Event, EventType
from everstep.core.model import SubType
from tests.invariants.record import BodyRan, Delivered, Gathered, PlainCalled, Record, Story

_FANS = frozenset({SubType.MAP.value, SubType.PARALLEL.value})
_UNITS = frozenset({SubType.MAP_ITERATION.value, SubType.PARALLEL_BRANCH.value})
_BREACH = Iterable[tuple[str, str]]


def _invocations(story: Story) -> list[Event]:
    return [event for event in story.events if event.type is EventType.INVOCATION_COMPLETED]


def one_invocation_at_a_time(record: Record) -> _BREACH:
    for arn, story in record.stories.items():
        spans = sorted((e.invocation_started_at or 0, e.invocation_ended_at or 0) for e in _invocations(story))
        for (_, end), (begin, _) in pairwise(spans):
            if begin < end:
                yield arn, f"an invocation began at {begin}, and the one before it ended at {end}"


def no_invocation_begins_in_a_pause(record: Record) -> _BREACH:
    for arn, story in record.stories.items():
        begins = [event.invocation_started_at or 0 for event in _invocations(story)]
        paused_at: int | None = None
        for event in story.events:
            if event.type is EventType.EXECUTION_PAUSED:
                paused_at = event.at
            elif event.type is EventType.EXECUTION_RESUMED and paused_at is not None:
                inside = [begin for begin in begins if paused_at < begin < event.at]
                yield from ((arn, f"an invocation began at {begin}, while it was paused") for begin in inside)
                paused_at = None
        if paused_at is not None:
            inside = [begin for begin in begins if begin > paused_at]
            yield from ((arn, f"an invocation began at {begin}, while it was paused") for begin in inside)


def every_invocation_is_told_once(record: Record) -> _BREACH:
    """What a worker was given stands in the history of its execution, once."""
    told = Counter((arn, event.request_id) for arn, story in record.stories.items() for event in _invocations(story))
    yield from ((arn, f"invocation {name} ended {times} times") for (arn, name), times in told.items() if times > 1)
    for arn, name in dict.fromkeys((d.arn, d.request_id) for d in record.deeds if isinstance(d, Delivered)):
        story = record.stories.get(arn)
        if story is not None and story.is_closed and (arn, name) not in told:
            yield arn, f"a worker was given the invocation {name}, of which the history knows nothing"


def at_most_once_is_at_most_once(record: Record) -> _BREACH:
    ran = Counter((d.arn, d.place, d.attempt) for d in record.deeds if isinstance(d, BodyRan) and d.at_most_once)
    for (arn, place, attempt), times in ran.items():
        if times > 1:
            yield arn, f"attempt {attempt} of {place} ran {times} times"


def what_succeeded_was_done(record: Record) -> _BREACH:
    """No step has a result without its body."""
    if not record.ledger_is_whole:
        return
    ran = {(deed.arn, deed.place) for deed in record.deeds if isinstance(deed, BodyRan)}
    for arn, story in record.stories.items():
        for event in story.events:
            is_step = event.type is EventType.STEP_SUCCEEDED and event.sub_type == SubType.STEP.value
            if is_step and (arn, event.name) not in ran:
                yield arn, f"{event.name} succeeded, but its body never ran"


def nothing_is_called_before_it_is_recorded(record: Record) -> _BREACH:
    """A plain function is called because a history says so, and not before it does."""
    for deed in record.deeds:
        story = record.stories.get(deed.arn)
        if not isinstance(deed, PlainCalled) or story is None:
            continue
        calls = (e.at for e in story.events if e.type is EventType.CHAINED_INVOKE_STARTED and e.name == deed.place)
        recorded_at = min(calls, default=None)
        if recorded_at is None:
            yield deed.arn, f"{deed.place} was called, but its call is not in the history"
        elif deed.at < recorded_at - record.skew_ms_max:
            yield deed.arn, f"{deed.place} was called {recorded_at - deed.at} ms before its call was recorded"


def results_stand_in_the_order_of_inputs(record: Record) -> _BREACH:
    for deed in record.deeds:
        if isinstance(deed, Gathered) and list(deed.inputs) != sorted(deed.inputs):
            yield deed.arn, f"{deed.place} gave the results of {list(deed.inputs)}"


def no_more_units_at_once_than_allowed(record: Record) -> _BREACH:
    """Counted where units have a context of their own."""
    for arn, story in record.stories.items():
        fans: dict[str, str] = {}
        under_way: dict[str, set[str]] = defaultdict(set)
        for event in story.events:
            key, parent = event.id or "", event.parent_id or ""
            if event.type is EventType.CONTEXT_STARTED and event.sub_type in _FANS:
                fans[key] = event.name or ""
            elif event.type is EventType.CONTEXT_STARTED and event.sub_type in _UNITS:
                under_way[parent].add(key)
                limit = record.concurrency.get(fans.get(parent, ""))
                if limit is not None and len(under_way[parent]) > limit:
                    yield arn, f"{fans[parent]} had {len(under_way[parent])} units under way, and {limit} were allowed"
            elif event.type in (EventType.CONTEXT_SUCCEEDED, EventType.CONTEXT_FAILED):
                under_way[parent].discard(key)
