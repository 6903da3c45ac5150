"""Small factories of histories for the tests of the command line."""

from typing import Any

from everstep.core.events import Event, EventType
from everstep.core.model import ErrorObject, Millis, OperationId

START = 1_700_000_000_000


def an_event(
    event_type: EventType, *, event_id: int = 1, after_ms: int = 0, operation: str | None = "op", **facts: Any
) -> Event:
    """An event so many milliseconds after the start."""
    is_of_one = operation is not None and event_type is not EventType.INVOCATION_COMPLETED
    operation_id = OperationId(operation or "") if is_of_one else None
    return Event(event_id=event_id, type=event_type, at=Millis(START + after_ms), id=operation_id, **facts)


def an_order() -> list[Event]:
    """A step that succeeds, one that needs two attempts, a wait, and an invocation that dies in between."""
    crash = ErrorObject(type="Runtime.ExitError", message="signal: killed")
    declined = ErrorObject(type="ValueError", message="card declined")
    told: list[tuple[EventType, int, str | None, dict[str, Any]]] = [
        (EventType.EXECUTION_STARTED, 0, "x", {"name": "order-17", "input": '{"order": 17}'}),
        (EventType.STEP_STARTED, 10, "1", {"name": "reserve"}),
        (EventType.STEP_SUCCEEDED, 210, "1", {"name": "reserve", "attempt": 1, "result": '"ok"'}),
        (EventType.STEP_STARTED, 220, "2", {"name": "charge"}),
        (
            EventType.STEP_FAILED,
            300,
            "2",
            {"name": "charge", "attempt": 1, "next_attempt_delay_seconds": 2, "error": declined},
        ),
        (EventType.INVOCATION_COMPLETED, 310, None, _span(0, 310)),
        (EventType.STEP_STARTED, 2310, "2", {"name": "charge"}),
        (EventType.INVOCATION_COMPLETED, 2400, None, {**_span(2305, 2400), "error": crash}),
        (EventType.STEP_SUCCEEDED, 2500, "2", {"name": "charge", "attempt": 2}),
        (EventType.WAIT_STARTED, 2510, "3", {"duration_seconds": 10}),
        (EventType.WAIT_SUCCEEDED, 12510, "3", {"duration_seconds": 10}),
        (EventType.EXECUTION_SUCCEEDED, 14200, "x", {"name": "order-17", "result": '"shipped"'}),
    ]
    return [
        an_event(event_type, event_id=number, after_ms=after, operation=operation, **facts)
        for number, (event_type, after, operation, facts) in enumerate(told, 1)
    ]


def _span(start: int, end: int) -> dict[str, Any]:
    return {"invocation_started_at": Millis(START + start), "invocation_ended_at": Millis(START + end)}
