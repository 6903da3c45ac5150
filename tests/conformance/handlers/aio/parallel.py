"""Requirements 8-x: branches side by side."""

import json
from collections.abc import Awaitable, Callable

from everstep import (
    AsyncDurableContext,
    BatchResult,
    CompletionConfig,
    ParallelBranch,
    ParallelConfig,
    SerDes,
    SerDesContext,
    durable_execution,
)


class WrappingSerDes(SerDes[str]):
    """Puts the value into an object."""

    def serialize(self, value: str, serdes_context: SerDesContext) -> str:
        return json.dumps({"wrapped": value})

    def deserialize(self, data: str, serdes_context: SerDesContext) -> str:
        text: str = json.loads(data)["wrapped"]
        return text


Branch = Callable[[AsyncDurableContext], Awaitable[str]]


def giving(text: str) -> Branch:
    async def branch(_: AsyncDurableContext) -> str:
        return text

    return branch


def stepping(text: str) -> Branch:
    async def branch(context: AsyncDurableContext) -> str:
        return await context.step(lambda _: text)

    return branch


async def failing(_: AsyncDurableContext) -> str:
    raise RuntimeError("the branch fails")


def one_by_one(completion: CompletionConfig | None = None) -> ParallelConfig:
    if completion is None:
        return ParallelConfig(max_concurrency=1)
    return ParallelConfig(max_concurrency=1, completion_config=completion)


def counts(batch: BatchResult[str]) -> dict[str, object]:
    return {
        "completionReason": batch.completion_reason.value,
        "status": batch.status.value,
        "successCount": batch.success_count,
        "failureCount": batch.failure_count,
        "totalCount": batch.total_count,
    }


@durable_execution
async def parallel_8_1(event: None, context: AsyncDurableContext) -> list[str]:
    branches = [stepping("task-1"), stepping("task-2")]
    batch = await context.parallel(branches, name="parallel", config=one_by_one())
    return batch.get_results()


@durable_execution
async def parallel_8_3(event: None, context: AsyncDurableContext) -> list[str]:
    branches = [
        ParallelBranch(giving("one"), name="first"),
        ParallelBranch(giving("two"), name="second"),
    ]
    batch = await context.parallel(branches, name="named", config=one_by_one())
    return batch.get_results()


@durable_execution
async def parallel_8_5(event: None, context: AsyncDurableContext) -> list[str]:
    nothing: list[Branch] = []
    batch = await context.parallel(nothing, name="empty")
    return batch.get_results()


@durable_execution
async def parallel_8_7(event: None, context: AsyncDurableContext) -> None:
    config = one_by_one(CompletionConfig(tolerated_failure_count=0))
    batch = await context.parallel([failing, giving("never")], name="throwing", config=config)
    batch.throw_if_error()


@durable_execution
async def parallel_8_9(event: None, context: AsyncDurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(tolerated_failure_count=1))
    return counts(await context.parallel([giving("a"), failing, giving("c")], name="tolerated", config=config))


@durable_execution
async def parallel_8_11(event: None, context: AsyncDurableContext) -> list[str]:
    branches = [giving("r0"), giving("r1"), giving("r2")]
    batch = await context.parallel(branches, name="concurrent", config=ParallelConfig(max_concurrency=2))
    return batch.get_results()


@durable_execution
async def parallel_8_13(event: None, context: AsyncDurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(tolerated_failure_percentage=25))
    found = counts(await context.parallel([failing] * 4, name="tolerated-pct", config=config))
    return {key: value for key, value in found.items() if key != "status"}


@durable_execution
async def parallel_8_15(event: None, context: AsyncDurableContext) -> list[str]:
    config = ParallelConfig(max_concurrency=1, item_serdes=WrappingSerDes())
    batch = await context.parallel([giving("x"), giving("y")], name="serde", config=config)
    return batch.get_results()


@durable_execution
async def parallel_8_17(event: None, context: AsyncDurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(min_successful=3))
    return counts(await context.parallel([giving("a"), failing, giving("c")], name="min-not-reached", config=config))


@durable_execution
async def parallel_8_19(event: None, context: AsyncDurableContext) -> list[str]:
    config = ParallelConfig(max_concurrency=0)
    batch = await context.parallel([giving("a"), giving("b")], name="bad-concurrency", config=config)
    return batch.get_results()


@durable_execution
async def parallel_8_21(event: None, context: AsyncDurableContext) -> list[list[str]]:
    async def outer_branch(branch: AsyncDurableContext) -> list[str]:
        inner = await branch.parallel([stepping("i1"), stepping("i2")], name="inner", config=one_by_one())
        return inner.get_results()

    batch = await context.parallel([outer_branch], name="outer", config=one_by_one())
    return batch.get_results()
