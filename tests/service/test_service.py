"""The one road under contention: who comes first, who is told, and what is believed to be the newest."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from everstep.core.machine.commands import CallbackSuccess, InvocationEnded, Lost
from everstep.core.machine.delta import Delta
from everstep.core.model import Arn, ExecutionStatus, Millis
from everstep.core.refusal import Code, Refused
from everstep.service.births import StartCommand
from everstep.service.ports import Clock, ListQuery, StoreError
from everstep.service.service import Service, World
from everstep.service.world import RandomIds, RealClock
from everstep.testing.virtual import VirtualClock
from tests.service.http.functions import Invoker, Known
from tests.service.slow_store import SlowStore, let_others_run

SECONDS_MAX = 10


def a_service(store: SlowStore, clock: Clock | None = None) -> Service:
    """A service that has seen nothing of what the store holds. Nobody performs its effects."""
    return Service(
        World(store=store, clock=clock or RealClock(), ids=RandomIds(), invoker=Invoker(), functions=Known())
    )


def run(scenario: Callable[[SlowStore], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(SECONDS_MAX):
            await scenario(SlowStore())

    asyncio.run(limited())


async def started(store: SlowStore) -> Arn:
    """An execution that another process began."""
    return (await a_service(store).start(StartCommand(function="echo", input="1"))).arn


def test_fifty_who_start_under_one_name_find_one_execution() -> None:
    async def scenario(store: SlowStore) -> None:
        service = a_service(store)
        wish = StartCommand(function="echo", name="order-7", input="1")
        found = await asyncio.gather(*(service.start(wish) for _ in range(50)))
        assert len({one.arn for one in found}) == 1
        assert [one.existing for one in found].count(False) == 1
        assert len((await store.list(ListQuery())).items) == 1
        assert len(await store.effects(10)) == 1, "one invocation is owed"

    run(scenario)


def test_of_those_who_start_one_name_with_different_inputs_one_wins_and_the_others_are_told_so() -> None:
    async def scenario(store: SlowStore) -> None:
        service = a_service(store)
        wishes = (StartCommand(function="echo", name="order-7", input=str(n)) for n in range(20))
        answers = await asyncio.gather(*map(service.start, wishes), return_exceptions=True)
        refused = [one.code for one in answers if isinstance(one, Refused)]
        assert refused == [Code.ALREADY_STARTED] * 19

    run(scenario)


def test_what_is_read_beside_a_change_is_not_taken_for_the_newest() -> None:
    async def scenario(store: SlowStore) -> None:
        arn = await started(store)
        service = a_service(store)
        store.loads.shut()
        reading = asyncio.create_task(service.look(arn))
        await store.loads.reached.wait()
        stopping = asyncio.create_task(service.stop(arn))
        await let_others_run()
        store.loads.open()
        await asyncio.gather(reading, stopping)
        assert (await service.get(arn)).head.status is ExecutionStatus.STOPPED

    run(scenario)


def test_a_birth_that_is_long_on_its_way_does_not_hide_what_happened_after_it() -> None:
    async def scenario(store: SlowStore) -> None:
        service = a_service(store)
        store.commits.shut()
        starting = asyncio.create_task(service.start(StartCommand(function="echo")))
        await store.commits.reached.wait()
        (item,) = (await store.list(ListQuery())).items
        stopping = asyncio.create_task(service.stop(item.origin.arn))
        await let_others_run()
        store.commits.open()
        await asyncio.gather(starting, stopping)
        assert (await service.get(item.origin.arn)).head.status is ExecutionStatus.STOPPED

    run(scenario)


# --------------------------------------------------------------------------- waiting for the end
def test_whoever_waits_for_an_end_hears_of_one_that_came_between_looking_and_waiting() -> None:
    async def scenario(store: SlowStore) -> None:
        arn = await started(store)
        service = a_service(store)
        store.summaries.shut()
        waiting = asyncio.create_task(service.closed(arn))
        await store.summaries.reached.wait()
        await service.stop(arn)
        store.summaries.open()
        assert (await waiting).head.status is ExecutionStatus.STOPPED

    run(scenario)


def test_everybody_who_waits_is_told_and_whoever_gave_up_is_in_nobodys_way() -> None:
    async def scenario(store: SlowStore) -> None:
        service = a_service(store)
        arn = (await service.start(StartCommand(function="echo"))).arn
        waiting = [asyncio.create_task(service.closed(arn)) for _ in range(3)]
        await let_others_run()
        waiting.pop().cancel()
        await let_others_run()
        await service.stop(arn)
        assert [one.head.status for one in await asyncio.gather(*waiting)] == [ExecutionStatus.STOPPED] * 2
        assert (await service.closed(arn)).head.status is ExecutionStatus.STOPPED

    run(scenario)


def test_nobody_waits_for_the_end_of_what_does_not_exist() -> None:
    async def scenario(store: SlowStore) -> None:
        with pytest.raises(Refused) as caught:
            await a_service(store).closed(Arn("arn:nowhere"))
        assert caught.value.code is Code.NOT_FOUND

    run(scenario)


def test_whoever_gives_up_waiting_interrupts_no_change() -> None:
    """Were it the waiter who let time act, its cancellation could leave a change that nobody is told of."""

    async def scenario(store: SlowStore) -> None:
        clock = VirtualClock()
        arn = (await a_service(store, clock).start(StartCommand(function="echo", timeout_seconds=1))).arn
        clock.advance_to(Millis(clock.now() + 1_000))
        waiting = asyncio.create_task(a_service(store, clock).closed(arn))
        await let_others_run()
        assert (len(store.committed), waiting.done()) == (1, False)
        waiting.cancel()

    run(scenario)


# --------------------------------------------------------------------------- accidents on the way
def test_a_change_that_the_store_refuses_leaves_no_trace() -> None:
    async def scenario(store: SlowStore) -> None:
        service = a_service(store)
        arn = (await service.start(StartCommand(function="echo"))).arn
        told: list[Delta] = []
        service.listen(told.append)
        store.refuses = lambda _: True
        with pytest.raises(StoreError):
            await service.stop(arn)
        assert (await service.get(arn)).head.status is ExecutionStatus.RUNNING
        store.refuses = lambda _: False
        await service.stop(arn)
        assert [delta.head.version for delta in told] == [2]

    run(scenario)


def test_a_change_whose_caller_was_cancelled_may_have_been_written_and_is_believed_when_it_was() -> None:
    async def scenario(store: SlowStore) -> None:
        service = a_service(store)
        arn = (await service.start(StartCommand(function="echo"))).arn
        store.commits.shut()
        stopping = asyncio.create_task(service.stop(arn))
        await store.commits.reached.wait()
        stopping.cancel()
        await let_others_run()
        assert (await service.get(arn)).head.status is ExecutionStatus.STOPPED
        await service.stop(arn)
        assert len(store.committed) == 2

    run(scenario)


def test_two_services_on_one_store_decide_again_when_the_other_was_first() -> None:
    async def scenario(store: SlowStore) -> None:
        one, other = a_service(store), a_service(store)
        arn = (await one.start(StartCommand(function="echo"))).arn
        await other.submit(arn, InvocationEnded(number=9, end=Lost()))  # now both know the same version
        await other.stop(arn)
        delta, _ = await one.submit(arn, InvocationEnded(number=9, end=Lost()))
        assert delta.is_empty
        assert await one.stop(arn) == await other.stop(arn)
        assert len(store.committed) == 2

    run(scenario)


@pytest.mark.parametrize("callback_id", ["", "x", "!", "YXJu", "YXJufA==", "fG9w", "YXJufG9w", "//////"])
def test_an_answer_to_an_id_that_names_nothing_is_told_that_it_does_not_exist(callback_id: str) -> None:
    async def scenario(store: SlowStore) -> None:
        with pytest.raises(Refused) as caught:
            await a_service(store).answer_callback(callback_id, CallbackSuccess(payload=None))
        assert caught.value.code is Code.NOT_FOUND

    run(scenario)
