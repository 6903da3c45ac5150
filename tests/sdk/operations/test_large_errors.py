"""Errors larger than what a service accepts are recorded all the same, cut, in both drivers and by every operation."""

from typing import Any

import pytest

from everstep import (
    CallbackSubmitterError,
    ChildContextError,
    DurableOperationError,
    RetryDecision,
    StepConfig,
    StepContext,
    WaitForCallbackConfig,
    WaitForConditionConfig,
)
from everstep.core.limits import ERROR_BYTES_MAX, MIB
from everstep.core.model import ExecutionStatus
from everstep.core.sizes import error_bytes
from everstep.sdk.waits import WaitStrategies
from tests.sdk.operations.stories import Played, Story, like, told_by_both


def twice(error: Exception, attempts: int) -> RetryDecision:
    return RetryDecision.retry(5) if attempts < 2 else RetryDecision.no_retry()


def shout(*_: Any) -> None:
    raise ValueError("é" * MIB)


def dig(depth: int) -> None:
    if depth == 0:
        raise ValueError("deep down")
    dig(depth - 1)


def step(context: Any) -> Any:
    return context.step(shout, "shouting", StepConfig(retry_strategy=twice))


def deep_step(context: Any) -> Any:
    def body(step: StepContext) -> None:
        dig(400)

    return context.step(body, "shouting", StepConfig(retry_strategy=twice))


def child(context: Any) -> Any:
    def room(room: Any) -> Story:
        yield room.wait(1)
        shout()

    return context.run_in_child_context(like(context, room), "shouting")


def condition(context: Any) -> Any:
    config: WaitForConditionConfig[Any] = WaitForConditionConfig(
        wait_strategy=WaitStrategies.fixed(lambda _: False), initial_state=None
    )
    return context.wait_for_condition(shout, config, "shouting")


def submitter(context: Any) -> Any:
    return context.wait_for_callback(shout, "shouting", WaitForCallbackConfig(retry_strategy=twice))


@pytest.mark.parametrize("ask", [step, deep_step, child, condition, submitter])
def test_an_operation_that_fails_with_too_much_text_fails_with_a_part_of_it(ask: Any) -> None:
    def plot(event: Any, context: Any) -> Story:
        seen = []
        for _ in range(2):
            try:
                yield ask(context)
            except DurableOperationError as error:
                seen.append([type(error).__name__, error.message])
            yield context.wait(60)
        return seen

    played = told_by_both(plot)
    assert_recorded(played)
    assert isinstance(played.value, list)
    assert played.value[0] == played.value[1]
    assert ("(cut, 2097152 bytes)" in played.value[0][1]) is (ask is not deep_step)


def assert_recorded(played: Played) -> None:
    assert played.status is ExecutionStatus.SUCCEEDED, played.error
    failed = [operation.error for operation in played.operations.values() if operation.error is not None]
    assert failed
    assert all(error_bytes(error) <= ERROR_BYTES_MAX for error in failed)


def test_an_execution_may_fail_with_it_too() -> None:
    def plot(event: Any, context: Any) -> Story:
        yield context.wait(1)
        shout()

    played = told_by_both(plot)
    assert played.status is ExecutionStatus.FAILED
    assert error_bytes(played.error) <= ERROR_BYTES_MAX


def test_what_wraps_a_large_failure_fits_as_well() -> None:
    def plot(event: Any, context: Any) -> Story:
        def inner(room: Any) -> Story:
            yield step(room)

        def outer(room: Any) -> Story:
            yield room.run_in_child_context(like(room, inner), "inner")

        try:
            yield context.run_in_child_context(like(context, outer), "outer")
        except (ChildContextError, CallbackSubmitterError) as error:
            return error.error_type

    assert told_by_both(plot).value == "everstep.errors.ChildContextError"
