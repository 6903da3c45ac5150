"""Maps, in both drivers: the same branches, the same records, the same verdict."""

from collections.abc import Sequence
from typing import Any

import pytest

from everstep import (
    BatchResult,
    CompletionConfig,
    MapConfig,
    NestingType,
    RetryPresets,
    StepConfig,
    StepContext,
)
from everstep.core.limits import CONTEXT_RESULT_BYTES_MAX
from everstep.core.model import ExecutionStatus, Kind, SubType
from everstep.sdk.replay.completion import CompletionOutcome, CompletionReason, complete_batch, continue_batch
from tests.sdk.operations.stories import Played, Story, like, told_by_both, value_of

GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
nestings = pytest.mark.parametrize("nesting", list(NestingType), ids=str)


def double_or_decline(room: Any, item: int, index: int, items: Sequence[int]) -> Story:
    """Doubles what is positive."""

    def body(step: StepContext) -> int:
        if item < 0:
            raise ValueError(f"{item} is negative")
        return 2 * item

    return (yield room.step(body, f"double {item}", GIVE_UP))


def summary(batch: BatchResult[Any]) -> dict[str, Any]:
    return {
        "reason": batch.completion_reason.value,
        "status": batch.status.value,
        "items": [[item.index, item.status.value, item.result] for item in batch.all],
    }


def mapped(items: Sequence[int], *, naps: bool = True, **config: Any) -> Played:
    """A map, told by both; asleep afterwards, so that its result is also seen on a replay."""

    def plot(event: Any, context: Any) -> Story:
        batch = yield context.map(items, like(context, double_or_decline), "all", MapConfig(**config))
        if naps:
            yield context.wait(60, "night")
        return summary(batch)

    played = told_by_both(plot)
    assert played.status is ExecutionStatus.SUCCEEDED, played.error
    return played


def items_of(played: Played) -> Any:
    assert isinstance(played.value, dict)
    return played.value["items"]


def reason_of(played: Played) -> Any:
    assert isinstance(played.value, dict)
    return played.value["reason"]


@nestings
def test_every_item_has_its_branch_and_its_result_in_order(nesting: NestingType) -> None:
    played = mapped([1, 2, 3], nesting_type=nesting)
    assert items_of(played) == [[0, "SUCCEEDED", 2], [1, "SUCCEEDED", 4], [2, "SUCCEEDED", 6]]
    rooms = [operation for operation in played.operations.values() if operation.sub_type == SubType.MAP_ITERATION]
    assert len(rooms) == (3 if nesting is NestingType.NESTED else 0)
    parents = {played.named(f"double {item}").parent_id for item in (1, 2, 3)}
    assert parents == ({room.id for room in rooms} or {played.named("all").id})


@nestings
@pytest.mark.parametrize("concurrency", [1, 2, 7])
def test_branches_that_sleep_keep_their_places_whatever_the_concurrency(nesting: NestingType, concurrency: int) -> None:
    def branch(room: Any, item: int, index: int, items: Sequence[int]) -> Story:
        yield room.wait(60 * (item + 1), f"nap {item}")
        return (yield room.step(lambda step: item, f"step {item}"))

    def plot(event: Any, context: Any) -> Story:
        config: MapConfig[int] = MapConfig(max_concurrency=concurrency, nesting_type=nesting)
        batch = yield context.map(range(5), like(context, branch), "all", config)
        return batch.get_results()

    played = told_by_both(plot)
    assert played.value == [0, 1, 2, 3, 4]
    waits = [operation for operation in played.operations.values() if operation.kind is Kind.WAIT]
    begun = sorted(wait.started_at for wait in waits)
    ended = sorted(wait.ended_at for wait in waits if wait.ended_at is not None)
    asleep = max(sum(start <= at for start in begun) - sum(end <= at for end in ended) for at in begun)
    assert asleep <= concurrency, "the limit also bounds branches that sleep"


def test_an_empty_map_is_done_at_once() -> None:
    played = mapped([])
    assert played.value == {"reason": "ALL_COMPLETED", "status": "SUCCEEDED", "items": []}
    assert played.told("all") == ["START", "SUCCEED"]


# --------------------------------------------------------------------------- when it is done
def test_by_default_the_first_failure_ends_it() -> None:
    played = mapped([1, -2, 3], max_concurrency=1)
    assert reason_of(played) == CompletionReason.FAILURE_TOLERANCE_EXCEEDED
    assert items_of(played) == [[0, "SUCCEEDED", 2], [1, "FAILED", None]]


def test_all_may_complete_whatever_becomes_of_them() -> None:
    played = mapped([-1, 2, -3], completion_config=CompletionConfig.all_completed())
    assert reason_of(played) == CompletionReason.ALL_COMPLETED
    assert items_of(played) == [[0, "FAILED", None], [1, "SUCCEEDED", 4], [2, "FAILED", None]]


def test_all_must_succeed() -> None:
    played = mapped([1, -2, 3], completion_config=CompletionConfig.all_successful(), max_concurrency=1)
    assert reason_of(played) == CompletionReason.FAILURE_TOLERANCE_EXCEEDED


def test_the_first_success_is_enough() -> None:
    played = mapped([-1, 2, 3], completion_config=CompletionConfig.first_successful(), max_concurrency=1)
    assert reason_of(played) == CompletionReason.MIN_SUCCESSFUL_REACHED
    assert items_of(played) == [[0, "FAILED", None], [1, "SUCCEEDED", 4]]


def test_a_number_of_successes_is_enough() -> None:
    played = mapped([1, 2, 3, 4], completion_config=CompletionConfig(min_successful=2), max_concurrency=1)
    assert items_of(played) == [[0, "SUCCEEDED", 2], [1, "SUCCEEDED", 4]]


@pytest.mark.parametrize(
    "config", [CompletionConfig(tolerated_failure_count=1), CompletionConfig(tolerated_failure_percentage=34)]
)
def test_a_tolerance_holds_until_it_is_exceeded(config: CompletionConfig) -> None:
    tolerated = mapped([-1, 2, 3], completion_config=config, max_concurrency=1)
    assert reason_of(tolerated) == CompletionReason.ALL_COMPLETED
    exceeded = mapped([-1, -2, 3], completion_config=config, max_concurrency=1)
    assert reason_of(exceeded) == CompletionReason.FAILURE_TOLERANCE_EXCEEDED
    assert len(items_of(exceeded)) == 2


@pytest.mark.parametrize("outcome", list(CompletionOutcome), ids=str)
def test_an_author_may_decide(outcome: CompletionOutcome) -> None:
    config = CompletionConfig(
        should_complete=lambda so_far: complete_batch(outcome) if so_far.success_count == 2 else continue_batch()
    )
    played = mapped([1, 2, 3], completion_config=config, max_concurrency=1)
    assert reason_of(played) == f"CUSTOM_COMPLETION_{outcome.value}"
    assert len(items_of(played)) == 2


@nestings
def test_losers_of_an_early_end_write_nothing_afterwards(nesting: NestingType) -> None:
    def branch(room: Any, item: int, index: int, items: Sequence[int]) -> Story:
        yield room.wait(60 * (item + 1), f"nap {item}")
        return (yield room.step(lambda step: item, f"step {item}"))

    def plot(event: Any, context: Any) -> Story:
        config: MapConfig[int] = MapConfig(completion_config=CompletionConfig.first_successful(), nesting_type=nesting)
        batch = yield context.map(range(3), like(context, branch), "all", config)
        yield context.wait(3600, "long after")
        return summary(batch)

    played = told_by_both(plot)
    assert items_of(played) == [[0, "SUCCEEDED", 0], [1, "STARTED", None], [2, "STARTED", None]]
    steps = [operation.name for operation in played.operations.values() if operation.kind is Kind.STEP]
    assert steps == ["step 0"]


# --------------------------------------------------------------------------- large results
@nestings
def test_a_result_too_large_to_keep_is_built_again_from_the_branches(nesting: NestingType) -> None:
    share = CONTEXT_RESULT_BYTES_MAX // 2

    def branch(room: Any, item: int, index: int, items: Sequence[int]) -> Story:
        size = yield room.step(lambda step: share, f"size {item}", GIVE_UP)
        if item == 1:
            raise LookupError("no such item")
        return "x" * size

    def plot(event: Any, context: Any) -> Story:
        config: MapConfig[int] = MapConfig(
            completion_config=CompletionConfig.all_completed(),
            nesting_type=nesting,
            summary_generator=lambda batch: f"{batch.success_count} of {batch.total_count}",
        )
        batch = yield context.map(range(4), like(context, branch), "all", config)
        yield context.wait(60, "night")
        return [[item.index, item.status.value, len(item.result or "")] for item in batch.all]

    played = told_by_both(plot)
    assert played.value == [[0, "SUCCEEDED", share], [1, "FAILED", 0], [2, "SUCCEEDED", share], [3, "SUCCEEDED", share]]
    record = played.named("all")
    assert record.replay_children
    assert '"summary": "3 of 4"' in (record.result or "")
    assert played.told("all") == ["START", "SUCCEED"]


def test_a_large_result_that_was_done_early_is_the_same_on_replay() -> None:
    def branch(room: Any, item: int, index: int, items: Sequence[int]) -> Story:
        yield room.wait(3600 if item == 2 else 10, f"nap {item}")
        return "x" * (yield room.step(lambda step: CONTEXT_RESULT_BYTES_MAX, f"size {item}"))

    def plot(event: Any, context: Any) -> Story:
        config: MapConfig[int] = MapConfig(completion_config=CompletionConfig(min_successful=2))
        batch = yield context.map(range(3), like(context, branch), "all", config)
        yield context.wait(60, "night")
        return [[item.index, item.status.value, len(item.result or "")] for item in batch.all]

    size = CONTEXT_RESULT_BYTES_MAX
    assert value_of(plot) == [[0, "SUCCEEDED", size], [1, "SUCCEEDED", size], [2, "STARTED", 0]]
