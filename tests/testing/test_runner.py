"""The runner: a whole execution in one call, with the real service and a clock that jumps."""

import asyncio
import time
from typing import Any

import pytest

from everstep import (
    AsyncDurableContext,
    DurableContext,
    RetryDecision,
    RetryPresets,
    StepConfig,
    StepContext,
    durable_execution,
)
from everstep.core.events import EventType
from everstep.core.limits import LIMITS, Limits
from everstep.core.messages import InvocationStatus
from everstep.core.model import ExecutionStatus, Kind, Status
from everstep.errors import InvocationError
from everstep.testing import DurableFunctionTestResult, DurableFunctionTestRunner, StuckError
from everstep.testing.world import INVOCATIONS_MAX, World


def run(handler: Any, event: Any = None, **options: Any) -> DurableFunctionTestResult:
    with DurableFunctionTestRunner(handler, **options) as runner:
        return runner.run(event)


def seven(step: StepContext) -> int:
    return 7


@durable_execution
def month(event: Any, context: DurableContext) -> Any:
    context.step(seven, "before")
    context.wait(30 * 86_400, "month")
    return [event, context.step(seven, "after")]


def test_a_month_takes_no_time() -> None:
    began = time.monotonic()
    result = run(month, {"order": 17})
    assert time.monotonic() - began < 10
    assert result.status is InvocationStatus.SUCCEEDED
    assert result.value == [{"order": 17}, 7]
    assert result.events[-1].at - result.events[0].at == 30 * 86_400 * 1000
    assert result.invocations == 2


def test_the_result_holds_the_operations_and_the_history() -> None:
    result = run(month)
    assert [(operation.kind, operation.status) for operation in result.operations] == [
        (Kind.STEP, Status.SUCCEEDED),
        (Kind.WAIT, Status.SUCCEEDED),
        (Kind.STEP, Status.SUCCEEDED),
    ]
    assert [operation.result for operation in result.named("before")] == ["7"]
    assert [event.event_id for event in result.events] == list(range(1, len(result.events) + 1))
    assert [event.type for event in result.events] == [
        EventType.EXECUTION_STARTED,
        EventType.STEP_STARTED,
        EventType.STEP_SUCCEEDED,
        EventType.WAIT_STARTED,
        EventType.INVOCATION_COMPLETED,
        EventType.WAIT_SUCCEEDED,
        EventType.STEP_STARTED,
        EventType.STEP_SUCCEEDED,
        EventType.INVOCATION_COMPLETED,
        EventType.EXECUTION_SUCCEEDED,
    ]


def test_an_absent_input_is_an_empty_object() -> None:
    assert run(durable_execution(lambda event, context: event)).value == {}


def test_two_runs_are_the_same_to_the_millisecond() -> None:
    assert run(month).events == run(month).events


def test_an_error_that_leaves_the_handler_is_the_executions() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        raise LookupError("no such order")

    result = run(handler)
    assert (result.status, result.execution_status) == (InvocationStatus.FAILED, ExecutionStatus.FAILED)
    assert result.error is not None
    assert (result.error.type, result.error.message) == ("LookupError", "no such order")
    assert result.value is None


def test_an_execution_may_outlive_its_time() -> None:
    result = run(month, execution_timeout=86_400)
    assert result.execution_status is ExecutionStatus.TIMED_OUT
    assert result.status is InvocationStatus.FAILED


def test_a_function_that_fails_every_invocation_is_given_up() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        raise InvocationError("not today")

    result = run(handler)
    assert result.execution_status is ExecutionStatus.FAILED
    assert result.invocations == 1 + LIMITS.failure_retries_max


def test_a_step_that_retries_for_ever_is_stopped_by_its_executions_timeout() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        def decline(step: StepContext) -> None:
            raise ValueError("declined")

        daily = StepConfig(retry_strategy=lambda error, attempts: RetryDecision.retry(86_400))
        return context.step(decline, "decline", daily)

    result = run(handler)
    assert result.execution_status is ExecutionStatus.TIMED_OUT
    assert result.invocations == 366


@pytest.mark.parametrize("size", [256 * 1024 - 2, 256 * 1024 - 1])
def test_a_step_result_beyond_its_limit_fails_at_once(size: int) -> None:
    """Known from another SDK: it was retried until the execution timed out. The two bytes are its quotes."""

    @durable_execution
    def handler(event: Any, context: DurableContext) -> str:
        context.step(lambda step: "x" * size, "large")
        return "done"

    result = run(handler)
    if size + 2 <= LIMITS.step_payload_bytes_max:
        assert result.value == "done"
        return
    assert result.execution_status is ExecutionStatus.FAILED
    assert result.error is not None
    assert "STEP output payload size" in (result.error.message or "")
    assert result.invocations == 1


def test_other_quotas_may_be_tried() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        for _ in range(3):
            context.step(seven)

    result = run(handler, limits=Limits(operations_max=2))
    assert result.execution_status is ExecutionStatus.FAILED
    assert result.error is not None
    assert "more than 2 operations" in (result.error.message or "")


@durable_execution
async def napping(event: Any, context: AsyncDurableContext) -> Any:
    async def nap(seconds: int) -> int:
        await context.wait(seconds)
        return await context.step(seven)

    return await asyncio.gather(nap(3600), nap(60))


def test_async_functions_run_too() -> None:
    result = run(napping)
    assert result.value == [7, 7]
    assert round(result.duration_seconds) == 3600, "and a millisecond for each end, because they are side by side"


@pytest.mark.parametrize("handler", [month, napping], ids=["def", "async def"])
def test_a_test_may_have_an_event_loop_of_its_own(handler: Any) -> None:
    async def test() -> DurableFunctionTestResult:
        return run(handler)

    assert asyncio.run(test()).status is InvocationStatus.SUCCEEDED


def test_a_step_may_run_another_execution_to_its_end() -> None:
    @durable_execution
    def outer(event: Any, context: DurableContext) -> Any:
        return context.step(lambda step: run(month, "inner").value, "inner")

    assert run(outer).value == ["inner", 7]


def test_one_runner_runs_several_executions() -> None:
    with DurableFunctionTestRunner(month) as runner:
        first, second = runner.run(1), runner.run(2, name="second")
    assert (first.value, second.value) == ([1, 7], [2, 7])
    assert first.arn != second.arn
    assert "/durable-execution/second/" in second.arn


def test_an_endless_circle_is_noticed_but_a_workflow_of_waits_is_none() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> object:
        for _ in range(10):
            context.wait(1)
        return None

    patient, hasty = World({"f": handler}, invocations_max=11), World({"f": handler}, invocations_max=9)
    assert patient.run_until_closed(patient.start("f", None)).head.status is ExecutionStatus.SUCCEEDED
    with pytest.raises(StuckError, match="circles"):
        hasty.run_until_closed(hasty.start("f", None))
    assert LIMITS.operations_max < INVOCATIONS_MAX


def test_retries_take_their_delays_in_virtual_time() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        def flaky(step: StepContext) -> int:
            if step.attempt < 3:
                raise ConnectionError("again")
            return step.attempt

        return context.step(flaky, "flaky", StepConfig(retry_strategy=RetryPresets.fixed(600)))

    result = run(handler)
    assert result.value == 3
    assert result.events[-1].at - result.events[0].at == 2 * 600 * 1000
