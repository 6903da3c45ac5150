"""An execution of many small steps, each of which signs a ledger when its body begins and when it ends."""

import os
import random
import time
from typing import Any

from everstep import (
    DurableContext,
    RetryStrategyConfig,
    StepConfig,
    StepContext,
    StepSemantics,
    create_retry_strategy,
    durable_execution,
    durable_step,
)

PATIENT = create_retry_strategy(RetryStrategyConfig(max_attempts=40, initial_delay=1, backoff_rate=1))
"""Every kill may cost an at-most-once step an attempt."""
AT_MOST_ONCE = StepConfig(retry_strategy=PATIENT, step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY)
AT_LEAST_ONCE = StepConfig(retry_strategy=PATIENT)
BODY_SECONDS_MAX = 0.06


@durable_execution
def shift(event: dict[str, Any], context: DurableContext) -> list[str]:
    """`rounds` times: a step at least once, a step at most once, a step that fails at first, a wait."""
    done = []
    for number in range(event["rounds"]):
        done.append(context.step(sign(event["ledger"], f"{number}a-least"), config=AT_LEAST_ONCE))
        done.append(context.step(sign(event["ledger"], f"{number}b-most"), config=AT_MOST_ONCE))
        done.append(context.step(sign(event["ledger"], f"{number}c-flaky", fails=1), config=AT_LEAST_ONCE))
        context.wait(1 + number % 2)
    return done


@durable_step
def sign(step_context: StepContext, ledger: str, step: str, fails: int = 0) -> str:
    append(ledger, f"begin {step} {step_context.attempt}")
    time.sleep(random.random() * BODY_SECONDS_MAX)
    if step_context.attempt <= fails:
        raise ConnectionError(f"attempt {step_context.attempt} of {step}")
    append(ledger, f"end {step} {step_context.attempt}")
    return step


def append(path: str, line: str) -> None:
    """One write at the end of the file, so that lines of several processes never mix."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)
