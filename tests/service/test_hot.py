"""The cache of executions that are worked on, and the lanes in which their changes wait for each other."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from everstep.core.machine.state import Execution, Head, Invocation, InvocationPhase, restore
from everstep.core.model import Arn, ExecutionStatus
from everstep.service.hot import Hot
from tests.service.stores.deltas import an_origin

LIVE = Invocation(number=1, phase=InvocationPhase.LIVE, id="request-1")


def an_execution(number: int, operations: int = 0, **head: Any) -> Execution:
    """One that weighs ten more than its operations, of which only the number matters here."""
    return restore(an_origin(number), Head(operations=operations, **head), ())


def kept(hot: Hot, *executions: Execution) -> list[bool]:
    return [hot.get(execution.arn) is execution for execution in executions]


# --------------------------------------------------------------------------- the cache
def test_what_was_used_longest_ago_goes_first() -> None:
    hot = Hot(operations_max=30)
    one, two, three, four = (an_execution(number) for number in range(1, 5))
    for execution in (one, two, three):
        hot.keep(execution)
    assert hot.get(one.arn) is one
    hot.keep(four)
    assert kept(hot, one, two, three, four) == [True, False, True, True]


def test_a_heavy_execution_drives_several_light_ones_out_and_stays_itself() -> None:
    hot = Hot(operations_max=50)
    light = [an_execution(number) for number in range(1, 5)]
    for execution in light:
        hot.keep(execution)
    heavy = an_execution(9, operations=30)
    hot.keep(heavy)
    assert kept(hot, *light, heavy) == [False, False, False, True, True]


def test_one_that_weighs_more_than_everything_may_is_kept_alone() -> None:
    hot = Hot(operations_max=50)
    small, huge = an_execution(1), an_execution(2, operations=1_000)
    hot.keep(small)
    hot.keep(huge)
    assert kept(hot, small, huge) == [False, True]
    hot.keep(small)
    assert kept(hot, small, huge) == [True, False]


def test_an_execution_that_grows_is_weighed_anew() -> None:
    """Its operations are shared and grow; what it weighed when it was kept must be given back, and no more."""
    hot = Hot(operations_max=40)
    other = an_execution(2)
    hot.keep(other)
    for operations in range(20):
        hot.keep(an_execution(1, operations=operations))
    assert kept(hot, other) == [True]
    hot.forget(an_origin(1).arn)
    lights = [an_execution(number) for number in range(3, 6)]
    for execution in lights:
        hot.keep(execution)
    assert kept(hot, other, *lights) == [True] * 4, "the forgotten one weighs nothing any more"


@pytest.mark.parametrize(("invocation", "is_kept"), [(None, False), (LIVE, True)])
def test_a_closed_execution_is_kept_only_while_its_invocation_runs_on(
    invocation: Invocation | None, is_kept: bool
) -> None:
    hot = Hot()
    hot.keep(an_execution(1))
    closed = an_execution(1, status=ExecutionStatus.STOPPED, invocation=invocation)
    hot.keep(closed)
    assert hot.get(closed.arn) is (closed if is_kept else None)


def test_to_forget_what_is_not_kept_is_no_mistake() -> None:
    Hot().forget(Arn("arn:nowhere"))


# --------------------------------------------------------------------------- the lanes
def run(scenario: Callable[[Hot], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(10):
            await scenario(Hot())

    asyncio.run(limited())


def test_a_lane_is_for_one_at_a_time_in_order_of_asking() -> None:
    async def scenario(hot: Hot) -> None:
        inside: list[int] = []
        done: list[int] = []

        async def change(number: int) -> None:
            async with hot.lane(Arn("a")):
                inside.append(number)
                await asyncio.sleep(0)
                assert inside == [number]
                inside.remove(number)
                done.append(number)

        await asyncio.gather(*(change(number) for number in range(100)))
        assert done == list(range(100))

    run(scenario)


def test_two_lanes_do_not_wait_for_each_other() -> None:
    async def scenario(hot: Hot) -> None:
        async with hot.lane(Arn("a")), hot.lane(Arn("b")):
            pass

    run(scenario)


@pytest.mark.parametrize("who", ["the holder", "a waiter"])
def test_whoever_is_cancelled_leaves_the_lane_to_the_others(who: str) -> None:
    async def scenario(hot: Hot) -> None:
        done: list[str] = []

        async def change(name: str) -> None:
            async with hot.lane(Arn("a")):
                await asyncio.sleep(0.01)
                done.append(name)

        tasks = {name: asyncio.create_task(change(name)) for name in ("the holder", "a waiter", "another")}
        await asyncio.sleep(0)
        tasks[who].cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        assert done == [name for name in tasks if name != who]
        async with hot.lane(Arn("a")):
            pass

    run(scenario)


def test_an_error_in_a_lane_leaves_it_free() -> None:
    async def scenario(hot: Hot) -> None:
        with pytest.raises(LookupError):
            async with hot.lane(Arn("a")):
                raise LookupError
        async with hot.lane(Arn("a")):
            pass

    run(scenario)
