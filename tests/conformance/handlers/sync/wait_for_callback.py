"""Requirements 7-x: a callback whose id is handed out by a submitter."""

from tests.conformance.handlers.names import (
    DurableContext,
    Duration,
    JitterStrategy,
    JsonSerDes,
    RetryStrategyConfig,
    WaitForCallbackConfig,
    WaitForCallbackContext,
    create_retry_strategy,
    durable_execution,
)


def submit(callback_id: str, context: WaitForCallbackContext) -> None:
    """The world outside finds the id in the history."""


def refuse(callback_id: str, context: WaitForCallbackContext) -> None:
    raise RuntimeError("nobody takes it")


@durable_execution
def wait_for_callback_7_1(event: str, context: DurableContext) -> object:
    return context.wait_for_callback(submit, name=event)


@durable_execution
def wait_for_callback_7_3(event: None, context: DurableContext) -> object:
    return context.wait_for_callback(lambda callback_id, _: None)


@durable_execution
def wait_for_callback_7_5(event: str, context: DurableContext) -> object:
    config = WaitForCallbackConfig(timeout=Duration.from_seconds(3))
    return context.wait_for_callback(submit, name=event, config=config)


@durable_execution
def wait_for_callback_7_7(event: str, context: DurableContext) -> object:
    retries = RetryStrategyConfig(
        max_attempts=2, initial_delay=Duration.from_seconds(1), jitter_strategy=JitterStrategy.NONE
    )
    config = WaitForCallbackConfig(retry_strategy=create_retry_strategy(retries))
    return context.wait_for_callback(refuse, name=event, config=config)


@durable_execution
def wait_for_callback_7_9(event: None, context: DurableContext) -> object:
    context.wait_for_callback(submit, name="first")
    return context.wait_for_callback(submit, name="second")


@durable_execution
def wait_for_callback_7_11(event: str, context: DurableContext) -> object:
    answer = context.wait_for_callback(submit, name=event, config=WaitForCallbackConfig(serdes=JsonSerDes()))
    return answer["status"]


@durable_execution
def wait_for_callback_7_13(event: str, context: DurableContext) -> object:
    config = WaitForCallbackConfig(heartbeat_timeout=Duration.from_seconds(10))
    return context.wait_for_callback(submit, name=event, config=config)


@durable_execution
def wait_for_callback_7_15(event: str, context: DurableContext) -> object:
    return context.wait_for_callback(submit, name=event)
