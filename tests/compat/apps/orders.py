"""Written for the official SDK: steps with retries, a step that gives up, a wait, a child context."""

from typing import Any

from aws_durable_execution_sdk_python import (
    DurableContext,
    StepContext,
    durable_execution,
    durable_step,
    durable_with_child_context,
)
from aws_durable_execution_sdk_python.config import Duration, StepConfig, StepSemantics
from aws_durable_execution_sdk_python.exceptions import DurableOperationError, StepError
from aws_durable_execution_sdk_python.retries import RetryPresets, RetryStrategyConfig, create_retry_strategy

ATTEMPTS: list[int] = []


@durable_step
def charge(step: StepContext, amount: int) -> dict[str, int]:
    step.logger.info("charging", extra={"amount": amount})
    ATTEMPTS.append(step.attempt)
    if step.attempt < 3:
        raise ConnectionError("the bank is asleep")
    return {"charged": amount}


@durable_step
def ship(step: StepContext) -> str:
    raise RuntimeError("no truck")


@durable_with_child_context
def pack(context: DurableContext, items: list[str]) -> int:
    def weigh(item: str) -> int:
        return context.step(lambda _: len(item), name=f"pack {item}")

    return sum(map(weigh, items))


@durable_execution
def order(event: dict[str, Any], context: DurableContext) -> dict[str, Any]:
    patient = create_retry_strategy(
        RetryStrategyConfig(
            max_attempts=3, initial_delay=Duration.from_seconds(1), retryable_error_types=[ConnectionError]
        )
    )
    paid = context.step(
        charge(event["amount"]),
        config=StepConfig(retry_strategy=patient, step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY),
    )
    context.wait(Duration.from_hours(1), name="cool down")
    packed = context.run_in_child_context(pack(event["items"]))
    try:
        context.step(ship(), config=StepConfig(retry_strategy=RetryPresets.none()))
    except StepError as error:
        return {**paid, "packed": packed, **facts(error)}
    raise AssertionError("there was a truck")


def facts(error: DurableOperationError) -> dict[str, str | None]:
    return {"error": error.message, "type": error.error_type}
