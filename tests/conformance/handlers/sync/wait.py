"""Requirements 2-x: waits."""

from tests.conformance.handlers.names import DurableContext, Duration, durable_execution


@durable_execution
def wait_2_1(event: None, context: DurableContext) -> None:
    context.wait(Duration.from_seconds(2))


@durable_execution
def wait_2_3(event: None, context: DurableContext) -> dict[str, int]:
    context.wait(Duration.from_seconds(2), name="wait-1")
    context.wait(Duration.from_seconds(2), name="wait-2")
    return {"completedWaits": 2}


@durable_execution
def wait_2_5(event: None, context: DurableContext) -> None:
    context.wait(Duration.from_hours(1))
