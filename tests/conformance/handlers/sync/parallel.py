"""Requirements 8-x: branches side by side."""

import json
from collections.abc import Callable

from tests.conformance.handlers.names import (
    BatchResult,
    CompletionConfig,
    DurableContext,
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


Branch = Callable[[DurableContext], str]


def giving(text: str) -> Branch:
    return lambda _: text


def stepping(text: str) -> Branch:
    return lambda branch: branch.step(lambda _: text)


def failing(_: DurableContext) -> str:
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
def parallel_8_1(event: None, context: DurableContext) -> list[str]:
    branches = [stepping("task-1"), stepping("task-2")]
    return context.parallel(branches, name="parallel", config=one_by_one()).get_results()


@durable_execution
def parallel_8_3(event: None, context: DurableContext) -> list[str]:
    branches: list[ParallelBranch[str]] = [
        ParallelBranch(giving("one"), name="first"),
        ParallelBranch(giving("two"), name="second"),
    ]
    return context.parallel(branches, name="named", config=one_by_one()).get_results()


@durable_execution
def parallel_8_5(event: None, context: DurableContext) -> list[str]:
    nothing: list[Branch] = []
    return context.parallel(nothing, name="empty").get_results()


@durable_execution
def parallel_8_7(event: None, context: DurableContext) -> None:
    config = one_by_one(CompletionConfig(tolerated_failure_count=0))
    context.parallel([failing, giving("never")], name="throwing", config=config).throw_if_error()


@durable_execution
def parallel_8_9(event: None, context: DurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(tolerated_failure_count=1))
    return counts(context.parallel([giving("a"), failing, giving("c")], name="tolerated", config=config))


@durable_execution
def parallel_8_11(event: None, context: DurableContext) -> list[str]:
    branches = [giving("r0"), giving("r1"), giving("r2")]
    return context.parallel(branches, name="concurrent", config=ParallelConfig(max_concurrency=2)).get_results()


@durable_execution
def parallel_8_13(event: None, context: DurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(tolerated_failure_percentage=25))
    found = counts(context.parallel([failing] * 4, name="tolerated-pct", config=config))
    return {key: value for key, value in found.items() if key != "status"}


@durable_execution
def parallel_8_15(event: None, context: DurableContext) -> list[str]:
    config = ParallelConfig(max_concurrency=1, item_serdes=WrappingSerDes())
    return context.parallel([giving("x"), giving("y")], name="serde", config=config).get_results()


@durable_execution
def parallel_8_17(event: None, context: DurableContext) -> dict[str, object]:
    config = one_by_one(CompletionConfig(min_successful=3))
    return counts(context.parallel([giving("a"), failing, giving("c")], name="min-not-reached", config=config))


@durable_execution
def parallel_8_19(event: None, context: DurableContext) -> list[str]:
    config = ParallelConfig(max_concurrency=0)
    return context.parallel([giving("a"), giving("b")], name="bad-concurrency", config=config).get_results()


@durable_execution
def parallel_8_21(event: None, context: DurableContext) -> list[list[str]]:
    def outer_branch(branch: DurableContext) -> list[str]:
        return branch.parallel([stepping("i1"), stepping("i2")], name="inner", config=one_by_one()).get_results()

    return context.parallel([outer_branch], name="outer", config=one_by_one()).get_results()
