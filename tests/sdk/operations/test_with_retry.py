"""Retried blocks, in both drivers: whole blocks of operations again, with durable waits in between."""

from typing import Any

import pytest

from everstep import (
    ChildContextError,
    RetryDecision,
    RetryPresets,
    StepConfig,
    StepContext,
    StepError,
    WithRetryConfig,
    with_retry,
)
from everstep.core.model import Kind
from tests.sdk.operations.stories import Story, like, seven, told_by_both, value_of

GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
wrapped = pytest.mark.parametrize("in_child", [True, False], ids=["in a child", "in place"])


def three_times(error: Exception, attempts: int) -> RetryDecision:
    return RetryDecision.retry(20) if attempts < 3 else RetryDecision.no_retry()


def block_that_succeeds_at(last: int) -> Any:
    def block(room: Any, attempt: int) -> Story:
        first = yield room.step(seven, f"first of {attempt}")

        def body(step: StepContext) -> int:
            if attempt < last:
                raise ConnectionError(f"attempt {attempt}")
            return int(first) + attempt

        return (yield room.step(body, f"second of {attempt}", GIVE_UP))

    return block


def retried(last: int, in_child: bool, name: str | None = "block") -> Any:
    def plot(event: Any, context: Any) -> Story:
        config: WithRetryConfig[Any] = WithRetryConfig(
            retry_strategy=three_times, wrap_with_run_in_child_context=in_child
        )
        try:
            outcome = yield with_retry(context, like(context, block_that_succeeds_at(last)), config, name)
        except (ChildContextError, StepError) as error:
            outcome = [type(error).__name__, error.error_type, error.message]
        yield context.wait(60, "night")
        return outcome

    return plot


@wrapped
def test_the_whole_block_runs_again_until_it_succeeds(in_child: bool) -> None:
    played = told_by_both(retried(3, in_child))
    assert played.value == 10
    steps = [operation.name for operation in played.operations.values() if operation.kind is Kind.STEP]
    assert steps == [f"{step} of {attempt}" for attempt in (1, 2, 3) for step in ("first", "second")]
    waits = [(wait.name, wait.wait_seconds) for wait in played.operations.values() if wait.kind is Kind.WAIT]
    assert waits == [("block-backoff-1", 20), ("block-backoff-2", 20), ("night", 60)]


@wrapped
def test_a_block_that_gives_up_raises_its_last_failure(in_child: bool) -> None:
    kind, error_type, message = value_of(retried(9, in_child))
    assert message == "attempt 3"
    if in_child:
        assert (kind, error_type) == ("ChildContextError", "everstep.errors.StepError")
    else:
        assert (kind, error_type) == ("StepError", "ConnectionError")


@wrapped
def test_a_block_without_a_name_has_waits_without_names(in_child: bool) -> None:
    played = told_by_both(retried(2, in_child, name=None))
    assert played.value == 9
    assert sum(o.kind is Kind.WAIT and o.name is None for o in played.operations.values()) == 1
