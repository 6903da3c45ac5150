"""The life of a callback, up to the moment when somebody outside answers (see `test_outside`)."""

from itertools import product

import pytest

from everstep.core.machine.commands import AnswerCallback, CallbackHeartbeat
from everstep.core.model import Action, CallbackOptions, ErrorObject, Kind, OperationId, Status, Update
from everstep.core.names import parse_callback_id
from tests.core.machine.factories import START, an_error, an_execution, an_operation, an_origin, an_update
from tests.core.machine.life import Life, live
from tests.core.machine.moves import LATER, move, refusal

TIMEOUT = ErrorObject(type="Callback.Timeout", message="Callback timed out")
HEARTBEAT = ErrorObject(type="Callback.Heartbeat", message="Callback timed out on heartbeat")


def a_callback(timeout: int = 0, heartbeat: int = 0, id_: str = "q", **members: object) -> Update:
    options = CallbackOptions(timeout_seconds=timeout, heartbeat_timeout_seconds=heartbeat)
    return an_update(Action.START, id_, Kind.CALLBACK, callback=options, **members)


def waiting(timeout: int = 0, heartbeat: int = 0) -> Life:
    """A function that sleeps until its callback is answered."""
    life = live()
    life.save(a_callback(timeout, heartbeat))
    life.suspend()
    return life


def beat(life: Life, *, after_seconds: float) -> None:
    command = AnswerCallback(operation_id=OperationId("q"), answer=CallbackHeartbeat())
    life.do(command, after_ms=round(after_seconds * 1000))


@pytest.mark.parametrize(
    ("before", "action"), [pair for pair in product([None, *Status], Action) if pair != (None, Action.START)]
)
def test_the_function_can_start_a_callback_and_nothing_else(before: Status | None, action: Action) -> None:
    """A success that the function itself reports is refused: answers come from outside."""
    execution = an_execution(an_operation(before, "q", Kind.CALLBACK)) if before is not None else an_execution()
    is_start = action is Action.START
    words = (
        "Cannot start a CALLBACK operation that already exists."
        if is_start
        else "Invalid action for CALLBACK operation."
    )
    assert refusal(execution, an_update(action, "q", Kind.CALLBACK)) == words


def test_the_answer_to_its_start_holds_the_id_for_the_outside() -> None:
    life = live()
    (callback,) = life.save(a_callback(60, 10, name="approval")).operations
    assert callback.callback_id is not None
    assert parse_callback_id(callback.callback_id) == (life.execution.arn, "q")
    event = life.events[-1]
    assert (event.callback_id, event.callback, event.name) == (callback.callback_id, callback.callback, "approval")


def test_the_same_operation_of_two_executions_has_two_ids() -> None:
    """Every function that asks first has a callback of the same operation id; an answer must find its own."""
    ids = set()
    for execution_id in ("one", "two"):
        life = live(an_origin(execution_id))
        (callback,) = life.save(a_callback()).operations
        ids.add(callback.callback_id)
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("timeout", "heartbeat", "due", "expires"),
    [(0, 0, None, None), (60, 0, 60, 60), (0, 10, 10, None), (60, 10, 10, 60), (5, 10, 5, 5), (10, 10, 10, 10)],
)
def test_the_earlier_end_comes_first_and_zero_is_never(
    timeout: int, heartbeat: int, due: int | None, expires: int | None
) -> None:
    after, _ = move(None, a_callback(timeout, heartbeat))
    assert after.due_at == (None if due is None else LATER + due * 1000)
    assert after.expires_at == (None if expires is None else LATER + expires * 1000)


def test_a_callback_without_options_waits_for_ever() -> None:
    after, _ = move(None, an_update(Action.START, "q", Kind.CALLBACK))
    assert (after.callback, after.due_at) == (CallbackOptions(), None)


@pytest.mark.parametrize(
    ("timeout", "heartbeat", "error"),
    [(60, 0, TIMEOUT), (0, 60, HEARTBEAT), (61, 60, HEARTBEAT), (60, 61, TIMEOUT), (60, 60, TIMEOUT)],
)
@pytest.mark.parametrize("late_seconds", [0, 10_000])
def test_it_times_out_at_its_end_and_says_of_what_however_late_it_is_noticed(
    timeout: int, heartbeat: int, error: ErrorObject, late_seconds: int
) -> None:
    life = waiting(timeout, heartbeat)
    assert life.pass_time(seconds=59.999).is_empty
    assert life.operation("q").status is Status.STARTED
    life.pass_time(seconds=0.001 + late_seconds)
    over = life.operation("q")
    assert (over.status, over.error, over.due_at) == (Status.TIMED_OUT, error, None)
    assert over.ended_at == START + 60_000 + late_seconds * 1000
    assert life.history()[-1] == "CallbackTimedOut q"
    assert life.events[-1].error == ErrorObject(type=error.type)
    assert life.begin().updated_operation_ids == ("q",)


def test_a_heartbeat_moves_its_own_end_and_not_the_total_timeout() -> None:
    life = waiting(25, 10)
    for _ in range(2):
        beat(life, after_seconds=9.999)
    assert life.operation("q").due_at == START + 25_000
    assert life.pass_time(seconds=5.001).is_empty
    life.pass_time(seconds=0.001)
    assert life.operation("q").error == TIMEOUT


def test_a_heartbeat_that_stops_ends_the_callback_before_its_timeout() -> None:
    life = waiting(3600, 10)
    beat(life, after_seconds=5)
    assert life.pass_time(seconds=9.999).is_empty
    life.pass_time(seconds=0.001)
    assert life.operation("q").error == HEARTBEAT
    assert life.operation("q").ended_at == START + 15_000


def test_a_heartbeat_is_no_news_and_no_history() -> None:
    life = waiting(0, 10)
    told = life.history()
    beat(life, after_seconds=1)
    assert life.history() == told
    assert life.owed is None
    assert life.operation("q").moved_in == 0


def test_a_heartbeat_for_a_callback_that_needs_none_changes_no_end() -> None:
    life = waiting(60)
    beat(life, after_seconds=1)
    assert life.operation("q").due_at == START + 60_000


def test_what_a_start_says_beyond_its_options_is_ignored() -> None:
    after, _ = move(None, a_callback(payload="1"))
    assert after.result is None
    assert move(None, a_callback(error=an_error()))[0].error is None
