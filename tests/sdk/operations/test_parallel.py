"""Parallels, in both drivers: branches of different types, with names, in rooms of their own or without."""

from typing import Any

import pytest

from everstep import (
    ChildContextError,
    CompletionConfig,
    NestingType,
    ParallelBranch,
    ParallelConfig,
    RetryPresets,
    StepConfig,
    StepContext,
)
from everstep.core.model import ExecutionStatus, SubType
from tests.sdk.operations.stories import Story, like, seven, told_by_both, value_of

GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
nestings = pytest.mark.parametrize("nesting", list(NestingType), ids=str)


def decline(step: StepContext) -> None:
    raise ValueError("declined")


def number(room: Any) -> Story:
    return (yield room.step(seven, "seven"))


def text(room: Any) -> Story:
    yield room.wait(60, "nap")
    return (yield room.step(lambda step: "text", "text"))


def quick(room: Any) -> Story:
    """Quick enough to win, slow enough to let the others begin."""
    yield room.wait(10, "short nap")
    return (yield room.step(seven, "seven"))


def failing(room: Any) -> Story:
    yield room.wait(10, "short nap")
    yield room.step(decline, "decline", GIVE_UP)


@nestings
def test_branches_of_different_kinds_run_side_by_side(nesting: NestingType) -> None:
    def plot(event: Any, context: Any) -> Story:
        branches = [like(context, number), ParallelBranch(like(context, text), "texts")]
        batch = yield context.parallel(branches, "both", ParallelConfig(nesting_type=nesting))
        yield context.wait(60, "night")
        return batch.get_results()

    played = told_by_both(plot)
    assert played.value == [7, "text"]
    names = [o.name for o in played.operations.values() if o.sub_type == SubType.PARALLEL_BRANCH]
    assert sorted(filter(None, names)) == (["parallel-branch-0", "texts"] if nesting is NestingType.NESTED else [])


def test_no_branches_are_done_at_once() -> None:
    def plot(event: Any, context: Any) -> Story:
        batch = yield context.parallel([], "none")
        return [batch.total_count, batch.completion_reason.value]

    assert value_of(plot) == [0, "ALL_COMPLETED"]


@nestings
@pytest.mark.parametrize("concurrency", [1, 2])
def test_fewer_may_run_at_a_time(nesting: NestingType, concurrency: int) -> None:
    def plot(event: Any, context: Any) -> Story:
        config = ParallelConfig(max_concurrency=concurrency, nesting_type=nesting)
        batch = yield context.parallel([like(context, text), like(context, number), like(context, text)], "all", config)
        return batch.get_results()

    assert value_of(plot) == ["text", 7, "text"]


def test_a_failed_branch_does_not_raise_until_asked_to() -> None:
    def plot(event: Any, context: Any) -> Story:
        config = ParallelConfig(completion_config=CompletionConfig.all_completed())
        batch = yield context.parallel([like(context, failing), like(context, number)], "both", config)
        yield context.wait(60, "night")
        facts = [batch.success_count, batch.failure_count, batch.status.value, batch.get_errors()[0].message]
        try:
            batch.throw_if_error()
        except ChildContextError as error:
            return [*facts, error.error_type, error.message]

    assert value_of(plot) == [1, 1, "FAILED", "declined", "everstep.errors.StepError", "declined"]


def test_by_default_a_failure_ends_it_and_the_others_write_nothing_afterwards() -> None:
    def plot(event: Any, context: Any) -> Story:
        batch = yield context.parallel([like(context, text), like(context, failing)], "both")
        yield context.wait(3600, "long after")
        return [item.status.value for item in batch.all]

    played = told_by_both(plot)
    assert played.value == ["STARTED", "FAILED"]
    assert played.told("text") == []


def test_the_first_success_is_enough() -> None:
    def plot(event: Any, context: Any) -> Story:
        config = ParallelConfig(completion_config=CompletionConfig.first_successful())
        batch = yield context.parallel([like(context, text), like(context, quick)], "race", config)
        yield context.wait(3600, "long after")
        return [[item.status.value, item.result] for item in batch.all]

    assert value_of(plot) == [["STARTED", None], ["SUCCEEDED", 7]]


def test_parallels_stand_in_parallels() -> None:
    def plot(event: Any, context: Any) -> Story:
        def outer(room: Any) -> Story:
            batch = yield room.parallel([like(room, number), like(room, text)], "inner")
            return batch.get_results()

        batch = yield context.parallel([like(context, outer), like(context, outer)], "outer")
        return batch.get_results()

    played = told_by_both(plot)
    assert played.status is ExecutionStatus.SUCCEEDED, played.error
    assert played.value == [[7, "text"], [7, "text"]]
