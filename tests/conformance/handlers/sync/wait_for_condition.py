"""Requirements 6-x: polling until a condition holds."""

from collections.abc import Callable
from typing import TypeVar

from tests.conformance.handlers.names import (
    DurableContext,
    Duration,
    SerDes,
    SerDesContext,
    WaitForConditionCheckContext,
    WaitForConditionConfig,
    WaitForConditionDecision,
    durable_execution,
)

T = TypeVar("T")


class BackwardsSerDes(SerDes[str]):
    """Marks the text and turns it round."""

    def serialize(self, value: str, serdes_context: SerDesContext) -> str:
        return f"encoded:{value[::-1]}"

    def deserialize(self, data: str, serdes_context: SerDesContext) -> str:
        return data.removeprefix("encoded:")[::-1]


def until(is_done: Callable[[T], bool], seconds: int = 1) -> Callable[[T, int], WaitForConditionDecision]:
    def strategy(state: T, attempts: int) -> WaitForConditionDecision:
        if is_done(state):
            return WaitForConditionDecision.stop_polling()
        return WaitForConditionDecision.continue_waiting(Duration.from_seconds(seconds))

    return strategy


def increment(state: int, _: WaitForConditionCheckContext) -> int:
    return state + 1


def counting(start: int, end: int, seconds: int = 1) -> WaitForConditionConfig[int]:
    return WaitForConditionConfig(wait_strategy=until(lambda state: state >= end, seconds), initial_state=start)


@durable_execution
def wait_for_condition_6_1(event: int, context: DurableContext) -> int:
    return context.wait_for_condition(increment, counting(0, event))


@durable_execution
def wait_for_condition_6_3(event: int, context: DurableContext) -> int:
    return context.wait_for_condition(increment, counting(0, event), name="poll-status")


@durable_execution
def wait_for_condition_6_5(event: int, context: DurableContext) -> int:
    return context.wait_for_condition(increment, counting(0, event, seconds=2))


@durable_execution
def wait_for_condition_6_7(event: None, context: DurableContext) -> int:
    def check(state: int, _: WaitForConditionCheckContext) -> int:
        raise RuntimeError("the check fails")

    return context.wait_for_condition(check, counting(0, 1))


@durable_execution
def wait_for_condition_6_9(event: None, context: DurableContext) -> dict[str, object]:
    def check(state: dict[str, object], _: WaitForConditionCheckContext) -> dict[str, object]:
        attempts = int(str(state["attempts"])) + 1
        return {"status": "DONE" if attempts == 2 else "PENDING", "attempts": attempts}

    start: dict[str, object] = {"status": "PENDING", "attempts": 0}
    config = WaitForConditionConfig(wait_strategy=until(lambda state: state["status"] == "DONE"), initial_state=start)
    return context.wait_for_condition(check, config)


@durable_execution
def wait_for_condition_6_11(event: None, context: DurableContext) -> str:
    config = WaitForConditionConfig(
        wait_strategy=until(lambda state: len(state) >= 2), initial_state="", serdes=BackwardsSerDes()
    )
    return context.wait_for_condition(lambda state, _: f"{state}x", config)


@durable_execution
def wait_for_condition_6_13(event: None, context: DurableContext) -> int:
    first = context.wait_for_condition(increment, counting(0, 2))
    return context.wait_for_condition(increment, counting(first, 4))
