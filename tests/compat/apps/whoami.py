"""Written for the official SDK: says whose code runs it."""

from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution


@durable_execution
def whoami(event: Any, context: DurableContext) -> str:
    return context.step(lambda _: durable_execution.__module__, name="look")
