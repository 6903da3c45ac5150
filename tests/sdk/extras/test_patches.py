"""Changing a function while executions of it are in flight."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from everstep import AsyncDurableContext, ValidationError, durable_execution
from everstep.core.events import EventType
from everstep.core.messages import InvocationStatus
from everstep.testing import DurableFunctionTestRunner
from tests.sdk.extras.stories import Plot, Story, Telling, both_drivers, live, nothing, value_of

DAY = 86_400


def changing(versions: list[Plot]) -> Plot:
    """A story whose code is deployed anew before each invocation; the last version stays."""
    invocations = iter(versions)
    current: list[Plot] = []

    def plot(event: Any, context: Any) -> Story:
        current[:] = [next(invocations, current[-1] if current else versions[-1])]
        return (yield from current[0](event, context))

    return plot


def old(event: Any, context: Any) -> Story:
    yield context.step(nothing, "first")
    yield context.wait(DAY, "pause")
    yield context.step(nothing, "last")
    return "old"


def new(event: Any, context: Any) -> Story:
    """Checks something before the pause, and something after it."""
    yield context.step(nothing, "first")
    way = "old"
    if context.patched("check-before"):
        way = "new"
        yield context.step(nothing, "check")
    yield context.wait(DAY, "pause")
    if context.patched("check-after"):
        way += " and checked"
        yield context.step(nothing, "check again")
    yield context.step(nothing, "last")
    return way


@both_drivers
def test_a_new_execution_takes_the_new_way_on_every_replay(told: Telling) -> None:
    result = live(told, new)
    assert result.value == "new and checked"
    assert [operation.name for operation in result.operations] == [
        "first", "check-before", "check", "pause", "check-after", "check again", "last",
    ]  # fmt: skip


@both_drivers
def test_an_execution_in_flight_keeps_the_old_way_where_it_has_been_and_takes_the_new_one_ahead(told: Telling) -> None:
    result = live(told, changing([old, new]))
    assert result.value == "old and checked"
    assert [operation.name for operation in result.operations] == [
        "first", "pause", "check-after", "check again", "last",
    ]  # fmt: skip


@both_drivers
def test_a_marker_moves_no_operation_from_its_place(told: Telling) -> None:
    def marked(event: Any, context: Any) -> Story:
        assert context.patched("p")
        assert context.patched("another")
        return (yield from old(event, context))

    with_marker = {o.name: o.id for o in live(told, marked).operations}
    without = {o.name: o.id for o in live(told, old).operations}
    assert {name: with_marker[name] for name in without} == without


@both_drivers
def test_a_loop_that_began_the_old_way_ends_the_old_way(told: Telling) -> None:
    def before(event: Any, context: Any) -> Story:
        for _ in range(4):
            yield context.wait(DAY, "old")
        return None

    def after(event: Any, context: Any) -> Story:
        for _ in range(4):
            yield context.wait(DAY, "new" if context.patched("renamed") else "old")
        return None

    result = live(told, changing([before, before, after]))
    assert result.status is InvocationStatus.SUCCEEDED
    assert [operation.name for operation in result.operations] == ["old"] * 4


@both_drivers
def test_each_context_decides_for_itself(told: Telling) -> None:
    def child(way: Callable[[Any], str]) -> Plot:
        def plot(event: Any, context: Any) -> Story:
            def one(inside: Any) -> Any:
                return inside.wait(DAY, way(inside))

            yield context.run_in_child_context(one, "one")
            yield context.run_in_child_context(one, "two")
            return None

        return plot

    before = child(lambda inside: "old")
    after = child(lambda inside: "new" if inside.patched("p") else "old")
    result = live(told, changing([before, after]))
    assert [event.name for event in result.events if event.type is EventType.WAIT_STARTED] == ["old", "new"]
    (marker,) = result.named("p")
    assert (marker.sub_type, marker.parent_id) == ("Patch", next(result.named("two")).id)


@both_drivers
def test_a_context_that_is_done_stays_as_it_was(told: Telling) -> None:
    """Its result was too large to keep, so its body runs again, and the patch stands behind its last operation."""
    answers: list[bool] = []

    def of(is_patched: bool) -> Plot:
        def inside(child: Any) -> str:
            if is_patched:
                answers.append(child.patched("late"))
            return "x" * 300_000

        def plot(event: Any, context: Any) -> Story:
            yield context.run_in_child_context(inside, "large")
            yield context.wait(DAY)
            return None

        return plot

    assert live(told, changing([of(False), of(True)])).status is InvocationStatus.SUCCEEDED
    assert answers == [False]
    assert live(told, of(True)).status is InvocationStatus.SUCCEEDED
    assert answers == [False, True, True]


def test_a_place_behind_which_the_authors_tasks_have_been_was_passed() -> None:
    answers: list[bool] = []
    versions = iter([False, True])

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> None:
        async def work(days: int) -> None:
            await context.wait(days * DAY)

        if next(versions, True):
            answers.append(context.patched("late"))
        await asyncio.gather(work(1), work(2))

    DurableFunctionTestRunner(handler).run()
    assert answers == [False, False]


@both_drivers
def test_a_deprecated_patch_is_quiet_for_executions_that_took_the_new_way(told: Telling) -> None:
    def only_new(event: Any, context: Any) -> Story:
        yield context.step(nothing, "first")
        context.deprecate_patch("check-before")
        yield context.step(nothing, "check")
        yield context.wait(DAY, "pause")
        return "new"

    def just_patched(event: Any, context: Any) -> Story:
        yield context.step(nothing, "first")
        assert context.patched("check-before")
        yield context.step(nothing, "check")
        yield context.wait(DAY, "pause")
        return "new"

    assert value_of(told, only_new) == "new"
    assert value_of(told, changing([just_patched, only_new])) == "new"


@both_drivers
def test_a_deprecated_patch_ends_an_execution_from_before_it_loudly(told: Telling) -> None:
    def only_new(event: Any, context: Any) -> Story:
        yield context.step(nothing, "first")
        context.deprecate_patch("check-before")
        yield context.wait(DAY, "pause")
        return "new"

    result = live(told, changing([old, only_new]))
    assert result.status is InvocationStatus.FAILED
    assert result.error is not None
    assert result.error.type == "everstep.errors.NonDeterministicExecutionError"
    assert "'check-before'" in str(result.error.message)


@both_drivers
@pytest.mark.parametrize("patch_id", ["", None, "über", "x" * 257])
def test_a_name_that_cannot_be_one_is_refused(told: Telling, patch_id: Any) -> None:
    def plot(event: Any, context: Any) -> Story:
        yield context.step(nothing)
        with pytest.raises(ValidationError):
            context.patched(patch_id)
        return "refused"

    assert value_of(told, plot) == "refused"
