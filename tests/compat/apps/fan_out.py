"""Written for the official SDK: a map with a concurrency limit and a failing item, a parallel that is done early."""

from collections.abc import Sequence
from typing import Any

from aws_durable_execution_sdk_python import BatchResult, DurableContext, durable_execution, durable_parallel_branch
from aws_durable_execution_sdk_python.concurrency.models import CompletionReason
from aws_durable_execution_sdk_python.config import CompletionConfig, Duration, MapConfig, ParallelConfig, StepConfig
from aws_durable_execution_sdk_python.lambda_service import OperationSubType
from aws_durable_execution_sdk_python.retries import RetryPresets


def square(context: DurableContext, item: int, index: int, items: Sequence[int]) -> int:
    def body(step: object) -> int:
        if item == 3:
            raise ValueError("three is not for squaring")
        return item * item

    return context.step(body, name=f"square {index} of {len(items)}", config=StepConfig(RetryPresets.none()))


@durable_parallel_branch(name="fast")
def fast(context: DurableContext, answer: str) -> str:
    return context.step(lambda _: answer, name="at once")


def slow(context: DurableContext) -> str:
    context.wait(Duration.from_minutes(1))
    return "tortoise"


@durable_execution
def fan_out(event: list[int], context: DurableContext) -> dict[str, Any]:
    squares: BatchResult[int] = context.map(
        event,
        square,
        name="squares",
        config=MapConfig(max_concurrency=2, completion_config=CompletionConfig(tolerated_failure_count=1)),
    )
    first: BatchResult[str] = context.parallel(
        [fast("hare"), slow],
        name="race",
        config=ParallelConfig(completion_config=CompletionConfig(min_successful=1)),
    )
    assert first.completion_reason is CompletionReason.MIN_SUCCESSFUL_REACHED
    assert f"{OperationSubType.MAP}" == "Map"
    return {
        "squares": squares.get_results(),
        "errors": [error.message for error in squares.get_errors() if error],
        "first": first.get_results(),
    }
