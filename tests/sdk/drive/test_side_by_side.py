"""Several operations at a time in an `async def` function: gather and its kin run, keep their places, and replay."""

import asyncio
import threading
from typing import Any

import pytest

from everstep import AsyncDurableContext, RetryPresets, StepConfig, StepContext, durable_execution
from everstep.core.messages import InvocationStatus
from everstep.core.model import Action
from everstep.core.names import operation_id
from tests.sdk.drive.fake_service import FakeService

GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
PATIENCE_SECONDS = 10

both_distances = pytest.mark.parametrize("is_local", [True, False], ids=["local", "remote"])


async def seven(step: StepContext) -> int:
    return 7


async def decline(step: StepContext) -> int:
    raise ValueError("declined")


def places(service: FakeService) -> list[str]:
    """The names of the operations in the order of their ids, which is the order of the calls."""
    names = {update.id: update.name or "" for update in service.updates}
    return [names[operation_id(None, place)] for place in range(1, len(names) + 1)]


def test_an_operations_place_is_taken_by_the_call_not_by_the_await() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> list[int]:
        first, second = context.step(seven, "first"), context.step(seven, "second")
        return [await second, await first]

    service = FakeService()
    service.invoke(handler)
    assert places(service) == ["first", "second"]
    assert service.invoke(handler).result == "[7,7]", "a replay finds each in its place"


@both_distances
def test_gathered_async_steps_run_at_the_same_time(is_local: bool) -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> Any:
        met = asyncio.Barrier(2)

        async def meet(step: StepContext) -> str:
            async with asyncio.timeout(PATIENCE_SECONDS), met:
                return "met"

        return await asyncio.gather(context.step(meet, "a"), context.step(meet, "b"))

    service = FakeService(is_local=is_local)
    assert service.invoke(handler).result == '["met","met"]'
    assert places(service) == ["a", "b"]
    assert service.invoke(handler).result == '["met","met"]'


def test_gathered_blocking_steps_run_in_threads_at_the_same_time() -> None:
    met = threading.Barrier(2)

    def meet(step: StepContext) -> bool:
        met.wait(PATIENCE_SECONDS)
        return threading.current_thread() is not threading.main_thread()

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> Any:
        return await asyncio.gather(context.step(meet, "a"), context.step(meet, "b"))

    assert FakeService().invoke(handler).result == "[true,true]"


@both_distances
def test_hundreds_of_steps_travel_in_their_order_and_no_more_than_250_at_a_time(is_local: bool) -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> int:
        return sum(await asyncio.gather(*(context.step(seven, f"s{number}") for number in range(300))))

    service = FakeService(is_local=is_local)
    assert service.invoke(handler).result == "2100"
    assert places(service) == [f"s{number}" for number in range(300)]
    assert max(map(len, service.calls)) == 250
    assert len(service.calls) == 3 or not is_local, "300 starts and 300 ends"


def test_a_revoked_invocation_does_not_send_what_is_left() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> int:
        return sum(await asyncio.gather(*(context.step(seven, f"s{number}") for number in range(300))))

    service = FakeService(revokes="STEP START s0")
    assert service.invoke(handler).status is InvocationStatus.PENDING
    assert len(service.calls) == 1


def test_a_task_group_works_and_replays() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> list[int]:
        async def one(name: str) -> int:
            return await context.step(seven, name)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one("a")), group.create_task(one("b"))]
        await context.wait(1, "pause")
        return [task.result() for task in tasks]

    service = FakeService()
    assert service.run(handler).result == "[7,7]"
    assert [update.name for update in service.updates if update.action is Action.START] == ["a", "b", "pause"]


def test_tasks_that_ask_for_several_operations_replay_whatever_ran_first() -> None:
    """Numbered by the calls alone, the second task's operations would stand elsewhere on every replay."""

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> list[int]:
        async def leaf(name: str) -> int:
            await context.wait(1, f"{name} pause")
            return await context.step(seven, f"{name} step")

        async def branch(name: str, turns: int) -> int:
            first = await context.step(seven, name)
            for _ in range(turns):
                await asyncio.sleep(0)
            async with asyncio.TaskGroup() as group:
                leaves = [group.create_task(leaf(f"{name}{number}")) for number in range(2)]
            return first + sum(each.result() for each in leaves) + await context.step(seven, f"{name} end")

        both = await asyncio.gather(branch("slow", 9), branch("fast", 0), context.step(seven, "single"))
        return [*both, await context.step(seven, "last")]

    service = FakeService()
    assert service.run(handler).result == "[28,28,7,7]"
    names = [update.name for update in service.updates if update.action is Action.START]
    assert len(names) == len(set(names)) == 14, "nothing ran twice"
    once_more = FakeService()
    once_more.operations.update(service.operations)
    assert once_more.invoke(handler).result == "[28,28,7,7]"
    assert once_more.told == []


def test_tasks_that_a_body_makes_take_no_places() -> None:
    async def busy(step: StepContext) -> int:
        return sum(await asyncio.gather(seven(step), seven(step)))

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> list[int]:
        async def one() -> int:
            return await context.step(seven, "one")

        return [await context.step(busy, "busy"), *await asyncio.gather(one())]

    service = FakeService()
    assert service.invoke(handler).result == "[14,7]"
    assert [operation_id(None, 1), operation_id("~1", 1)] == list(service.operations)[1:]


def test_the_first_of_several_does_not_wait_for_the_others() -> None:
    """Known from another SDK: a race waited for its slowest runner."""

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> int:
        runners: list[asyncio.Future[Any]] = [context.wait(3600, "long"), context.step(seven, "quick")]
        done, pending = await asyncio.wait(runners, return_when=asyncio.FIRST_COMPLETED)
        for runner in pending:
            runner.cancel()
        result: int = done.pop().result()
        return result + await context.step(seven, "then")

    service = FakeService()
    assert service.invoke(handler).result == "14"
    assert places(service) == ["long", "quick", "then"]


def test_as_completed_gives_what_is_there() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> list[int]:
        return [await each for each in asyncio.as_completed([context.step(seven), context.step(seven)])]

    assert FakeService().invoke(handler).result == "[7,7]"


def test_one_failure_among_many_is_the_authors_to_catch() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> list[str]:
        steps = [context.step(seven, "good"), context.step(decline, "bad", GIVE_UP)]
        outcomes = await asyncio.gather(*steps, return_exceptions=True)
        await context.wait(1)
        return [type(outcome).__name__ for outcome in outcomes]

    assert FakeService().run(handler).result == '["int","StepError"]'
