"""What the outside may rely on: callbacks, names, deletion."""

from collections import defaultdict
from collections.abc import Iterable

from everstep.core.events import Event, EventType
from everstep.core.refusal import Code
from tests.invariants.record import Answer, Answered, Order, Ordered, Record, Started

_ENDS = {EventType.CALLBACK_SUCCEEDED: Answer.SUCCESS, EventType.CALLBACK_FAILED: Answer.FAILURE}
_BREACH = Iterable[tuple[str, str]]


def callbacks_end_as_answered(record: Record) -> _BREACH:
    """A callback that succeeded was answered so, by its id; an answer that was accepted stands in the history."""
    given = {(c.callback_id, c.answer, c.payload) for c in record.calls if isinstance(c, Answered) and not c.is_refused}
    ended: dict[str, tuple[Answer, str | None]] = {}
    known: set[str] = set()
    for arn, story in record.stories.items():
        for event in story.events:
            if event.type is EventType.CALLBACK_STARTED:
                known.add(event.callback_id or "")
        for event in (event for event in story.events if event.type in _ENDS):
            answer = _ENDS[event.type]
            ended[_callback_of(story.events, event)] = (answer, _payload(event))
            if (_callback_of(story.events, event), answer, _payload(event)) not in given:
                yield arn, f"{event.type} of {event.name}, but nobody answered it so"
    for call in record.calls:
        if isinstance(call, Answered) and call.is_accepted and call.callback_id in known:
            is_end = call.answer is not Answer.HEARTBEAT
            if is_end and ended.get(call.callback_id) != (call.answer, call.payload):
                yield "", f"{call.answer} of callback {call.callback_id} was accepted and is not in its history"


def _callback_of(events: tuple[Event, ...], end: Event) -> str:
    starts = (e.callback_id for e in events if e.type is EventType.CALLBACK_STARTED and e.id == end.id)
    return next(starts, None) or ""


def _payload(event: Event) -> str | None:
    if event.type is EventType.CALLBACK_SUCCEEDED:
        return event.result
    return event.error.message if event.error is not None else None


def one_answer_completes_a_callback(record: Record) -> _BREACH:
    """The first answer wins, and every other is told so."""
    accepted: dict[str, int] = defaultdict(int)
    for call in record.calls:
        if isinstance(call, Answered) and call.is_accepted and call.answer is not Answer.HEARTBEAT:
            accepted[call.callback_id] += 1
    yield from (("", f"callback {name} was completed {times} times") for name, times in accepted.items() if times > 1)


def a_name_starts_one_execution(record: Record) -> _BREACH:
    """The same name and payload find the same execution; another payload is refused."""
    deleted = {call.arn for call in record.calls if isinstance(call, Ordered) and call.order is Order.DELETE}
    named: dict[tuple[str, str], list[Started]] = defaultdict(list)
    for call in record.calls:
        if isinstance(call, Started) and call.name is not None and call.heard_at is not None:
            named[call.function, call.name].append(call)
    for (_, name), calls in named.items():
        accepted = [call for call in calls if call.is_accepted]
        arns = dict.fromkeys(call.arn or "" for call in accepted)
        if len([arn for arn in arns if arn not in deleted]) > 1:
            yield "", f"{name} started {len(arns)} executions: {', '.join(arns)}"
        for arn in arns:
            if len({call.payload for call in accepted if call.arn == arn}) > 1:
                yield arn, f"{name} was accepted with another payload"
        is_conflict = any(call.code == Code.ALREADY_STARTED.value for call in calls)
        if is_conflict and len({call.payload for call in calls}) == 1:
            yield "", f"{name} was refused although its payload was the same every time"


def deleted_executions_leave_no_rows(record: Record) -> _BREACH:
    if record.rows is None:
        return
    for call in record.calls:
        if isinstance(call, Ordered) and call.order is Order.DELETE and call.is_accepted and record.rows.get(call.arn):
            yield call.arn, f"it was deleted, but {record.rows[call.arn]} rows of it are left"
