"""Durable functions for the tests of the command line to run."""

from typing import Any

from everstep.sdk.context import DurableContext
from everstep.sdk.handler import durable_execution


@durable_execution
def order(event: Any, context: DurableContext) -> Any:
    reserved = context.step(lambda _: "reserved", name="reserve")
    return {"order": event, "is": reserved}


@durable_execution
def hopeless(event: Any, context: DurableContext) -> None:
    raise ValueError("out of mugs")
