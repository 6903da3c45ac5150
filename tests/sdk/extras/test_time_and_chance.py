"""What would differ between a first run and its replays, and does not."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from everstep import AsyncDurableContext, CallbackConfig, CallbackError, DurableContext, StepError, durable_execution
from everstep.core.model import Kind
from everstep.testing import DurableFunctionTestRunner
from everstep.testing.virtual import EPOCH
from tests.sdk.extras.stories import Story, Telling, as_def, both_drivers, live, nothing, value_of

START = datetime.fromtimestamp(EPOCH / 1000, tz=UTC)
DAY = 86_400


@both_drivers
def test_time_is_what_the_outcomes_of_operations_tell(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        times = [context.now()]
        yield context.wait(DAY)
        times.append(context.now())
        yield context.wait(2 * DAY)
        times.append(context.now())
        return [time.isoformat() for time in times]

    days = [START + timedelta(days=passed) for passed in (0, 1, 3)]
    assert value_of(told, plot) == [day.isoformat() for day in days]


@both_drivers
def test_every_replay_reads_the_same_time_at_the_same_place(told: Telling) -> None:
    readings: list[list[datetime]] = []

    def inside(context: Any) -> Any:
        return context.step(nothing)

    def fail(step: Any) -> None:
        raise ValueError

    def plot(event: Any, context: Any) -> Story:
        now: list[datetime] = []
        readings.append(now)
        for pause in (DAY, 60):
            now.append(context.now())
            yield context.wait(pause)
            now.append(context.now())
            yield context.run_in_child_context(inside)
            now.append(context.now())
            try:
                yield context.step(fail, "fails after retries")
            except StepError:
                now.append(context.now())
        return None

    result = live(told, plot)
    assert len(readings) == result.invocations > 10
    last = readings[-1]
    assert all(reading == last[: len(reading)] for reading in readings)
    assert last == sorted(last)
    assert last[-1] > START + timedelta(days=1, seconds=60)


@both_drivers
def test_a_child_begins_at_the_moment_that_the_code_around_it_knew(told: Telling) -> None:
    seen: list[datetime] = []

    def plot(event: Any, context: Any) -> Story:
        yield context.wait(DAY)

        def inside(child: Any) -> Any:
            seen.append(child.now())
            return child.wait(DAY)

        yield context.run_in_child_context(inside)
        return context.now().isoformat()

    assert value_of(told, plot) == (START + timedelta(days=2)).isoformat()
    assert set(seen) == {START + timedelta(days=1)}
    assert len(seen) == 2


@both_drivers
@pytest.mark.parametrize("is_virtual", [False, True])
def test_a_child_ends_at_the_moment_that_its_code_knew_last(told: Telling, is_virtual: bool) -> None:
    def plot(event: Any, context: Any) -> Story:
        yield context.wait(DAY)
        yield context.run_in_child_context(lambda child: child.wait(2 * DAY), is_virtual=is_virtual)
        return context.now().isoformat()

    assert value_of(told, plot) == (START + timedelta(days=3)).isoformat()


@both_drivers
def test_the_answer_of_a_callback_tells_the_time_and_its_creation_does_not(told: Telling) -> None:
    times: list[datetime] = []

    def plot(event: Any, context: Any) -> Story:
        callback = yield context.create_callback("late", CallbackConfig(timeout=DAY))
        times.append(context.now())
        yield context.step(nothing)
        times.append(context.now())
        try:
            yield callback.result()
        except CallbackError:
            return context.now().isoformat()

    assert value_of(told, plot) == (START + timedelta(days=1)).isoformat()
    assert set(times) == {START}


def test_an_outcome_that_nobody_took_yet_tells_nothing() -> None:
    """On a replay both waits have ended when the first is taken; on the first run only one had."""
    readings: list[datetime] = []

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> None:
        short, long = context.wait(DAY), context.wait(5 * DAY)
        await short
        readings.append(context.now())
        await context.wait(2 * DAY)
        await long

    DurableFunctionTestRunner(handler).run()
    assert len(readings) > 1
    assert set(readings) == {START + timedelta(days=1)}


def test_gather_takes_the_outcomes_of_all() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> list[str]:
        begins: list[datetime] = []

        async def work(days: int) -> None:
            begins.append(context.now())
            await context.wait(days * DAY)

        await asyncio.gather(context.wait(DAY), context.wait(3 * DAY))
        first = context.now()
        await asyncio.gather(work(1), work(2))
        second = context.now()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work(4))
        await task
        assert begins == [first, first, second], "a task begins with the time of whoever made it"
        # Where operations race, each outcome takes the virtual clock a millisecond.
        return [moment.replace(microsecond=0).isoformat() for moment in (first, second, context.now())]

    value = DurableFunctionTestRunner(handler).run().value
    assert value == [(START + timedelta(days=days)).isoformat() for days in (3, 5, 9)]


@both_drivers
def test_a_uuid_is_another_one_with_each_call_and_the_same_on_every_replay(told: Telling) -> None:
    runs: list[list[UUID]] = []

    def plot(event: Any, context: Any) -> Story:
        drawn = [context.uuid4(), context.uuid4()]
        runs.append(drawn)
        yield context.wait(DAY)
        drawn.append(context.uuid4())
        return None

    result = live(told, plot)
    first, last = runs
    assert first == last[:2]
    assert len(set(last)) == 3
    assert {uuid.version for uuid in last} == {4}
    assert [operation.kind for operation in result.operations] == [Kind.WAIT], "chance costs no operation"


def test_other_executions_and_other_branches_draw_other_numbers() -> None:
    def draw(branch: DurableContext, item: int, index: int, items: Any) -> float:
        return branch.random().random()

    def plot(event: Any, context: Any) -> Story:
        batch = yield context.map(range(5), draw)
        return [context.random().random(), *batch.get_results()]

    one, other = (DurableFunctionTestRunner(as_def(plot)).run(name=name).value for name in ("one", "other"))
    assert len({*one, *other}) == 12


@both_drivers
def test_random_numbers_are_the_same_on_every_replay(told: Telling) -> None:
    shuffles: list[list[int]] = []

    def plot(event: Any, context: Any) -> Story:
        order = list(range(100))
        context.random().shuffle(order)
        shuffles.append(order)
        yield context.wait(DAY)
        return None

    live(told, plot)
    first, second = shuffles
    assert first == second != list(range(100))
