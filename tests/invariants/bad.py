"""The smallest records in which one promise each is broken, and the pieces that records are made of."""

from typing import Any

from everstep.core.events import Event, EventType
from everstep.core.limits import Limits
from everstep.core.model import (
    Action,
    Arn,
    CallbackId,
    CallbackOptions,
    ErrorObject,
    Kind,
    Millis,
    OperationId,
    SubType,
    Update,
)
from everstep.core.refusal import INVALID_TOKEN, Code
from tests.invariants.record import (
    Answer,
    Answered,
    BodyRan,
    Delivered,
    Gathered,
    Order,
    Ordered,
    Paged,
    PlainCalled,
    Record,
    Saved,
    Started,
    Story,
)

ARN = "an-arn"
CHILD = "a-child"
TYPES = EventType


def told(number: int, type_: EventType, at: int = 0, **facts: Any) -> Event:
    return Event(event_id=number, type=type_, at=Millis(at), **facts)


def history(*types: EventType, **facts: Any) -> tuple[Event, ...]:
    """Events of these types, a second apart, with the same facts."""
    return tuple(told(number, type_, 1000 * number, **facts) for number, type_ in enumerate(types, 1))


def a_story(*events: Event, arn: str = ARN, status: str = "RUNNING", **facts: Any) -> Story:
    return Story(arn=arn, status=status, events=events, **facts)


def of(*stories: Story, **facts: Any) -> Record:
    return Record(stories={story.arn: story for story in stories}, **facts)


def a_save(**facts: Any) -> Saved:
    known: dict[str, Any] = {"sent_at": 0, "heard_at": 1, "arn": ARN, "token": "t", "client_token": "c"}
    return Saved(**(known | facts))


def an_answer(**facts: Any) -> Answered:
    known: dict[str, Any] = {
        "sent_at": 0,
        "heard_at": 1,
        "callback_id": "cb",
        "answer": Answer.SUCCESS,
        "payload": "yes",
    }
    return Answered(**(known | facts))


def a_start(**facts: Any) -> Started:
    known: dict[str, Any] = {"sent_at": 0, "heard_at": 1, "function": "f", "name": "n", "payload": "1", "arn": ARN}
    return Started(**(known | facts))


def an_end(number: int, request_id: str, begin: int, end: int) -> Event:
    return told(
        number,
        TYPES.INVOCATION_COMPLETED,
        end,
        request_id=request_id,
        invocation_started_at=Millis(begin),
        invocation_ended_at=Millis(end),
    )


_ID = OperationId("1")
_CALL = told(1, TYPES.CHAINED_INVOKE_STARTED, id=_ID, name="call", child_arn=Arn(CHILD))
_ASKED = told(
    1, TYPES.CALLBACK_STARTED, id=_ID, callback_id=CallbackId("cb"), callback=CallbackOptions(timeout_seconds=9)
)
_WAITS = told(1, TYPES.WAIT_STARTED, id=_ID, name="wait", duration_seconds=10)
_STARTS = Update(id=_ID, kind=Kind.STEP, action=Action.START)
_FAN = told(1, TYPES.CONTEXT_STARTED, id=OperationId("fan"), name="fan", sub_type=SubType.MAP.value)
_UNITS = tuple(
    told(n, TYPES.CONTEXT_STARTED, id=OperationId(f"u{n}"), parent_id=_FAN.id, sub_type=SubType.MAP_ITERATION.value)
    for n in (2, 3)
)

BAD: tuple[tuple[str, Record], ...] = (
    ("event_ids_are_dense", of(a_story(told(2, TYPES.EXECUTION_STARTED)))),
    ("event_ids_are_dense", of(a_story(told(1, TYPES.EXECUTION_STARTED, 5), told(2, TYPES.WAIT_STARTED, 4)))),
    (
        "pages_are_parts_of_the_history",
        of(a_story(), calls=(Paged(sent_at=0, heard_at=1, arn=ARN, events=(_WAITS,)),)),
    ),
    ("an_execution_ends_once", of(a_story(*history(TYPES.EXECUTION_STOPPED, TYPES.EXECUTION_FAILED), status="FAILED"))),
    ("an_execution_ends_once", of(a_story(*history(TYPES.EXECUTION_FAILED, TYPES.WAIT_STARTED), status="FAILED"))),
    ("an_execution_ends_once", of(a_story(status="SUCCEEDED"))),
    ("every_open_execution_has_a_cause_to_go_on", of(a_story(has_cause=False))),
    (
        "parent_and_child_agree",
        of(
            a_story(_CALL, told(2, TYPES.CHAINED_INVOKE_SUCCEEDED, id=_ID, result="1")),
            a_story(*history(TYPES.EXECUTION_SUCCEEDED), arn=CHILD, status="SUCCEEDED", result="2"),
        ),
    ),
    (
        "parent_and_child_agree",
        of(a_story(_CALL), a_story(*history(TYPES.EXECUTION_FAILED), arn=CHILD, status="FAILED")),
    ),
    ("parent_and_child_agree", of(a_story(), a_story(arn=CHILD, parent_arn=ARN))),
    (
        "results_are_as_written",
        of(a_story(*history(TYPES.EXECUTION_SUCCEEDED), status="SUCCEEDED", result="1"), expected={ARN: "2"}),
    ),
    ("acknowledged_checkpoints_are_kept", of(a_story(), calls=(a_save(updates=(_STARTS,)),))),
    ("a_token_writes_once", Record(calls=(a_save(), a_save(client_token="d")))),
    (
        "a_past_invocation_writes_nothing",
        of(a_story(an_end(1, "r", 0, 10)), calls=(a_save(request_id="r", sent_at=11, heard_at=12),)),
    ),
    ("the_same_client_token_gets_the_same_answer", Record(calls=(a_save(next_token="a"), a_save(next_token="b")))),
    (
        "the_same_client_token_gets_the_same_answer",
        of(
            a_story(),
            calls=(a_save(), a_save(heard_at=2, refusal=INVALID_TOKEN, code=Code.INVALID_PARAMETER.value)),
        ),
    ),
    ("quotas_are_exact", of(a_story(_WAITS), limits=Limits(operations_max=0))),
    (
        "quotas_are_exact",
        of(
            a_story(),
            limits=Limits(operations_max=1),
            calls=(a_save(updates=(_STARTS,), code="x", refusal="An execution cannot have more than 1 operations."),),
        ),
    ),
    ("nothing_is_early", of(a_story(_WAITS, told(2, TYPES.WAIT_SUCCEEDED, 9_999, id=_ID)))),
    (
        "nothing_is_early",
        of(
            a_story(
                told(1, TYPES.STEP_FAILED, id=_ID, next_attempt_delay_seconds=5),
                told(2, TYPES.STEP_STARTED, 4_000, id=_ID),
            )
        ),
    ),
    ("nothing_is_early", of(a_story(_ASKED, told(2, TYPES.CALLBACK_TIMED_OUT, 8_000, id=_ID)))),
    ("nothing_is_late", of(a_story(_WAITS, told(2, TYPES.WAIT_SUCCEEDED, 12_000, id=_ID)), lateness_ms_max=1_000)),
    ("callbacks_end_as_answered", of(a_story(_ASKED, told(2, TYPES.CALLBACK_SUCCEEDED, id=_ID, result="yes")))),
    (
        "callbacks_end_as_answered",
        of(
            a_story(_ASKED, told(2, TYPES.CALLBACK_FAILED, id=_ID, error=ErrorObject(message="no"))),
            calls=(an_answer(), an_answer(answer=Answer.FAILURE, payload="no", heard_at=None)),
        ),
    ),
    ("one_answer_completes_a_callback", Record(calls=(an_answer(), an_answer()))),
    ("a_name_starts_one_execution", Record(calls=(a_start(), a_start(arn=CHILD)))),
    ("a_name_starts_one_execution", Record(calls=(a_start(), a_start(payload="2")))),
    ("a_name_starts_one_execution", Record(calls=(a_start(), a_start(code=Code.ALREADY_STARTED.value)))),
    (
        "deleted_executions_leave_no_rows",
        Record(calls=(Ordered(sent_at=0, heard_at=1, arn=ARN, order=Order.DELETE),), rows={ARN: 1}),
    ),
    ("one_invocation_at_a_time", of(a_story(an_end(1, "r", 0, 10), an_end(2, "s", 9, 20)))),
    (
        "no_invocation_begins_in_a_pause",
        of(a_story(told(1, TYPES.EXECUTION_PAUSED, 5), an_end(2, "r", 6, 7))),
    ),
    ("every_invocation_is_told_once", of(a_story(an_end(1, "r", 0, 1), an_end(2, "r", 0, 1)))),
    (
        "every_invocation_is_told_once",
        of(
            a_story(*history(TYPES.EXECUTION_STOPPED), status="STOPPED"),
            deeds=(Delivered(arn=ARN, request_id="r", at=0),),
        ),
    ),
    (
        "at_most_once_is_at_most_once",
        Record(deeds=2 * (BodyRan(arn=ARN, place="p", attempt=1, at_most_once=True),)),
    ),
    (
        "what_succeeded_was_done",
        of(a_story(told(1, TYPES.STEP_SUCCEEDED, name="p", sub_type=SubType.STEP.value)), ledger_is_whole=True),
    ),
    ("nothing_is_called_before_it_is_recorded", of(a_story(), deeds=(PlainCalled(arn=ARN, place="p", at=0),))),
    ("results_stand_in_the_order_of_inputs", Record(deeds=(Gathered(arn=ARN, place="p", inputs=(1, 0)),))),
    ("no_more_units_at_once_than_allowed", of(a_story(_FAN, *_UNITS), concurrency={"fan": 1})),
)
