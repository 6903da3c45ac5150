"""Requirements 5-x: chained invokes, and the functions that they call."""

import json

from tests.conformance.handlers.names import (
    DurableContext,
    Duration,
    InvokeConfig,
    SerDes,
    SerDesContext,
    durable_execution,
    durable_with_child_context,
)

NEARLY_THE_LIMIT = 1024 * 1024 - 1024
"""Characters; with a frame around them they are less than the 1 MiB that a target may be given."""


class LoudSerDes(SerDes[object]):
    """JSON in capitals."""

    def serialize(self, value: object, serdes_context: SerDesContext) -> str:
        return json.dumps(value).upper()

    def deserialize(self, data: str, serdes_context: SerDesContext) -> object:
        return json.loads(data)


@durable_execution
def echo(event: object, context: DurableContext) -> object:
    return event


@durable_execution
def measure(event: str, context: DurableContext) -> int:
    return len(event)


@durable_execution
def fail(event: object, context: DurableContext) -> object:
    raise RuntimeError("the target fails")


@durable_with_child_context
def invoke_inside(child: DurableContext) -> object:
    return child.invoke("echo", "inside")


@durable_execution
def invoke_5_1(event: object, context: DurableContext) -> object:
    return context.invoke("echo", event)


@durable_execution
def invoke_5_3(event: object, context: DurableContext) -> object:
    return context.invoke("echo", event)


@durable_execution
def invoke_5_5(event: object, context: DurableContext) -> object:
    return context.invoke("fail", event)


@durable_execution
def invoke_5_7(event: object, context: DurableContext) -> object:
    return context.invoke("measure", "x" * NEARLY_THE_LIMIT)


@durable_execution
def invoke_5_9(event: object, context: DurableContext) -> object:
    result = context.invoke("echo", "once")
    context.wait(Duration.from_seconds(1))
    return result


@durable_execution
def invoke_5_11(event: object, context: DurableContext) -> object:
    return context.invoke("echo", context.step(lambda _: "from the step"))


@durable_execution
def invoke_5_13(event: object, context: DurableContext) -> object:
    return context.run_in_child_context(invoke_inside())


@durable_execution
def invoke_5_15(event: object, context: DurableContext) -> object:
    return context.invoke("echo", event, config=InvokeConfig(serdes_payload=LoudSerDes()))
