"""Written for the official SDK: callbacks that come, callbacks that do not, a condition, a retried block."""

from collections.abc import Callable
from typing import Any

import aws_durable_execution_sdk_python as sdk
from aws_durable_execution_sdk_python.config import CallbackConfig, Duration, WaitForCallbackConfig
from aws_durable_execution_sdk_python.context import Callback
from aws_durable_execution_sdk_python.exceptions import CallbackTimeoutError
from aws_durable_execution_sdk_python.serdes import JsonSerDes
from aws_durable_execution_sdk_python.types import WaitForCallbackContext, WaitForConditionCheckContext
from aws_durable_execution_sdk_python.waits import (
    WaitForConditionConfig,
    WaitForConditionDecision,
    WaitStrategyConfig,
    create_wait_strategy,
)

MAIL: list[str] = []
"""Callback ids that were handed out."""


def send(callback_id: str, context: WaitForCallbackContext) -> None:
    MAIL.append(callback_id)


def poll(state: int, context: WaitForConditionCheckContext) -> int:
    return state + context.attempt


@sdk.durable_execution
def approval(event: dict[str, Any], context: sdk.DurableContext) -> dict[str, Any]:
    asked: Callback[Any] = context.create_callback("deadline", CallbackConfig(timeout=Duration.from_days(1)))
    approved = context.wait_for_callback(
        send, name="approve", config=WaitForCallbackConfig(serdes=JsonSerDes(), timeout=Duration.from_days(2))
    )
    try:
        late = asked.result()
    except CallbackTimeoutError as error:
        late = type(error).__name__
    strategy: Callable[[int, int], WaitForConditionDecision] = create_wait_strategy(
        WaitStrategyConfig(should_continue_polling=lambda state: state < 5)
    )
    polled = context.wait_for_condition(poll, WaitForConditionConfig(wait_strategy=strategy, initial_state=0), "poll")

    def block(room: Any, attempt: int) -> int:
        if attempt == 1:
            raise TimeoutError("once more")
        return attempt

    tries = sdk.with_retry(context, block, sdk.WithRetryConfig(), name="block")
    return {"approved": approved, "late": late, "polled": polled, "tries": tries}
