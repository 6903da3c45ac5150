"""The operations of an execution as its history tells of them. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from everstep.core.events import Event
from everstep.core.machine.callback import HEARTBEAT, TIMEOUT
from everstep.core.model import CallbackOptions, ErrorObject, InvokeOptions, Kind, Millis, Operation, Status
from everstep.core.subjects import Happening, subject_of

_KINDS = {
    "Context": Kind.CONTEXT,
    "Step": Kind.STEP,
    "Wait": Kind.WAIT,
    "Callback": Kind.CALLBACK,
    "ChainedInvoke": Kind.CHAINED_INVOKE,
}
_STATUSES = {
    Happening.STARTED: Status.STARTED,
    Happening.SUCCEEDED: Status.SUCCEEDED,
    Happening.FAILED: Status.FAILED,
    Happening.TIMED_OUT: Status.TIMED_OUT,
    Happening.STOPPED: Status.STOPPED,
    Happening.CANCELLED: Status.CANCELLED,
}
_TIMEOUTS = {error.type: error for error in (TIMEOUT, HEARTBEAT)}


def operations_of(events: Iterable[Event]) -> tuple[Operation, ...]:
    """The operations as they stood after these events, in start order."""
    operations: dict[str, Operation] = {}
    for event in events:
        kind = _KINDS.get(subject_of(event.type).kind)
        if kind is not None and event.id is not None:
            before = operations.get(event.id) or _born(event, kind, len(operations) + 1)
            operations[event.id] = _after(before, event)
    return tuple(operations.values())


def _born(event: Event, kind: Kind, seq: int) -> Operation:
    assert event.id is not None, event
    target = event.function_name
    return Operation(
        id=event.id,
        kind=kind,
        status=Status.STARTED,
        started_at=event.at,
        parent_id=event.parent_id,
        name=event.name,
        sub_type=event.sub_type,
        seq=seq,
        wait_seconds=event.duration_seconds if kind is Kind.WAIT else None,
        wait_ends_at=event.wait_ends_at,
        due_at=_first_due(event),
        callback_id=event.callback_id,
        callback=(event.callback or CallbackOptions()) if kind is Kind.CALLBACK else None,
        invoke=InvokeOptions(function_name=target) if target is not None else None,
        child_arn=event.child_arn,
        input=event.input,
    )


def _after(before: Operation, event: Event) -> Operation:
    happening = subject_of(event.type).happening
    if happening is Happening.STARTED:
        is_again = before.status is Status.PENDING
        return replace(before, status=Status.STARTED, due_at=None if is_again else before.due_at)
    after = replace(
        before,
        result=event.result,
        error=_whole(event.error),
        attempt=event.attempt or before.attempt,
    )
    if event.next_attempt_delay_seconds is not None:
        due_at = Millis(event.at + event.next_attempt_delay_seconds * 1000)
        return replace(after, status=Status.PENDING, due_at=due_at)
    return replace(after, status=_STATUSES[happening], ended_at=event.at, due_at=None)


def _first_due(event: Event) -> Millis | None:
    """When time will change it; heartbeats of a callback, which push that out, are in no history."""
    if event.wait_ends_at is not None or event.callback is None:
        return event.wait_ends_at
    spans = (event.callback.timeout_seconds, event.callback.heartbeat_timeout_seconds)
    return min((Millis(event.at + span * 1000) for span in spans if span), default=None)


def _whole(error: ErrorObject | None) -> ErrorObject | None:
    """The error with its text, which histories leave out for timeouts of callbacks."""
    return _TIMEOUTS.get(error.type, error) if error is not None and error.message is None else error
