"""The eight functions that run in containers, as an author would write them for Lambda."""

import random
from typing import Any

from everstep import DurableContext, Duration, StepConfig, durable_execution
from everstep.sdk.retries import RetryStrategyConfig, create_retry_strategy

ONCE = StepConfig(retry_strategy=create_retry_strategy(RetryStrategyConfig(max_attempts=1)))
THREE_TIMES = StepConfig(
    retry_strategy=create_retry_strategy(
        RetryStrategyConfig(max_attempts=3, initial_delay=Duration.from_seconds(1), max_delay=Duration.from_seconds(1))
    )
)


@durable_execution
def step_wait_step(event: Any, context: DurableContext) -> Any:
    first = context.step(lambda _: event["n"] + 1, name="first")
    context.wait(Duration.from_seconds(1), name="pause")
    return context.step(lambda _: first * 10, name="second")


@durable_execution
def multiple_steps(event: Any, context: DurableContext) -> Any:
    def times(number: int) -> Any:
        return context.step(lambda _: number * event["n"], name=f"step-{number}")

    return sum(times(number) for number in range(10))


@durable_execution
def wait_only(event: Any, context: DurableContext) -> Any:
    context.wait(Duration.from_seconds(1), name="pause")
    return "waited"


@durable_execution
def longer_wait(event: Any, context: DurableContext) -> Any:
    context.wait(Duration.from_seconds(10), name="long pause")
    return "waited longer"


@durable_execution
def replay_determinism(event: Any, context: DurableContext) -> Any:
    """What a step found once it finds again, although the code around it runs three times."""
    draws = []
    for number in range(2):
        draws.append(context.step(lambda _: random.random(), name=f"draw-{number}"))
        context.wait(Duration.from_seconds(1), name=f"pause-{number}")
    return draws == context.step(lambda _: draws, name="kept")


@durable_execution
def retry_succeeds(event: Any, context: DurableContext) -> Any:
    def flaky(step: Any) -> int:
        if step.attempt < 3:
            raise ConnectionError(f"attempt {step.attempt}")
        attempt: int = step.attempt
        return attempt

    return context.step(flaky, name="flaky", config=THREE_TIMES)


@durable_execution
def retry_exhausts(event: Any, context: DurableContext) -> Any:
    def hopeless(step: Any) -> None:
        raise ConnectionError(f"attempt {step.attempt}")

    return context.step(hopeless, name="hopeless", config=THREE_TIMES)


@durable_execution
def step_fails(event: Any, context: DurableContext) -> Any:
    def broken(_: Any) -> None:
        raise ValueError("no such order")

    return context.step(broken, name="broken", config=ONCE)
