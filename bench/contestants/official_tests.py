"""The official testing package's runner as tests use it: the twin of `everstep_tests`."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aws_durable_execution_sdk_python import CallbackError, DurableContext, StepContext, durable_execution
from aws_durable_execution_sdk_python.config import CallbackConfig, Duration, StepConfig
from aws_durable_execution_sdk_python.retries import RetryDecision
from aws_durable_execution_sdk_python_testing.runner import DurableFunctionTestRunner

from bench.contestants.answering import answer

MONTH = Duration.from_days(30)
CALLBACK_SECONDS = 2
"""An hour in the twin: here callbacks time out in real time, and nobody would wait for an hour."""
AGAIN = StepConfig(retry_strategy=lambda error, attempts: RetryDecision.retry(Duration.from_minutes(1)))


def charge() -> Any:
    attempts = []

    def body(step: StepContext) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise ConnectionError("the bank is busy")
        return "receipt"

    return body


def typical() -> Any:
    """Made anew for each test, because its first attempt fails once."""
    body = charge()

    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        receipt = context.step(body, "charge", AGAIN)
        approval = context.wait_for_callback(lambda callback_id, _: None, "approval")
        context.wait(MONTH, "month")
        branches = context.parallel([lambda room: room.step(lambda _: 1, "count") for _ in range(3)], "branches")
        return [receipt, approval, sum(branches.get_results())]

    return handler


def long() -> Any:
    body = charge()

    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        context.wait(MONTH, "month")
        with suppress(CallbackError):
            context.create_callback("answer", CallbackConfig(timeout=Duration.from_seconds(CALLBACK_SECONDS))).result()
        receipt = context.step(body, "charge", AGAIN)

        def one(room: DurableContext, item: int, index: int, items: Sequence[int]) -> int:
            return room.step(lambda _: item, "echo")

        return [receipt, sum(context.map(list(range(100)), one, "items").get_results())]

    return handler


def typical_tests(times: int) -> dict[str, Any]:
    began = time.perf_counter()
    for _ in range(times):
        with DurableFunctionTestRunner(typical(), poll_interval=0.001) as runner:
            arn = runner.run_async("{}")
            runner.send_callback_success(wait_for_approval(runner, arn), b"yes")
            result = runner.wait_for_result(arn)
            assert json.loads(result.result) == ["receipt", "yes", 3], result
    return {"seconds": time.perf_counter() - began}


def wait_for_approval(runner: DurableFunctionTestRunner, arn: str) -> str:
    return runner.wait_for_callback(arn, "approval create callback id")


def long_tests(times: int) -> dict[str, Any]:
    began = time.perf_counter()
    for _ in range(times):
        with DurableFunctionTestRunner(long(), poll_interval=0.001) as runner:
            result = runner.run("{}")
            assert json.loads(result.result) == ["receipt", 4950], result
    return {"ms_per_run": (time.perf_counter() - began) / times * 1000}


def warm() -> dict[str, Any]:
    typical_tests(1)
    return {}


if __name__ == "__main__":
    answer({"warm": warm, "typical_tests": typical_tests, "long_tests": long_tests})
