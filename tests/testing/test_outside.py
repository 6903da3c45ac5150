"""The world outside a function under test: whom it waits for, whom it calls, and how a test that is stuck says so."""

import asyncio
import time
from typing import Any

import pytest

from everstep import (
    AsyncDurableContext,
    CallbackConfig,
    DurableContext,
    Duration,
    StepContext,
    WaitForConditionConfig,
    WaitForConditionDecision,
    durable_execution,
    durable_with_child_context,
)
from everstep.core.model import ErrorObject, ExecutionStatus, Kind, Status
from everstep.testing import (
    NO_ANSWER,
    DurableChildContextTestRunner,
    DurableFunctionsTestError,
    DurableFunctionTestRunner,
    NoSuchOperationError,
    StuckError,
    in_turn,
)

HOUR = 3600
PATIENT = CallbackConfig(timeout=Duration.from_hours(2), heartbeat_timeout=Duration.from_hours(1))


@durable_execution
def approval(event: Any, context: DurableContext) -> Any:
    return context.wait_for_callback(lambda id_, _: None, "approval")


@durable_execution
def patient(event: Any, context: DurableContext) -> Any:
    return context.create_callback("answer", PATIENT).result()


def run(handler: Any, event: Any = None, **options: Any) -> Any:
    return DurableFunctionTestRunner(handler, **options).run(event)


# --------------------------------------------------------------------------- answers
@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ("yes", "yes"),
        ({"approved": True}, '{"approved":true}'),
        ([1, 2], "[1,2]"),
        (None, None),
        (lambda callback: callback.parent_name, "approval"),
        ((HOUR, "later"), "later"),
        ((Duration.from_days(2), lambda callback: "much later"), "much later"),
    ],
)
def test_an_answer_is_a_value_or_made_or_takes_its_time(answer: Any, result: Any) -> None:
    assert run(approval, callbacks={"approval": answer}).value == result


@pytest.mark.parametrize(
    "failure", [ValueError("no"), ErrorObject(type="ValueError", message="no"), (60, ValueError("no"))]
)
def test_an_answer_may_be_a_failure(failure: Any) -> None:
    error = run(approval, callbacks={"approval": failure}).error
    assert (error.type, error.message) == ("everstep.errors.CallbackExternalError", "no")


def test_answers_are_given_one_after_the_other() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        return [context.create_callback("vote").result() for _ in range(4)]

    assert run(handler, callbacks={"vote": in_turn("a", "b")}).value == ["a", "b", "b", "b"]


def test_nobody_answers_and_the_callback_times_out_in_virtual_time() -> None:
    began = time.monotonic()
    result = run(patient, callbacks={"answer": NO_ANSWER})
    assert result.duration_seconds == HOUR, "the heartbeat's time is up first"
    assert result.get_callback("answer").status is Status.TIMED_OUT
    assert time.monotonic() - began < 10


def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    assert run(patient, callbacks={"answer": (3 * HOUR, "late")}).execution_status is ExecutionStatus.FAILED


def test_heartbeats_keep_a_callback_waiting_but_not_for_ever() -> None:
    runner = DurableFunctionTestRunner(patient)
    arn = runner.run_async()
    callback_id = runner.wait_for_callback(arn, "answer")
    for _ in range(3):
        runner.advance(Duration.from_minutes(50))
        if runner.world.open_callbacks(arn):
            runner.send_callback_heartbeat(callback_id)
    result = runner.wait_for_result(arn)
    assert result.duration_seconds == 2 * HOUR
    assert "Callback timed out" in ((result.error and result.error.message) or "")


def test_a_test_may_answer_by_hand() -> None:
    runner = DurableFunctionTestRunner(approval)
    arn = runner.run_async()
    callback_id = runner.wait_for_callback(arn, "approval")
    assert runner.wait_for_callback(arn) == callback_id, "the newest one is the same"
    runner.send_callback_success(callback_id, b"by hand")
    assert runner.wait_for_result(arn).value == "by hand"
    with pytest.raises(DurableFunctionsTestError, match="closed already"):
        runner.send_callback_failure(callback_id)
    with pytest.raises(DurableFunctionsTestError, match="no callback waits for an answer: the execution is closed"):
        runner.wait_for_callback(arn)


def test_a_tuple_of_another_length_is_explained() -> None:
    with pytest.raises(DurableFunctionsTestError, match="use a list for a list"):
        run(approval, callbacks={"approval": (1, 2, 3)})


# --------------------------------------------------------------------------- stuck
def test_a_test_that_is_stuck_names_the_callback_that_nobody_answers() -> None:
    runner = DurableFunctionTestRunner(approval)
    arn = runner.run_async()
    with pytest.raises(StuckError) as raised:
        runner.wait_for_result(arn)
    message = str(raised.value)
    (callback, _), *_rest = runner.world.open_callbacks(arn)
    assert f"nobody answers the callback id {callback.callback_id}, and it has no timeout" in message
    assert "callbacks={'approval': …}" in message
    assert "step approval submitter" in message, "the timeline is there"
    assert isinstance(raised.value, TimeoutError), "as the official runner raises"


def test_a_timeout_that_the_test_speaks_of_is_waited_for() -> None:
    result = run(approval, execution_timeout=HOUR)
    assert (result.execution_status, result.duration_seconds) == (ExecutionStatus.TIMED_OUT, HOUR)
    again = DurableFunctionTestRunner(approval).run(execution_timeout=60)
    assert again.execution_status is ExecutionStatus.TIMED_OUT


def test_a_paused_execution_says_that_it_is_paused() -> None:
    runner = DurableFunctionTestRunner(patient)
    arn = runner.run_async()
    runner.pause_execution(arn)
    with pytest.raises(StuckError, match="it is paused"):
        runner.wait_for_callback(arn)
    runner.resume_execution(arn)
    runner.send_callback_success(runner.wait_for_callback(arn), "on")
    assert runner.wait_for_result(arn).value == "on"


# --------------------------------------------------------------------------- stand-ins
@durable_execution
def shop(event: Any, context: DurableContext) -> Any:
    def real(step: StepContext) -> str:
        raise AssertionError("the real one must not run")

    return context.step(real, "charge")


def test_a_stand_in_is_a_value_or_an_error_or_a_function() -> None:
    assert run(shop, steps={"charge": "receipt"}).value == "receipt"
    assert run(shop, steps={"charge": lambda step: f"attempt {step.attempt}"}).value == "attempt 1"
    assert run(shop, steps={"charge": in_turn(ConnectionError("busy"), "receipt")}).get_step("charge").attempt == 2
    failed = run(shop, steps={"charge": ValueError("declined")})
    assert (failed.error.message, failed.get_step("charge").attempt) == ("declined", 6)


def test_stand_ins_serve_async_functions_and_conditions() -> None:
    def decide(state: int, attempt: int) -> WaitForConditionDecision:
        return WaitForConditionDecision.stop_polling() if state > 2 else WaitForConditionDecision.continue_waiting(60)

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> Any:
        async def real(step: StepContext) -> str:
            raise AssertionError

        config = WaitForConditionConfig(wait_strategy=decide, initial_state=0)
        return [await context.step(real, "charge"), await context.wait_for_condition(lambda s, c: 0, config, "poll")]

    async def stand_in(step: StepContext) -> str:
        await asyncio.sleep(0)
        return "receipt"

    result = run(handler, steps={"charge": stand_in, "poll": lambda state, check: state + 1})
    assert result.value == ["receipt", 3]


# --------------------------------------------------------------------------- other functions
@durable_execution
def caller(event: Any, context: DurableContext) -> Any:
    return [context.invoke("child:live", {"n": 2}, "child"), context.invoke("plain", {"n": 3}, "plain")]


@durable_execution
async def child(event: Any, context: AsyncDurableContext) -> Any:
    await context.wait(HOUR)
    return event["n"] * 10


def test_registered_functions_are_invoked() -> None:
    runner = DurableFunctionTestRunner(caller)
    runner.register_durable_function("child:live", child).register_function("plain", lambda event, context: event["n"])
    result = runner.run()
    assert result.value == [20, 3]
    assert result.duration_seconds == HOUR
    child_arn = result.get_invoke("child").child_arn
    assert child_arn is not None
    assert runner.get_execution_history(child_arn)[-1].result == "20"


def test_a_function_that_fails_or_is_not_there_fails_the_invoke() -> None:
    def broken(event: Any, context: Any) -> None:
        raise LookupError("no such thing")

    runner = DurableFunctionTestRunner(caller).register_durable_function("child", child)
    assert "plain" in (runner.run().error or ErrorObject()).message  # type: ignore[operator]  # it has a message
    runner = DurableFunctionTestRunner(caller).register_durable_function("child", child)
    runner.register_function("plain", broken)
    assert runner.run().error.message == "no such thing"  # type: ignore[union-attr]  # it failed


def test_a_child_may_time_out_on_its_own() -> None:
    runner = DurableFunctionTestRunner(caller).register_durable_function("child", child, execution_timeout=60)
    result = runner.run()
    assert result.get_invoke("child").status is Status.TIMED_OUT


# --------------------------------------------------------------------------- looking
def test_operations_are_found_by_name_kind_status_and_place() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        context.run_in_child_context(lambda inner: inner.step(lambda step: {"n": 1}, "inside"), "room")
        context.wait(60, "nap")
        return {"n": 2}

    result = run(handler)
    assert [one.name for one in result.operations] == ["room", "nap"]
    assert [one.name for one in result.get_all_operations()] == ["room", "inside", "nap"]
    assert result.get_context("room").get_step("inside").value == {"n": 1}
    assert result.get_step("inside").value_as(dict[str, int]) == {"n": 1}
    assert result.get_wait("nap").duration_seconds == 60
    assert [one.kind for one in result.find(status=Status.SUCCEEDED)] == [Kind.CONTEXT, Kind.STEP, Kind.WAIT]
    assert result.get_operation_by_id(result.get_wait("nap").id).name == "nap"
    with pytest.raises(NoSuchOperationError, match="'nap' is a WAIT, not a STEP"):
        result.get_step("nap")
    with pytest.raises(NoSuchOperationError, match="the operations are: CONTEXT 'room', STEP 'inside', WAIT 'nap'"):
        result.get_operation_by_name("snooze")
    assert result.timeline().splitlines()[0].startswith("id-1 succeeded after 1 min 00 s, 2 invocations")


def test_a_failed_result_can_be_insisted_on() -> None:
    assert run(shop, steps={"charge": 1}).ensure_succeeded().value == 1
    with pytest.raises(DurableFunctionsTestError, match=r"declined(.|\n)*step charge"):
        run(shop, steps={"charge": ValueError("declined")}).ensure_succeeded()


# --------------------------------------------------------------------------- ways to run
def test_a_test_with_a_loop_may_await_its_runs() -> None:
    async def test() -> Any:
        async with DurableFunctionTestRunner(approval, callbacks={"approval": "x"}) as runner:
            results = await asyncio.gather(runner.arun(name="one"), asyncio.sleep(0, "meanwhile"))
        return results[0].value, results[1]

    assert asyncio.run(test()) == ("x", "meanwhile")


def test_real_time_takes_its_time() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.wait(1)

    began = time.monotonic()
    assert run(handler, skip_time=False).execution_status is ExecutionStatus.SUCCEEDED
    assert time.monotonic() - began >= 0.9


def test_real_patience_ends() -> None:
    runner = DurableFunctionTestRunner(approval, skip_time=False)
    with pytest.raises(StuckError, match=r"is not closed after 0\.1 seconds"):
        runner.wait_for_result(runner.run_async(), timeout=0.1)


def test_a_seed_changes_ids_and_chance_and_nothing_else() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> float:
        return context.random().random()

    assert run(handler).value == run(handler).value
    assert run(handler, seed=7).value != run(handler).value


def test_a_block_can_be_run_alone() -> None:
    @durable_with_child_context
    def block(context: DurableContext, factor: int) -> int:
        return context.step(lambda step: factor * 2, "double")

    assert DurableChildContextTestRunner(block, 21).run().value == 42


def test_what_is_not_durable_is_refused_with_a_remedy() -> None:
    with pytest.raises(DurableFunctionsTestError, match="decorate it with @durable_execution"):
        DurableFunctionTestRunner(lambda event, context: None)  # type: ignore[arg-type]  # the mistake that is meant
    with pytest.raises(TypeError, match="there is no option call_backs"):
        DurableFunctionTestRunner(shop, call_backs={})  # type: ignore[call-arg]  # the mistake that is meant
