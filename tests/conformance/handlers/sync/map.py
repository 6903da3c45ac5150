"""Requirements 9-x: a function for every item."""

from collections.abc import Sequence

from tests.conformance.handlers.names import (
    BatchItem,
    BatchItemStatus,
    BatchResult,
    CompletionConfig,
    CompletionReason,
    DurableContext,
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


def same(context: DurableContext, item: str, index: int, items: Sequence[str]) -> str:
    """The item; an item that is called bad fails."""
    if item == "bad":
        raise RuntimeError("the item fails")
    return item


def greet(context: DurableContext, item: str, index: int, items: Sequence[str]) -> str:
    return context.step(lambda _: f"Hello, {item}!")


def add_index(context: DurableContext, item: int, index: int, items: Sequence[int]) -> int:
    return item + index


def ten_times(context: DurableContext, item: int, index: int, items: Sequence[int]) -> int:
    return item * 10


def capitals(context: DurableContext, item: str, index: int, items: Sequence[str]) -> str:
    return item.upper()


def second_waits(context: DurableContext, item: str, index: int, items: Sequence[str]) -> str:
    if index == 1:
        context.wait(Duration.from_seconds(1))
    return context.step(lambda _: item)


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
def map_9_1(event: list[str], context: DurableContext) -> list[str]:
    return context.map(event, greet, name="map", config=one_by_one()).get_results()


@durable_execution
def map_9_3(event: list[int], context: DurableContext) -> list[int]:
    return context.map(event, add_index, name="indexed", config=MapConfig(max_concurrency=1)).get_results()


@durable_execution
def map_9_5(event: None, context: DurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(tolerated_failure_count=0))
    return counts(context.map(["ok", "bad", "never"], same, name="failfast", config=config))


@durable_execution
def map_9_7(event: None, context: DurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(min_successful=2))
    batch = context.map(["a", "b", "c", "d"], same, name="min-successful", config=config)
    return counts(batch, "completionReason", "successCount", "totalCount")


@durable_execution
def map_9_9(event: None, context: DurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(tolerated_failure_count=1))
    batch = context.map(["bad", "bad", "never"], same, name="tolerated-exceeded", config=config)
    return counts(batch, "completionReason", "successCount", "failureCount", "totalCount")


@durable_execution
def map_9_11(event: None, context: DurableContext) -> list[str]:
    config: MapConfig[str] = MapConfig(max_concurrency=2)
    return context.map(["r0", "r1", "r2"], same, name="concurrent", config=config).get_results()


@durable_execution
def map_9_13(event: list[int], context: DurableContext) -> list[int]:
    config: MapConfig[int] = MapConfig(max_concurrency=1, item_namer=lambda item, _: f"item-{item}")
    return context.map(event, ten_times, name="named-items", config=config).get_results()


@durable_execution
def map_9_15(event: None, context: DurableContext) -> list[str]:
    return context.map(["r0", "r1"], second_waits, name="suspend", config=one_by_one()).get_results()


@durable_execution
def map_9_17(event: None, context: DurableContext) -> list[str]:
    results = context.map(["a", "b"], capitals, name="then-wait", config=one_by_one()).get_results()
    context.wait(Duration.from_seconds(1))
    return results


@durable_execution
def map_9_19(event: None, context: DurableContext) -> list[str]:
    config: MapConfig[str] = MapConfig(max_concurrency=1, serdes=JoiningSerDes(), item_serdes=JsonSerDes())
    return context.map(["x", "y"], capitals, name="op-serde", config=config).get_results()
