"""Functions that are needed to show what happens to odd wishes."""

import threading
from typing import Any

from everstep import DurableContext, durable_execution


@durable_execution
def echo(event: Any, context: DurableContext) -> Any:
    return context.step(lambda _: event, name="echo")


@durable_execution
def sleeper(event: Any, context: DurableContext) -> None:
    context.wait(3600, name="an hour")


@durable_execution
def locked(event: Any, context: DurableContext) -> Any:
    return threading.Lock()


@durable_execution
def locked_step(event: Any, context: DurableContext) -> Any:
    return context.step(lambda _: threading.Lock(), name="locked")
