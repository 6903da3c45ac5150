"""Waiting for conditions, in both drivers: polls, their states and delays, and giving up."""

from typing import Any

from everstep import RetryPresets, StepConfig, WaitForConditionConfig, WaitForConditionError
from everstep.core.model import ExecutionStatus
from everstep.sdk.waits import WaitForConditionDecision, WaitStrategies, WaitStrategy
from tests.sdk.operations.stories import Story, seven, told_by_both, value_of


def count(state: Any, context: Any) -> Any:
    """Each poll appends its attempt's number."""
    return [*state, context.attempt]


def until(length: int, **options: Any) -> WaitForConditionConfig[Any]:
    strategy: WaitStrategy[Any] = WaitStrategies.fixed(lambda state: len(state) >= length, 30, **options)
    return WaitForConditionConfig(wait_strategy=strategy, initial_state=[])


def polling(check: Any, config: WaitForConditionConfig[Any]) -> Any:
    def plot(event: Any, context: Any) -> Story:
        before = yield context.step(seven, "before")
        try:
            state = yield context.wait_for_condition(check, config, "poll")
        except WaitForConditionError as error:
            state = [error.error_type, error.message]
        yield context.wait(60)
        return [before, state]

    return plot


def test_polls_go_on_with_the_state_of_the_last_one() -> None:
    played = told_by_both(polling(count, until(3)))
    assert played.value == [7, [1, 2, 3]]
    assert played.told("poll") == ["START", "RETRY"] * 2 + ["START", "SUCCEED"]
    poll = played.named("poll")
    assert poll.ended_at is not None
    assert poll.ended_at - poll.started_at == 2 * 30_000


def test_a_condition_that_holds_at_once_takes_no_time() -> None:
    played = told_by_both(polling(count, until(1)))
    assert played.value == [7, [1]]
    assert played.invocations == 2, "the second is that of the nap"


def test_a_check_may_be_async_in_both() -> None:
    async def check(state: Any, context: Any) -> Any:
        return [*state, context.attempt]

    assert value_of(polling(check, until(2))) == [7, [1, 2]]


def test_a_check_that_raises_fails_at_once() -> None:
    def check(state: Any, context: Any) -> Any:
        raise LookupError("no such order")

    played = told_by_both(polling(check, until(2)))
    assert played.value == [7, ["LookupError", "no such order"]]
    assert played.told("poll") == ["START", "FAIL"]


def test_a_strategy_that_gives_up_fails_the_operation() -> None:
    played = told_by_both(polling(count, until(9, max_attempts=2)))
    assert isinstance(played.value, list)
    assert "did not hold after 2 attempts" in played.value[1][1]
    assert played.told("poll") == ["START", "RETRY", "START", "FAIL"]


def test_a_strategy_of_an_authors_own_sees_states_and_attempts() -> None:
    seen: list[tuple[int, int]] = []

    def strategy(state: Any, attempt: int) -> WaitForConditionDecision:
        seen.append((len(state), attempt))
        if attempt == 3:
            return WaitForConditionDecision.stop_polling()
        return WaitForConditionDecision.continue_waiting(attempt * 10)

    played = told_by_both(polling(count, WaitForConditionConfig(wait_strategy=strategy, initial_state=[])))
    assert played.value == [7, [1, 2, 3]]
    assert seen == [(1, 1), (2, 2), (3, 3)] * 4
    poll = played.named("poll")
    assert poll.ended_at is not None
    assert poll.ended_at - poll.started_at == 10_000 + 20_000


def test_a_failure_that_nobody_catches_fails_the_execution() -> None:
    def plot(event: Any, context: Any) -> Story:
        yield context.step(seven, "before", StepConfig(retry_strategy=RetryPresets.none()))
        yield context.wait_for_condition(count, until(9, max_attempts=1), "poll")

    played = told_by_both(plot)
    assert played.status is ExecutionStatus.FAILED
    assert played.error is not None
    assert played.error.type == "everstep.errors.WaitForConditionError"
