"""Random records, as far as the wire carries them."""

from hypothesis import strategies as st

from everstep.core.events import Event, EventType
from everstep.core.model import (
    Action,
    Arn,
    CallbackId,
    CallbackOptions,
    ErrorObject,
    InvokeOptions,
    Kind,
    Millis,
    Operation,
    OperationId,
    Status,
    Update,
)

FREE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ASCII_TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=20)
IDS = st.builds(OperationId, st.text("abcdef0123456789-_", min_size=1, max_size=64))
MOMENTS = st.builds(Millis, st.integers(100_000_000_001, 99_999_999_999_999))
"""From the first one that can be told from seconds to far beyond the longest execution."""

ERRORS = st.builds(
    ErrorObject,
    message=st.none() | FREE_TEXT,
    type=st.none() | FREE_TEXT,
    data=st.none() | FREE_TEXT,
    stack_trace=st.none() | st.lists(FREE_TEXT, max_size=3).map(tuple),
)


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    """An operation as a function sees it: only the members that its kind shows."""
    kind = draw(st.sampled_from(Kind))
    status = draw(st.sampled_from(Status))
    has_outcome = kind in (Kind.STEP, Kind.CONTEXT, Kind.CALLBACK, Kind.CHAINED_INVOKE)
    is_pending_step = kind is Kind.STEP and status is Status.PENDING
    nothing: st.SearchStrategy[None] = st.none()
    return Operation(
        id=draw(IDS),
        kind=kind,
        status=status,
        started_at=draw(MOMENTS),
        ended_at=draw(nothing | MOMENTS),
        parent_id=draw(nothing | IDS),
        name=draw(nothing | ASCII_TEXT),
        sub_type=draw(nothing | ASCII_TEXT),
        result=draw(nothing | FREE_TEXT if has_outcome else nothing),
        error=draw(nothing | ERRORS if has_outcome else nothing),
        due_at=draw(nothing | MOMENTS if is_pending_step else nothing),
        attempt=draw(st.integers(0, 99)) if kind is Kind.STEP else 0,
        wait_ends_at=draw(nothing | MOMENTS if kind is Kind.WAIT else nothing),
        replay_children=draw(st.booleans()) if kind is Kind.CONTEXT else False,
        callback_id=draw(st.builds(CallbackId, ASCII_TEXT)) if kind is Kind.CALLBACK else None,
        input=draw(nothing | FREE_TEXT if kind is Kind.EXECUTION else nothing),
    )


UPDATES = st.builds(
    Update,
    id=IDS,
    kind=st.sampled_from(Kind),
    action=st.sampled_from(Action),
    parent_id=st.none() | IDS,
    name=st.none() | ASCII_TEXT,
    sub_type=st.none() | ASCII_TEXT,
    payload=st.none() | FREE_TEXT,
    error=st.none() | ERRORS,
    retry_delay_seconds=st.none() | st.integers(1, 31_622_400),
    wait_seconds=st.none() | st.integers(1, 31_622_400),
    replay_children=st.none() | st.booleans(),
    callback=st.none()
    | st.builds(
        CallbackOptions,
        timeout_seconds=st.integers(0, 99_999_999),
        heartbeat_timeout_seconds=st.integers(0, 99_999_999),
    ),
    invoke=st.none()
    | st.builds(
        InvokeOptions,
        function_name=ASCII_TEXT,
        tenant_id=st.none() | st.just("tenant-1"),
        trace_id=st.none() | FREE_TEXT,
    ),
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """An event that carries every fact of its type, as a history with data shows it."""
    type_ = draw(st.sampled_from(EventType))
    facts: dict[str, object] = {name: draw(strategy) for name, strategy in _facts(type_).items()}
    return Event(
        event_id=draw(st.integers(1, 10_000)),
        type=type_,
        at=draw(MOMENTS),
        id=draw(st.none() | IDS),
        name=draw(st.none() | ASCII_TEXT),
        sub_type=draw(st.none() | ASCII_TEXT),
        parent_id=draw(st.none() | IDS),
        **facts,  # type: ignore[arg-type]  # each fact is drawn from the strategy of its own member
    )


def _facts(type_: EventType) -> dict[str, st.SearchStrategy[object]]:
    match type_:
        case EventType.EXECUTION_STARTED:
            return {"input": st.none() | FREE_TEXT, "execution_timeout_seconds": st.integers(1, 10**6)}
        case EventType.EXECUTION_PAUSED:
            return {"requested_at": MOMENTS, "reason": st.none() | FREE_TEXT, "timeout_paused": st.booleans()}
        case EventType.EXECUTION_RESUMED:
            return {"requested_at": MOMENTS, "reason": st.none() | FREE_TEXT}
        case EventType.STEP_SUCCEEDED:
            return {"result": st.none() | FREE_TEXT, **_RETRY}
        case EventType.STEP_FAILED:
            return {"error": st.none() | ERRORS, **_RETRY}
        case EventType.WAIT_STARTED:
            return {"duration_seconds": st.integers(1, 10**6), "wait_ends_at": MOMENTS}
        case EventType.WAIT_SUCCEEDED:
            return {"duration_seconds": st.none() | st.integers(1, 10**6)}
        case EventType.CALLBACK_STARTED:
            return {"callback_id": st.builds(CallbackId, ASCII_TEXT), "callback": st.none() | _SET_CALLBACKS}
        case EventType.CHAINED_INVOKE_STARTED:
            return {
                "function_name": ASCII_TEXT,
                "input": st.none() | FREE_TEXT,
                "tenant_id": st.none() | ASCII_TEXT,
                "executed_version": st.none() | ASCII_TEXT,
                "child_arn": st.none() | st.builds(Arn, ASCII_TEXT),
            }
        case EventType.INVOCATION_COMPLETED:
            return {
                "request_id": ASCII_TEXT,
                "invocation_started_at": MOMENTS,
                "invocation_ended_at": MOMENTS,
                "error": st.none() | ERRORS,
            }
        case EventType.CONTEXT_STARTED | EventType.STEP_STARTED:
            return {}
        case _ if type_.value.endswith("Succeeded"):
            return {"result": st.none() | FREE_TEXT}
        case _:
            return {"error": st.none() | ERRORS}


_RETRY: dict[str, st.SearchStrategy[object]] = {
    "attempt": st.integers(1, 99),
    "next_attempt_delay_seconds": st.none() | st.integers(1, 10**6),
}
_SET_CALLBACKS = st.builds(
    CallbackOptions, timeout_seconds=st.integers(1, 10**6), heartbeat_timeout_seconds=st.integers(0, 10**6)
)
