"""Requirements 4-x: callbacks."""

import json
from datetime import datetime

from tests.conformance.handlers.names import (
    CallbackConfig,
    CallbackError,
    DurableContext,
    Duration,
    SerDes,
    SerDesContext,
    durable_execution,
)


class SecondsSerDes(SerDes[dict[str, object]]):
    """Reads a JSON object and makes seconds of its timestamp."""

    def serialize(self, value: dict[str, object], serdes_context: SerDesContext) -> str:
        return json.dumps(value)

    def deserialize(self, data: str, serdes_context: SerDesContext) -> dict[str, object]:
        members = json.loads(data)
        return {**members, "timestamp": int(datetime.fromisoformat(members["timestamp"]).timestamp())}


@durable_execution
def callback_4_1(event: str, context: DurableContext) -> object:
    return context.create_callback(event).result()


@durable_execution
def callback_4_3(event: str, context: DurableContext) -> object:
    return context.create_callback(event, CallbackConfig(timeout=Duration.from_seconds(5))).result()


@durable_execution
def callback_4_5(event: str, context: DurableContext) -> object:
    return context.create_callback(event, CallbackConfig(heartbeat_timeout=Duration.from_seconds(10))).result()


@durable_execution
def callback_4_7(event: str, context: DurableContext) -> object:
    callback = context.create_callback(event)
    context.step(lambda _: "done")
    return callback.result()


@durable_execution
def callback_4_9(event: str, context: DurableContext) -> object:
    callback = context.create_callback(event)
    context.wait(Duration.from_seconds(5))
    return callback.result()


@durable_execution
def callback_4_11(event: str, context: DurableContext) -> object:
    callback = context.create_callback(event, CallbackConfig(timeout=Duration.from_seconds(3)))
    context.wait(Duration.from_seconds(6))
    return callback.result()


@durable_execution
def callback_4_13(event: str, context: DurableContext) -> object:
    try:
        answer = context.create_callback(event).result()
    except CallbackError as error:
        answer = str(error)
    context.wait(Duration.from_seconds(2))
    return answer


@durable_execution
def callback_4_15(event: str, context: DurableContext) -> object:
    return {"received": context.create_callback(event, CallbackConfig(serdes=SecondsSerDes())).result()}


@durable_execution
def callback_4_17(event: list[str], context: DurableContext) -> object:
    return [context.create_callback(name).result() for name in event]


@durable_execution
def callback_4_19(event: list[str], context: DurableContext) -> object:
    first, second = [context.create_callback(name) for name in event]
    answer = second.result()
    return [first.result(), answer]
