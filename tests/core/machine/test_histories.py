"""Histories as the real service writes them, event by event.

The expectations are those of the public conformance requirements (`step/1-…`, `wait/2-…`); what they leave open
(the execution's own events, bodies) is filled in. A line is: number, type, operation, then the facts it tells.
"""

from everstep.core.events import Event, EventType
from everstep.core.model import Action, ErrorObject, SubType
from tests.core.machine.factories import a_wait, an_origin, an_update
from tests.core.machine.life import Life, live

TRANSIENT = ErrorObject(type="TransientError", message="try again")
START, SUCCEED, FAIL, RETRY = Action.START, Action.SUCCEED, Action.FAIL, Action.RETRY


def story(life: Life) -> list[str]:
    return [_line(event) for event in life.events]


def _line(event: Event) -> str:
    facts = {
        "name": event.name if not event.type.value.startswith("Execution") else None,
        "attempt": event.attempt,
        "delay": event.next_attempt_delay_seconds,
        "duration": event.duration_seconds,
        "result": event.result,
        "error": event.error.type if event.error is not None else None,
    }
    words = [str(event.event_id), event.type.value]
    if not event.type.value.startswith("Execution") and event.id is not None:
        words.append(event.id)
    return " ".join([*words, *(f"{name}={fact}" for name, fact in facts.items() if fact is not None)])


def test_1_1_a_step_that_succeeds() -> None:
    life = live()
    life.save(an_update(START, sub_type=SubType.STEP))
    life.save(an_update(SUCCEED, payload='"Hello, World!"', sub_type=SubType.STEP))
    life.succeed('"Hello, World!"')
    assert story(life) == [
        "1 ExecutionStarted",
        "2 StepStarted a",
        '3 StepSucceeded a attempt=1 result="Hello, World!"',
        "4 InvocationCompleted",
        '5 ExecutionSucceeded result="Hello, World!"',
    ]
    assert [event.sub_type for event in life.events] == [None, "Step", "Step", None, None]


def test_1_3_two_steps_one_after_the_other() -> None:
    life = live()
    life.save(an_update(START), an_update(SUCCEED, payload='"first"'))
    life.save(an_update(START, "b"), an_update(SUCCEED, "b", payload='"first_second"'))
    life.succeed('"first_second"')
    assert story(life) == [
        "1 ExecutionStarted",
        "2 StepStarted a",
        '3 StepSucceeded a attempt=1 result="first"',
        "4 StepStarted b",
        '5 StepSucceeded b attempt=1 result="first_second"',
        "6 InvocationCompleted",
        '7 ExecutionSucceeded result="first_second"',
    ]


def test_1_5_a_step_without_a_result() -> None:
    life = live()
    life.save(an_update(START))
    life.save(an_update(SUCCEED))
    life.succeed("null")
    assert story(life)[2:] == [
        "3 StepSucceeded a attempt=1",
        "4 InvocationCompleted",
        "5 ExecutionSucceeded result=null",
    ]


def test_1_9_a_replay_writes_nothing_about_a_step_that_succeeded() -> None:
    life = live()
    life.save(an_update(START), an_update(SUCCEED, payload='"cached_value"'))
    life.save(a_wait(wait_seconds=1))
    life.suspend()
    life.begin_after(seconds=1)
    life.succeed('"cached_value"')
    assert story(life) == [
        "1 ExecutionStarted",
        "2 StepStarted a",
        '3 StepSucceeded a attempt=1 result="cached_value"',
        "4 WaitStarted w duration=1",
        "5 InvocationCompleted",
        "6 WaitSucceeded w duration=1",
        "7 InvocationCompleted",
        '8 ExecutionSucceeded result="cached_value"',
    ]


def test_1_11_and_1_15_a_step_that_fails_and_then_succeeds() -> None:
    life = live()
    life.save(an_update(START))
    life.save(an_update(RETRY, error=TRANSIENT, retry_delay_seconds=1))
    life.suspend()
    life.begin_after(seconds=1)
    life.save(an_update(START))
    life.save(an_update(SUCCEED, payload='"Operation succeeded"'))
    life.succeed('"Operation succeeded"')
    assert story(life) == [
        "1 ExecutionStarted",
        "2 StepStarted a",
        "3 StepFailed a attempt=1 delay=1 error=TransientError",
        "4 InvocationCompleted",
        "5 StepStarted a",
        '6 StepSucceeded a attempt=2 result="Operation succeeded"',
        "7 InvocationCompleted",
        '8 ExecutionSucceeded result="Operation succeeded"',
    ]


def test_1_13_a_step_that_fails_twice() -> None:
    life = live()
    for delay in (4, 9):
        life.save(an_update(START))
        life.save(an_update(RETRY, error=TRANSIENT, retry_delay_seconds=delay))
        life.suspend()
        life.begin_after(seconds=delay)
    life.save(an_update(START), an_update(SUCCEED, payload="1"))
    life.succeed("1")
    assert story(life)[1:10] == [
        "2 StepStarted a",
        "3 StepFailed a attempt=1 delay=4 error=TransientError",
        "4 InvocationCompleted",
        "5 StepStarted a",
        "6 StepFailed a attempt=2 delay=9 error=TransientError",
        "7 InvocationCompleted",
        "8 StepStarted a",
        "9 StepSucceeded a attempt=3 result=1",
        "10 InvocationCompleted",
    ]


def test_1_17_an_at_most_once_step_whose_process_died() -> None:
    life = live()
    life.save(an_update(START, name="at_most_once_flaky_step"))
    life.crash("Runtime.ExitError")
    assert life.begin().updated_operation_ids == ()
    interrupted = ErrorObject(type="StepInterruptedError", message="its invocation ended")
    life.save(an_update(FAIL, name="at_most_once_flaky_step", error=interrupted))
    life.fail(interrupted)
    assert story(life) == [
        "1 ExecutionStarted",
        "2 StepStarted a name=at_most_once_flaky_step",
        "3 InvocationCompleted error=Runtime.ExitError",
        "4 StepFailed a name=at_most_once_flaky_step attempt=1 error=StepInterruptedError",
        "5 InvocationCompleted",
        "6 ExecutionFailed error=StepInterruptedError",
    ]


def test_an_at_least_once_step_whose_process_died_goes_on_without_a_second_start() -> None:
    life = live()
    life.save(an_update(START))
    life.crash("Runtime.ExitError")
    life.begin()
    life.save(an_update(SUCCEED, payload="1"))
    assert story(life)[1:] == [
        "2 StepStarted a",
        "3 InvocationCompleted error=Runtime.ExitError",
        "4 StepSucceeded a attempt=1 result=1",
    ]


def test_1_19_a_step_that_fails_for_good() -> None:
    life = live()
    life.save(an_update(START), an_update(FAIL, error=TRANSIENT))
    life.fail(TRANSIENT)
    assert story(life) == [
        "1 ExecutionStarted",
        "2 StepStarted a",
        "3 StepFailed a attempt=1 error=TransientError",
        "4 InvocationCompleted",
        "5 ExecutionFailed error=TransientError",
    ]


def test_2_1_a_wait() -> None:
    life = live()
    life.save(a_wait(wait_seconds=2))
    life.suspend()
    life.begin_after(seconds=2)
    life.succeed("null")
    assert story(life) == [
        "1 ExecutionStarted",
        "2 WaitStarted w duration=2",
        "3 InvocationCompleted",
        "4 WaitSucceeded w duration=2",
        "5 InvocationCompleted",
        "6 ExecutionSucceeded result=null",
    ]


def test_2_3_two_waits_one_after_the_other() -> None:
    life = live()
    life.save(a_wait(id_="w1", name="wait-1", wait_seconds=2))
    life.suspend()
    life.begin_after(seconds=2)
    life.save(a_wait(id_="w2", name="wait-2", wait_seconds=2))
    life.suspend()
    life.begin_after(seconds=2)
    life.succeed('{"completedWaits":2}')
    assert story(life)[1:8] == [
        "2 WaitStarted w1 name=wait-1 duration=2",
        "3 InvocationCompleted",
        "4 WaitSucceeded w1 name=wait-1 duration=2",
        "5 WaitStarted w2 name=wait-2 duration=2",
        "6 InvocationCompleted",
        "7 WaitSucceeded w2 name=wait-2 duration=2",
        "8 InvocationCompleted",
    ]


def test_2_5_a_long_wait_of_an_execution_that_nobody_waits_for() -> None:
    life = live(an_origin(is_async=True))
    life.save(a_wait(wait_seconds=3_600))
    life.suspend()
    assert story(life) == ["1 ExecutionStarted", "2 WaitStarted w duration=3600", "3 InvocationCompleted"]


def test_a_condition_is_polled_with_successes_that_carry_the_state() -> None:
    life = live()
    for state in ("1", "2"):
        life.save(an_update(START), an_update(RETRY, payload=state, retry_delay_seconds=3))
        life.suspend()
        life.begin_after(seconds=3)
    life.save(an_update(START), an_update(SUCCEED, payload="3"))
    assert story(life)[1:] == [
        "2 StepStarted a",
        "3 StepSucceeded a attempt=1 delay=3 result=1",
        "4 InvocationCompleted",
        "5 StepStarted a",
        "6 StepSucceeded a attempt=2 delay=3 result=2",
        "7 InvocationCompleted",
        "8 StepStarted a",
        "9 StepSucceeded a attempt=3 result=3",
    ]


def test_an_event_tells_only_what_belongs_to_it() -> None:
    """A step that had failed before tells its success without the old error, and its start without a result."""
    life = live()
    life.save(an_update(START), an_update(RETRY, error=TRANSIENT, retry_delay_seconds=1))
    life.pass_time(seconds=1)
    life.save(an_update(START), an_update(SUCCEED, payload="1"))
    again, succeeded = life.events[-2:]
    assert (again.type, again.error, again.attempt) == (EventType.STEP_STARTED, None, None)
    assert (succeeded.error, succeeded.next_attempt_delay_seconds) == (None, None)
