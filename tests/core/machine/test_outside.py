"""What the outside does to callbacks: in time, too early, too late, twice, to the wrong address."""

import pytest

from everstep.core.limits import KIB, LIMITS, Limits
from everstep.core.machine.commands import AnswerCallback, CallbackFailure, CallbackHeartbeat, CallbackSuccess
from everstep.core.machine.decide import decide
from everstep.core.machine.delta import Delta
from everstep.core.model import Action, CallbackOptions, ErrorObject, Kind, OperationId, Status
from everstep.core.refusal import Code, Refused
from tests.core.machine.factories import START, a_wait, an_error, an_update
from tests.core.machine.life import Life, live

Answer = CallbackSuccess | CallbackFailure | CallbackHeartbeat
YES = CallbackSuccess(payload='"yes"')
NO = CallbackFailure(error=an_error("Rejected", "not today"))
ALIVE = CallbackHeartbeat()
ANSWERS = [YES, NO, ALIVE]
LATE = "The callback is already completed or has timed out"
UNKNOWN = "Callback does not exist"


def asking(*ids: str, timeout: int = 60, limits: Limits = LIMITS) -> Life:
    """A live function that has asked."""
    options = CallbackOptions(timeout_seconds=timeout)
    life = live(limits=limits)
    life.save(*(an_update(Action.START, id_, Kind.CALLBACK, callback=options) for id_ in ids or ("q",)))
    return life


def answer(life: Life, with_: Answer, id_: str = "q") -> Delta:
    return life.do(AnswerCallback(operation_id=OperationId(id_), answer=with_))


def refused(life: Life, with_: Answer, id_: str = "q") -> tuple[Code, str]:
    """How the answer is refused; that it changed nothing is checked."""
    with pytest.raises(Refused) as caught:
        answer(life, with_, id_)
    return caught.value.code, caught.value.message


def test_an_answer_wakes_the_function_and_is_told() -> None:
    life = asking()
    life.suspend()
    life.pass_unnoticed(seconds=5)
    answer(life, YES)
    callback = life.operation("q")
    assert (callback.status, callback.result, callback.error) == (Status.SUCCEEDED, '"yes"', None)
    assert (callback.ended_at, callback.due_at) == (START + 5_000, None)
    assert (life.history()[-1], life.events[-1].result) == ("CallbackSucceeded q", '"yes"')
    assert life.begin().updated_operation_ids == ("q",)


def test_a_failure_wakes_the_function_too() -> None:
    life = asking()
    life.suspend()
    answer(life, NO)
    callback = life.operation("q")
    assert (callback.status, callback.result, callback.error) == (Status.FAILED, None, NO.error)
    assert (life.history()[-1], life.events[-1].error) == ("CallbackFailed q", NO.error)
    assert life.begin().updated_operation_ids == ("q",)


@pytest.mark.parametrize("empty", [CallbackSuccess(payload=None), CallbackFailure(error=ErrorObject())])
def test_an_answer_may_say_nothing(empty: Answer) -> None:
    life = asking()
    answer(life, empty)
    assert life.operation("q").status.is_terminal
    assert life.operation("q").result is None


def test_an_answer_to_a_function_that_still_runs_comes_with_its_next_checkpoint() -> None:
    life = asking()
    answer(life, YES)
    assert life.owed is None, "one invocation at a time"
    assert [(o.id, o.result) for o in life.save().operations] == [("q", '"yes"')]
    assert life.save().operations == (), "told once"
    life.succeed()


def test_an_answer_between_the_last_checkpoint_and_falling_asleep_is_not_lost() -> None:
    """Known from other services: a wake-up in that gap, and the execution slept until an unrelated timer."""
    life = asking()
    answer(life, YES)
    life.suspend()
    assert life.begin().updated_operation_ids == ("q",)


def test_a_map_of_questions_wakes_its_function_for_every_answer() -> None:
    """Known from other services: map and wait_for_callback, and of many answers in a row only some woke anybody."""
    ids = [f"q{number}" for number in range(20)]
    life = asking(*ids)
    life.suspend()
    told: list[str] = []
    for number, id_ in enumerate(ids):
        answer(life, YES, id_)
        if number % 3 == 0:  # the function wakes late: others answer while its invocation is owed …
            told += life.begin().updated_operation_ids
        if number % 3 == 1:  # … and while it runs
            life.suspend()
    if life.owed is not None:
        told += life.begin().updated_operation_ids
    told += [operation.id for operation in life.save().operations]
    assert sorted(told) == sorted(ids)


@pytest.mark.parametrize("first", [YES, NO])
@pytest.mark.parametrize("second", ANSWERS)
def test_the_first_answer_wins(first: Answer, second: Answer) -> None:
    life = asking()
    answer(life, first)
    assert refused(life, second) == (Code.CALLBACK_TIMEOUT, LATE)


@pytest.mark.parametrize("late", ANSWERS)
@pytest.mark.parametrize("is_noticed", [True, False])
def test_an_answer_after_the_timeout_comes_too_late_whether_anybody_noticed_or_not(
    late: Answer, is_noticed: bool
) -> None:
    life = asking(timeout=60)
    life.suspend()
    if is_noticed:
        life.pass_time(seconds=60)
    else:
        life.pass_unnoticed(seconds=60)
    assert refused(life, late) == (Code.CALLBACK_TIMEOUT, LATE)
    life.pass_time(seconds=0)
    assert life.operation("q").status is Status.TIMED_OUT


def test_an_answer_in_the_last_millisecond_is_in_time() -> None:
    life = asking(timeout=60)
    life.pass_unnoticed(seconds=59.999)
    answer(life, YES)
    assert life.operation("q").status is Status.SUCCEEDED


@pytest.mark.parametrize("late", ANSWERS)
@pytest.mark.parametrize("end", ["stop", "succeed", "fail"])
def test_an_answer_to_a_closed_execution_comes_too_late(late: Answer, end: str) -> None:
    life = asking()
    getattr(life, end)()
    assert refused(life, late) == (Code.CALLBACK_TIMEOUT, LATE)
    assert life.operation("q").status is Status.STARTED, "open operations keep their last status"


@pytest.mark.parametrize("late", ANSWERS)
def test_an_answer_to_an_execution_whose_time_is_up_comes_too_late(late: Answer) -> None:
    life = asking(timeout=0)
    life.pass_unnoticed(seconds=86_400)
    assert refused(life, late) == (Code.CALLBACK_TIMEOUT, LATE)


@pytest.mark.parametrize("with_", ANSWERS)
@pytest.mark.parametrize("id_", ["nothing", "step", "wait", "room"])
def test_an_answer_finds_callbacks_only(with_: Answer, id_: str) -> None:
    life = asking()
    life.save(an_update(Action.START, "step"), a_wait(id_="wait"), an_update(Action.START, "room", Kind.CONTEXT))
    assert refused(life, with_, id_) == (Code.NOT_FOUND, UNKNOWN)


def test_an_answer_changes_no_other_callback() -> None:
    life = asking("q", "r")
    answer(life, YES, "r")
    assert (life.operation("q").status, life.operation("r").status) == (Status.STARTED, Status.SUCCEEDED)


@pytest.mark.parametrize(
    ("with_", "fits"),
    [
        (CallbackSuccess(payload="x" * KIB), True),
        (CallbackSuccess(payload="x" * (KIB - 1) + "ä"), False),
        (CallbackFailure(error=ErrorObject(message="x" * (KIB - 4), type="Type")), True),
        (CallbackFailure(error=ErrorObject(message="x" * (KIB - 3), type="Type")), False),
        (CallbackFailure(error=ErrorObject(stack_trace=("x" * KIB, "x"))), False),
    ],
)
def test_an_answer_has_its_limit_in_bytes_of_all_its_texts(with_: Answer, fits: bool) -> None:
    life = asking(limits=Limits(callback_payload_bytes_max=KIB))
    if fits:
        answer(life, with_)
        return
    code, words = refused(life, with_)
    assert code is (Code.VALIDATION if isinstance(with_, CallbackSuccess) else Code.INVALID_PARAMETER)
    assert words.endswith(("Member must have length less than or equal to 1024", "less than or equal to 1024 bytes."))


def test_an_answer_that_finds_the_timer_of_another_ripe_lets_it_act_first() -> None:
    life = asking(timeout=0)
    life.save(a_wait(wait_seconds=5))
    life.suspend()
    life.pass_unnoticed(seconds=5)
    answer(life, YES)
    assert life.history()[-2:] == ["WaitSucceeded w", "CallbackSucceeded q"]
    assert life.begin().updated_operation_ids == ("w", "q")


def test_of_two_that_answer_at_once_the_second_decides_again() -> None:
    """Both decide on the same version; the store refuses one delta, and what is decided anew is a refusal."""
    life = asking()
    execution, command = life.execution, AnswerCallback(operation_id=OperationId("q"), answer=NO)
    loser = decide(execution, command, life.now)
    winner = answer(life, YES)
    assert loser.base_version == winner.base_version
    assert refused(life, NO) == (Code.CALLBACK_TIMEOUT, LATE)
