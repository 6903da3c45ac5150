"""Step, wait and retry, written once: with another import line this file is a program for the official SDK."""

import os
from typing import Any

from everstep import (
    DurableContext,
    Duration,
    RetryStrategyConfig,
    StepConfig,
    StepContext,
    StepError,
    StepSemantics,
    create_retry_strategy,
    durable_execution,
    durable_step,
)


@durable_step
def add(step_context: StepContext, left: int, right: int) -> int:
    return left + right


@durable_execution
def steps(event: dict[str, Any], context: DurableContext) -> dict[str, Any]:
    first = context.step(add(event["n"], 1))
    second = context.step(lambda _: [first, {"text": "naïve ☃"}, None, 1.5], name="compose")
    return {"first": first, "second": second}


@durable_execution
def waits(event: dict[str, Any], context: DurableContext) -> list[str]:
    before = context.step(lambda _: "before", name="before")
    context.wait(Duration.from_seconds(1), name="pause")
    after = context.step(lambda _: "after", name="after")
    return [before, after]


EVERY_SECOND = create_retry_strategy(
    RetryStrategyConfig(max_attempts=3, initial_delay=Duration.from_seconds(1), backoff_rate=1)
)


@durable_step
def flaky(step_context: StepContext, good_attempt: int) -> int:
    if step_context.attempt < good_attempt:
        raise ConnectionError(f"attempt {step_context.attempt} finds nobody")
    return step_context.attempt


@durable_execution
def retries(event: dict[str, Any], context: DurableContext) -> dict[str, Any]:
    config = StepConfig(retry_strategy=EVERY_SECOND, step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY)
    good = context.step(flaky(2), name="second time lucky", config=config)
    once = create_retry_strategy(RetryStrategyConfig(max_attempts=1))
    try:
        context.step(flaky(9), name="hopeless", config=StepConfig(retry_strategy=once))
    except StepError as error:
        return {"good": good, "caught": str(error)}
    return {}


@durable_execution
def breaks(event: dict[str, Any], context: DurableContext) -> None:
    context.step(lambda _: 1, name="fine")
    raise LookupError("nobody is home")


@durable_execution
def dies(event: dict[str, Any], context: DurableContext) -> str:
    """Its process ends in the middle of a step, the first time."""

    def fatal(_: StepContext) -> str:
        mark = event["mark"]
        if not os.path.exists(mark):
            open(mark, "w").close()
            os._exit(7)
        return "survived"

    first = context.step(lambda _: "kept", name="kept")
    return f"{first}, {context.step(fatal, name='fatal')}"
