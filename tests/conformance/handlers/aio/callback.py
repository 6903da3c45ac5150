"""Requirements 4-x: callbacks."""

import json
from datetime import datetime

from everstep import (
    AsyncDurableContext,
    CallbackConfig,
    CallbackError,
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
async def callback_4_1(event: str, context: AsyncDurableContext) -> object:
    callback = await context.create_callback(event)
    return await callback.result()


@durable_execution
async def callback_4_3(event: str, context: AsyncDurableContext) -> object:
    callback = await context.create_callback(event, CallbackConfig(timeout=Duration.from_seconds(5)))
    return await callback.result()


@durable_execution
async def callback_4_5(event: str, context: AsyncDurableContext) -> object:
    callback = await context.create_callback(event, CallbackConfig(heartbeat_timeout=Duration.from_seconds(10)))
    return await callback.result()


@durable_execution
async def callback_4_7(event: str, context: AsyncDurableContext) -> object:
    callback = await context.create_callback(event)
    await context.step(lambda _: "done")
    return await callback.result()


@durable_execution
async def callback_4_9(event: str, context: AsyncDurableContext) -> object:
    callback = await context.create_callback(event)
    await context.wait(Duration.from_seconds(5))
    return await callback.result()


@durable_execution
async def callback_4_11(event: str, context: AsyncDurableContext) -> object:
    callback = await context.create_callback(event, CallbackConfig(timeout=Duration.from_seconds(3)))
    await context.wait(Duration.from_seconds(6))
    return await callback.result()


@durable_execution
async def callback_4_13(event: str, context: AsyncDurableContext) -> object:
    callback = await context.create_callback(event)
    try:
        answer = await callback.result()
    except CallbackError as error:
        answer = str(error)
    await context.wait(Duration.from_seconds(2))
    return answer


@durable_execution
async def callback_4_15(event: str, context: AsyncDurableContext) -> object:
    callback = await context.create_callback(event, CallbackConfig(serdes=SecondsSerDes()))
    return {"received": await callback.result()}


@durable_execution
async def callback_4_17(event: list[str], context: AsyncDurableContext) -> object:
    return [await (await context.create_callback(name)).result() for name in event]


@durable_execution
async def callback_4_19(event: list[str], context: AsyncDurableContext) -> object:
    first, second = [await context.create_callback(name) for name in event]
    answer = await second.result()
    return [await first.result(), answer]
