"""everstep's test runner as tests use it: a runner for each test, a workflow with a bit of everything."""

import time
from collections.abc import Sequence
from typing import Any

from bench.contestants.answering import answer
from everstep import CallbackTimeoutError, DurableContext, RetryPresets, StepContext, durable_execution
from everstep.testing import DurableFunctionTestRunner

MONTH = 30 * 86_400
AGAIN = RetryPresets.fixed(60)


def charge(step: StepContext) -> str:
    if step.attempt == 1:
        raise ConnectionError("the bank is busy")
    return "receipt"


@durable_execution
def typical(event: Any, context: DurableContext) -> Any:
    """A retry, a callback, a wait of a month, three branches."""
    receipt = context.step(charge, "charge", retry=AGAIN)
    approval = context.wait_for_callback(lambda callback_id, _: None, "approval")
    context.wait(MONTH, "month")
    branches = context.parallel([lambda room: room.step(lambda _: 1, "count") for _ in range(3)], "branches")
    return [receipt, approval, sum(branches.get_results())]


@durable_execution
def long(event: Any, context: DurableContext) -> Any:
    """A wait of a month, a callback that times out, a retry, a map over a hundred items."""
    context.wait(MONTH, "month")
    try:
        context.create_callback("answer", timeout=3_600).result()
    except CallbackTimeoutError:
        receipt = context.step(charge, "charge", retry=AGAIN)

    def one(room: DurableContext, item: int, index: int, items: Sequence[int]) -> int:
        return room.step(lambda _: item, "echo")

    return [receipt, sum(context.map(range(100), one, "items").get_results())]


def typical_tests(times: int) -> dict[str, Any]:
    began = time.perf_counter()
    for _ in range(times):
        with DurableFunctionTestRunner(typical, callbacks={"approval": "yes"}) as runner:
            assert runner.run({}).value == ["receipt", "yes", 3]
    return {"seconds": time.perf_counter() - began}


def long_tests(times: int) -> dict[str, Any]:
    began = time.perf_counter()
    for _ in range(times):
        with DurableFunctionTestRunner(long) as runner:
            assert runner.run({}).value == ["receipt", 4950]
    return {"ms_per_run": (time.perf_counter() - began) / times * 1000}


def warm() -> dict[str, Any]:
    typical_tests(1)
    return {}


if __name__ == "__main__":
    answer({"warm": warm, "typical_tests": typical_tests, "long_tests": long_tests})
