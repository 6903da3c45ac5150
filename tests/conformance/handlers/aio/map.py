"""Requirements 9-x: a function for every item."""

from collections.abc import Sequence

from everstep import (
    AsyncDurableContext,
    BatchItem,
    BatchItemStatus,
    BatchResult,
    CompletionConfig,
    CompletionReason,
    Duration,
    JsonSerDes,
    MapConfig,
    SerDes,
    SerDesContext,
    durable_execution,
)


class JoiningSerDes(SerDes[BatchResult[str]]):
    """A whole batch as one short text."""

    def serialize(self, value: BatchResult[str], serdes_context: SerDesContext) -> str:
        return f"OPSERDE:{','.join(value.get_results())}"

    def deserialize(self, data: str, serdes_context: SerDesContext) -> BatchResult[str]:
        results = data.removeprefix("OPSERDE:").split(",")
        items = [BatchItem(index, BatchItemStatus.SUCCEEDED, result) for index, result in enumerate(results)]
        return BatchResult(items, CompletionReason.ALL_COMPLETED)


def one_by_one(completion: CompletionConfig | None = None) -> MapConfig[str]:
    if completion is None:
        return MapConfig(max_concurrency=1)
    return MapConfig(max_concurrency=1, completion_config=completion)


async def same(context: AsyncDurableContext, item: str, index: int, items: Sequence[str]) -> str:
    """The item; an item that is called bad fails."""
    if item == "bad":
        raise RuntimeError("the item fails")
    return item


async def greet(context: AsyncDurableContext, item: str, index: int, items: Sequence[str]) -> str:
    return await context.step(lambda _: f"Hello, {item}!")


async def add_index(context: AsyncDurableContext, item: int, index: int, items: Sequence[int]) -> int:
    return item + index


async def ten_times(context: AsyncDurableContext, item: int, index: int, items: Sequence[int]) -> int:
    return item * 10


async def capitals(context: AsyncDurableContext, item: str, index: int, items: Sequence[str]) -> str:
    return item.upper()


async def second_waits(context: AsyncDurableContext, item: str, index: int, items: Sequence[str]) -> str:
    if index == 1:
        await context.wait(Duration.from_seconds(1))
    return await context.step(lambda _: item)


def counts(batch: BatchResult[str], *wanted: str) -> dict[str, object]:
    found: dict[str, object] = {
        "completionReason": batch.completion_reason.value,
        "status": batch.status.value,
        "successCount": batch.success_count,
        "failureCount": batch.failure_count,
        "totalCount": batch.total_count,
    }
    return {name: found[name] for name in wanted or found}


@durable_execution
async def map_9_1(event: list[str], context: AsyncDurableContext) -> list[str]:
    batch = await context.map(event, greet, name="map", config=one_by_one())
    return batch.get_results()


@durable_execution
async def map_9_3(event: list[int], context: AsyncDurableContext) -> list[int]:
    batch = await context.map(event, add_index, name="indexed", config=MapConfig(max_concurrency=1))
    return batch.get_results()


@durable_execution
async def map_9_5(event: None, context: AsyncDurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(tolerated_failure_count=0))
    return counts(await context.map(["ok", "bad", "never"], same, name="failfast", config=config))


@durable_execution
async def map_9_7(event: None, context: AsyncDurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(min_successful=2))
    batch = await context.map(["a", "b", "c", "d"], same, name="min-successful", config=config)
    return counts(batch, "completionReason", "successCount", "totalCount")


@durable_execution
async def map_9_9(event: None, context: AsyncDurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(tolerated_failure_count=1))
    batch = await context.map(["bad", "bad", "never"], same, name="tolerated-exceeded", config=config)
    return counts(batch, "completionReason", "successCount", "failureCount", "totalCount")


@durable_execution
async def map_9_11(event: None, context: AsyncDurableContext) -> list[str]:
    config: MapConfig[str] = MapConfig(max_concurrency=2)
    batch = await context.map(["r0", "r1", "r2"], same, name="concurrent", config=config)
    return batch.get_results()


@durable_execution
async def map_9_13(event: list[int], context: AsyncDurableContext) -> list[int]:
    config: MapConfig[int] = MapConfig(max_concurrency=1, item_namer=lambda item, _: f"item-{item}")
    batch = await context.map(event, ten_times, name="named-items", config=config)
    return batch.get_results()


@durable_execution
async def map_9_15(event: None, context: AsyncDurableContext) -> list[str]:
    batch = await context.map(["r0", "r1"], second_waits, name="suspend", config=one_by_one())
    return batch.get_results()


@durable_execution
async def map_9_17(event: None, context: AsyncDurableContext) -> list[str]:
    batch = await context.map(["a", "b"], capitals, name="then-wait", config=one_by_one())
    await context.wait(Duration.from_seconds(1))
    return batch.get_results()


@durable_execution
async def map_9_19(event: None, context: AsyncDurableContext) -> list[str]:
    config: MapConfig[str] = MapConfig(max_concurrency=1, serdes=JoiningSerDes(), item_serdes=JsonSerDes())
    batch = await context.map(["x", "y"], capitals, name="op-serde", config=config)
    return batch.get_results()
