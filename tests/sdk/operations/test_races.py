"""Code that waits for the first of several, in `async def`: every replay is told the same things in the same order.

Each invocation leaves a trace of what its code was told. What one invocation saw, the next must see first.
"""

import asyncio
import random
from typing import Any

import pytest

from everstep import AsyncDurableContext, ChildConfig, CompletionConfig, MapConfig, StepContext
from everstep.core.limits import CONTEXT_RESULT_BYTES_MAX
from everstep.core.machine.commands import CallbackSuccess
from everstep.core.model import Kind, Operation
from tests.sdk.operations.races import Tell, near_and_far, raced
from tests.sdk.operations.stage import Stage
from tests.sdk.operations.stories import seven


async def napping(context: AsyncDurableContext, seconds: int, tell: Tell) -> int:
    await context.wait(seconds, f"nap {seconds}")
    tell(seconds)
    return seconds


@near_and_far
def test_the_first_of_several_is_the_first_on_every_replay(is_local: bool) -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        waits = {context.wait(seconds, str(seconds)): seconds for seconds in (300, 100, 200)}
        done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        tell([waits[each] for each in done])
        await context.step(seven, f"after {[waits[each] for each in done]}")
        done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        tell([waits[each] for each in done])
        return await context.step(seven, "then")

    _, trace = raced(race, is_local=is_local)
    assert trace == [[100], [200]]


def test_as_completed_gives_them_in_the_order_in_which_they_ended() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        # It makes tasks of coroutines in an order that depends on their addresses, so they have to be tasks before.
        naps = [asyncio.ensure_future(napping(context, seconds, tell)) for seconds in (30, 10, 20, 40)]
        for each in asyncio.as_completed(naps):
            await context.step(seven, f"after {await each}")

    played, trace = raced(race)
    assert trace == [10, 20, 30, 40]
    steps = [operation.name for operation in played.operations.values() if operation.kind is Kind.STEP]
    assert steps == ["after 10", "after 20", "after 30", "after 40"]


@near_and_far
def test_tasks_that_share_something_share_it_in_the_same_order(is_local: bool) -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        box: asyncio.Queue[int] = asyncio.Queue()

        async def producer(seconds: int) -> None:
            for turn in (1, 2):
                await context.wait(seconds * turn, f"{seconds} {turn}")
                await box.put(seconds * turn)

        async def consumer() -> None:
            for number in range(6):
                item = await box.get()
                tell(item)
                await context.step(seven, f"{number}: {item}")

        async with asyncio.TaskGroup() as group:
            group.create_task(consumer())
            for seconds in (50, 20, 35):
                group.create_task(producer(seconds))

    _, trace = raced(race, is_local=is_local)
    assert trace == [20, 35, 50, 40, 70, 100]


def test_a_callback_races_a_wait() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        callback = await context.create_callback("answer")
        answer: asyncio.Future[Any] = callback.result()
        runners: list[asyncio.Future[Any]] = [answer, context.wait(500, "patience")]
        done, _ = await asyncio.wait(runners, return_when=asyncio.FIRST_COMPLETED)
        tell("answered" if answer in done else "too late")
        return await context.step(seven, "answered" if answer in done else "too late")

    def late(stage: Stage, callback: Operation) -> None:
        if stage.clock.now() >= callback.started_at + 1_000_000:
            stage.answer(callback, CallbackSuccess(payload="at last"))

    def soon(stage: Stage, callback: Operation) -> None:
        stage.answer(callback, CallbackSuccess(payload="here"))

    assert raced(race, late)[1] == ["too late"]
    assert raced(race, soon)[1] == ["answered"]


def test_child_contexts_race_with_what_happens_inside() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        async def inside(room: AsyncDurableContext) -> str:
            for seconds in (10, 30):
                await room.wait(seconds, f"inner {seconds}")
            return "x" * CONTEXT_RESULT_BYTES_MAX

        children: dict[asyncio.Future[Any], str] = {
            context.run_in_child_context(inside, "large"): "large",
            context.run_in_child_context(inside, "virtual", ChildConfig(is_virtual=True)): "virtual",
            context.wait(20, "between"): "between",
            context.wait(50, "last"): "last",
        }
        pending = set(children)
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            tell(sorted(children[each] for each in done))
            await context.step(seven, f"after {sorted(children[each] for each in done)}")

    _, trace = raced(race)
    assert trace[1:3] in ([["large"], ["virtual"]], [["virtual"], ["large"]]), "both end with their inner waits"
    assert [trace[0], trace[3]] == [["between"], ["last"]]


def test_a_map_inside_a_race_keeps_its_order() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        async def branch(room: AsyncDurableContext, item: int, *_: Any) -> int:
            await room.wait(item, f"nap {item}")
            return (await room.step(seven, "after")) + item

        config: MapConfig[int] = MapConfig(completion_config=CompletionConfig(min_successful=3))
        batch = context.map([40, 10, 30, 20], branch, "map", config)
        other = context.wait(25, "other")
        runners: list[asyncio.Future[Any]] = [batch, other]
        done, _ = await asyncio.wait(runners, return_when=asyncio.FIRST_COMPLETED)
        tell("map" if batch in done else "other")
        return (await batch).get_results()

    played, trace = raced(race)
    assert trace == ["other"]
    assert played.value == [17, 37, 27]


# --------------------------------------------------------------------------- whatever the code
@pytest.mark.parametrize("seed", range(25))
@near_and_far
def test_any_number_of_tasks_is_told_the_same_on_every_replay(seed: int, is_local: bool) -> None:
    """Tasks of naps, steps, races and rooms over shared state; the seed is the test's number.

    How much was told before, and of whom last, is in the names: another order would be another history.
    """
    dice = random.Random(seed)
    kinds = ["nap", "nap", "step", "race", "child", "room"]
    plans = [[(dice.choice(kinds), dice.randint(1, 60)) for _ in range(dice.randint(1, 4))] for _ in range(4)]

    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        order: list[int] = []

        async def lane(number: int, room: AsyncDurableContext) -> None:
            for what, seconds in plans[number]:
                await act(room, what, seconds, f"{what} {number} {len(order)} {order[-1:]}")
                order.append(number)
                tell((number, what, seconds))

        async def act(room: AsyncDurableContext, what: str, seconds: int, name: str) -> None:
            async def both(inner: AsyncDurableContext) -> None:
                await asyncio.gather(inner.wait(seconds, name), inner.step(seven, name))

            match what:
                case "nap":
                    await room.wait(seconds, name)
                case "step":
                    await room.step(seven, name)
                case "race":
                    either = [room.wait(seconds, name), room.wait(seconds // 2 + 1, name)]
                    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                    tell([each.done() for each in either])
                case "child":
                    await room.run_in_child_context(both, name)
                case _:
                    await room.run_in_child_context(both, name, ChildConfig(is_virtual=True))

        await asyncio.gather(*(lane(number, context) for number in range(4)))
        return order

    raced(race, is_local=is_local)


def test_one_after_the_other_costs_no_turns_of_the_loop() -> None:
    turns: list[int] = []

    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        loop: Any = asyncio.get_running_loop()
        before = loop.turns_asked
        for number in range(50):
            await context.step(seven, str(number))
        turns.append(loop.turns_asked - before)

    raced(race)
    assert turns[-1] <= 50 + 5 < turns[0], "one to be forgotten, and none to come to rest"


def test_a_body_at_work_keeps_nobody_waiting() -> None:
    """Rest means that the handler rests: a body may be busy for ever."""

    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        first, second = context.step(seven, "first"), context.step(seven, "second")
        told = asyncio.Event()

        async def busy(step: StepContext) -> bool:
            while not told.is_set():  # noqa: ASYNC110 - it shall never rest
                await asyncio.sleep(0)
            return True

        async def tell_them() -> None:
            await asyncio.gather(first, second)
            told.set()

        telling = asyncio.ensure_future(tell_them())
        result = await context.step(busy, "busy")
        await telling
        return result

    assert raced(race)[0].value is True
