"""What a function may rely on when it saves, and what it may not do."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from everstep.core.events import EventType
from everstep.core.limits import IDEMPOTENCY_WINDOW_MS
from everstep.core.model import Action, Kind, Update
from everstep.core.refusal import INVALID_TOKEN
from tests.invariants.record import Record, Saved, Story

_TOLD_BY: dict[tuple[Kind, Action], frozenset[EventType]] = {
    (Kind.STEP, Action.START): frozenset({EventType.STEP_STARTED}),
    (Kind.STEP, Action.SUCCEED): frozenset({EventType.STEP_SUCCEEDED}),
    (Kind.STEP, Action.FAIL): frozenset({EventType.STEP_FAILED}),
    (Kind.STEP, Action.RETRY): frozenset({EventType.STEP_FAILED, EventType.STEP_SUCCEEDED}),
    (Kind.WAIT, Action.START): frozenset({EventType.WAIT_STARTED}),
    (Kind.WAIT, Action.CANCEL): frozenset({EventType.WAIT_CANCELLED}),
    (Kind.CALLBACK, Action.START): frozenset({EventType.CALLBACK_STARTED}),
    (Kind.CHAINED_INVOKE, Action.START): frozenset({EventType.CHAINED_INVOKE_STARTED}),
    (Kind.CONTEXT, Action.START): frozenset({EventType.CONTEXT_STARTED}),
    (Kind.CONTEXT, Action.SUCCEED): frozenset({EventType.CONTEXT_SUCCEEDED}),
    (Kind.CONTEXT, Action.FAIL): frozenset({EventType.CONTEXT_FAILED}),
    (Kind.EXECUTION, Action.SUCCEED): frozenset({EventType.EXECUTION_SUCCEEDED}),
    (Kind.EXECUTION, Action.FAIL): frozenset({EventType.EXECUTION_FAILED}),
}
_STARTED = frozenset(EventType(f"{kind}Started") for kind in ("Context", "Step", "Wait", "Callback", "ChainedInvoke"))
_BREACH = Iterable[tuple[str, str]]


def _saves(record: Record) -> Iterator[Saved]:
    return (call for call in record.calls if isinstance(call, Saved))


def acknowledged_checkpoints_are_kept(record: Record) -> _BREACH:
    """What was answered with yes stands in the history."""
    told: dict[str, set[tuple[str | None, EventType]]] = {}
    for save in _saves(record):
        story = record.stories.get(save.arn)
        if not save.is_accepted or story is None:
            continue
        if save.arn not in told:
            told[save.arn] = {(event.id, event.type) for event in story.events}
        for update in save.updates:
            if not _is_told(update, story, told[save.arn]):
                yield save.arn, f"{update.kind} {update.action} of {update.name or update.id} was acknowledged and lost"


def _is_told(update: Update, story: Story, told: set[tuple[str | None, EventType]]) -> bool:
    types = _TOLD_BY.get((update.kind, update.action), frozenset())
    if update.kind is Kind.EXECUTION:  # the id of such an update means nothing
        return any(event.type in types for event in story.events)
    if not any((update.id, type_) in told for type_ in types):
        return False
    if update.action is not Action.SUCCEED or update.kind is not Kind.STEP:
        return True
    return any(e.id == update.id and e.type in types and e.result == update.payload for e in story.events)


def a_token_writes_once(record: Record) -> _BREACH:
    """Two requests that are not repetitions of each other are never both accepted with one token."""
    used: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for save in _saves(record):
        if save.is_accepted:
            used[save.arn, save.token].add(save.client_token)
    for (arn, token), requests in used.items():
        if len(requests) > 1:
            yield arn, f"the token {token} was accepted for {len(requests)} requests"


def a_past_invocation_writes_nothing(record: Record) -> _BREACH:
    """Once the service has told that an invocation is over, it accepts nothing of it."""
    ended = {
        event.request_id: event.at
        for story in record.stories.values()
        for event in story.events
        if event.type is EventType.INVOCATION_COMPLETED
    }
    first_sent: dict[tuple[str, str, str | None], int] = {}
    for save in _saves(record):
        request = (save.arn, save.token, save.client_token)
        sent_at = first_sent.setdefault(request, save.sent_at)
        end = ended.get(save.request_id)
        if save.is_accepted and end is not None and sent_at > end + record.skew_ms_max:
            yield save.arn, f"{save.request_id} was over at {end}, but wrote at {sent_at}"


def the_same_client_token_gets_the_same_answer(record: Record) -> _BREACH:
    """A request that is repeated, with nothing else between, is answered as it was the first time."""
    first: dict[str, Saved] = {}
    for save in sorted(_saves(record), key=lambda save: (save.heard_at is None, save.heard_at or 0)):
        before = first.get(save.arn)
        if save.client_token is None or save.heard_at is None:
            continue
        if before is None or (before.token, before.client_token) != (save.token, save.client_token):
            if save.is_accepted:
                first[save.arn] = save
            continue
        if save.heard_at - before.sent_at > IDEMPOTENCY_WINDOW_MS - record.skew_ms_max:
            continue
        if save.is_accepted and save.next_token != before.next_token:
            yield save.arn, f"the client token {save.client_token} was given two different tokens"
        elif save.refusal == INVALID_TOKEN and not _moved_on(record, before, save):
            yield save.arn, f"the client token {save.client_token} was accepted first and refused then"


def _moved_on(record: Record, before: Saved, repeated: Saved) -> bool:
    """Whether the service need not know the first request any more: another one may have come between."""
    story = record.stories.get(before.arn)
    if story is None:
        return True
    window = range(before.sent_at - record.skew_ms_max, (repeated.heard_at or 0) + record.skew_ms_max + 1)
    return any(
        save.arn == before.arn
        and save.client_token != before.client_token
        and save.sent_at in window
        and not save.is_refused
        for save in _saves(record)
    )


def quotas_are_exact(record: Record) -> _BREACH:
    """Nothing beyond the number of operations, and nothing refused that would have fitted."""
    if record.limits is None:
        return
    limit = record.limits.operations_max
    counts = {
        arn: len({event.id for event in story.events if event.type in _STARTED})
        for arn, story in record.stories.items()
    }
    yield from ((arn, f"{count} operations of {limit}") for arn, count in counts.items() if count > limit)
    for save in _saves(record):
        if save.arn not in counts or "cannot have more than" not in (save.refusal or ""):
            continue
        wanted = len({update.id for update in save.updates})
        if counts[save.arn] + wanted <= limit:
            yield save.arn, f"{wanted} operations more were refused at {counts[save.arn]} of {limit}"
