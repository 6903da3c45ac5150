"""What every store promises, as one suite: an adapter passes it by subclassing `StoreContract` in its own tests.

Lists have their own half of the contract in `list_contract`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Protocol, TypeVar

import pytest

from everstep.core.machine.delta import Invoke, NotifyParent
from everstep.core.machine.state import Execution, Head, Parent
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Millis, OperationId, Status
from everstep.service.ports import NameTakenError, StaleVersionError, Store
from tests.service.stores.deltas import LIVE, NOW, a_birth, a_change, a_step, an_origin


class Adapter(Protocol):
    """What a suite needs to know of the adapter under test."""

    def opened(self) -> AbstractAsyncContextManager[Store]:
        """A new, empty store, closed at the end."""
        ...


A = TypeVar("A", bound=Adapter)


def claim(body: Callable[[A, Store], Awaitable[None]]) -> Callable[[A], None]:
    """Make a test out of a claim about a store: it gets an empty one and an event loop."""

    def test(self: A) -> None:
        async def run() -> None:
            async with self.opened() as store:
                await body(self, store)

        asyncio.run(run())

    test.__name__ = test.__qualname__ = getattr(body, "__name__", "claim")
    return test


async def the(store: Store, arn: Arn) -> Execution:
    """The execution, which must exist."""
    execution = await store.load(arn)
    assert execution is not None, arn
    return execution


class StoreContract:
    def opened(self) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    # ------------------------------------------------------------------ one execution

    @claim
    async def test_what_was_born_is_found_whole(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)

        execution = await the(store, birth.arn)
        summary = await store.summary(birth.arn)

        assert summary is not None
        assert (execution.origin, execution.head) == (birth.origin, birth.head) == (summary.origin, summary.head)
        assert tuple(execution.operations) == birth.operations
        assert tuple(await store.events(birth.arn, limit=10)) == birth.events

    @claim
    async def test_what_was_never_born_is_not_found(self, store: Store) -> None:
        nobody = an_origin().arn
        assert await store.load(nobody) is None
        assert await store.summary(nobody) is None
        assert list(await store.events(nobody, limit=10)) == []

    @claim
    async def test_a_changed_operation_keeps_its_place_and_shows_its_last_version(self, store: Store) -> None:
        birth = a_birth()
        first = a_step(birth.arn, birth.head)
        second = a_step(birth.arn, first.head)
        changed = replace(
            first.operations[0], status=Status.FAILED, error=ErrorObject(type="E", stack_trace=("a", "b"))
        )
        third = a_change(birth.arn, second.head, operations=(changed,))
        for delta in (birth, first, second, third):
            await store.commit(delta)

        execution = await the(store, birth.arn)

        assert tuple(execution.operations) == (*birth.operations, changed, *second.operations)
        assert execution.head == third.head

    @claim
    async def test_operations_come_in_start_order_however_they_were_named(self, store: Store) -> None:
        birth = a_birth()
        names = {2: "z", 3: "m", 4: "a", 11: "b"}
        born = [replace(birth.operations[0], seq=seq, id=OperationId(name)) for seq, name in names.items()]
        await store.commit(birth)
        await store.commit(a_change(birth.arn, birth.head, operations=tuple(reversed(born))))

        execution = await the(store, birth.arn)

        assert [operation.seq for operation in execution.operations] == [1, 2, 3, 4, 11]

    @claim
    async def test_a_caller_who_changes_what_it_loaded_changes_nothing_here(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        loaded = await the(store, birth.arn)
        loaded.operations.apply(a_step(birth.arn, birth.head).operations)

        assert tuple((await the(store, birth.arn)).operations) == birth.operations

    @claim
    async def test_any_text_survives(self, store: Store) -> None:
        hard = '"\\u0000 \n \x00 🦦 ß \u2028 \' -- %s"'
        birth = a_birth(an_origin(input=hard))
        step = a_step(birth.arn, birth.head, result=hard)
        await store.commit(birth)
        await store.commit(step)

        execution = await the(store, birth.arn)
        assert execution.origin.input == hard
        assert execution.operations.get(step.operations[0].id) == step.operations[0]

    # ------------------------------------------------------------------ refusals

    @claim
    async def test_a_stale_writer_changes_nothing(self, store: Store) -> None:
        birth = a_birth()
        first = a_step(birth.arn, birth.head)
        await store.commit(birth)
        await store.commit(first)
        late = replace(
            a_step(birth.arn, birth.head, result='"late"'),
            due_at=Millis(1),
            effects=(Invoke(arn=birth.arn, number=9),),
            performed=(birth.effects[0].id,),
        )

        with pytest.raises(StaleVersionError):
            await store.commit(late)

        execution = await the(store, birth.arn)
        assert execution.head == first.head
        assert execution.operations.get(first.operations[0].id) == first.operations[0]
        assert tuple(await store.events(birth.arn, limit=10)) == birth.events + first.events
        assert tuple(await store.effects(10)) == birth.effects
        assert await store.next_due() == first.due_at

    @claim
    async def test_a_change_of_an_execution_that_does_not_exist_is_stale(self, store: Store) -> None:
        with pytest.raises(StaleVersionError):
            await store.commit(a_step(an_origin().arn, Head(version=1)))
        assert await store.summary(an_origin().arn) is None

    @claim
    async def test_the_same_birth_twice_is_stale(self, store: Store) -> None:
        birth = a_birth(an_origin(unique_name="order-1"))
        await store.commit(birth)
        with pytest.raises(StaleVersionError):
            await store.commit(birth)
        assert tuple(await store.events(birth.arn, limit=10)) == birth.events

    @claim
    async def test_a_unique_name_belongs_to_the_first_who_claims_it(self, store: Store) -> None:
        first = a_birth(an_origin(1, unique_name="monday"))
        second = a_birth(an_origin(2, unique_name="monday"), due_at=NOW)
        await store.commit(first)

        with pytest.raises(NameTakenError) as taken:
            await store.commit(second)

        assert taken.value.arn == first.arn
        assert await store.summary(second.arn) is None
        assert tuple(await store.effects(10)) == first.effects
        assert await store.next_due() is None

    @claim
    async def test_a_unique_name_stays_taken_when_its_owner_has_ended(self, store: Store) -> None:
        first = a_birth(an_origin(1, unique_name="monday"))
        await store.commit(first)
        await store.commit(a_change(first.arn, first.head, head={"status": ExecutionStatus.SUCCEEDED}))
        with pytest.raises(NameTakenError):
            await store.commit(a_birth(an_origin(2, unique_name="monday")))

    @claim
    async def test_names_collide_only_within_a_function_and_only_where_they_are_claimed(self, store: Store) -> None:
        await store.commit(a_birth(an_origin(1, name="monday", unique_name="monday")))
        await store.commit(a_birth(an_origin(2, name="monday", unique_name="monday", function="invoices")))
        await store.commit(a_birth(an_origin(3, name="monday")))
        await store.commit(a_birth(an_origin(4, name="monday")))

    # ------------------------------------------------------------------ effects

    @claim
    async def test_effects_wait_in_order_until_a_delta_names_them_performed(self, store: Store) -> None:
        births = [a_birth(an_origin(number)) for number in (1, 2, 3)]
        for birth in births:
            await store.commit(birth)
        invokes = [birth.effects[0] for birth in births]
        assert list(await store.effects(10)) == invokes
        assert list(await store.effects(2)) == invokes[:2]

        again = Invoke(arn=births[1].arn, number=2)
        await store.commit(a_change(births[1].arn, births[1].head, performed=(invokes[1].id,), effects=(again,)))

        assert list(await store.effects(10)) == [invokes[0], invokes[2], again]

    @claim
    async def test_an_effect_comes_back_as_it_was_saved(self, store: Store) -> None:
        origin = an_origin()
        notice = NotifyParent(
            arn=origin.arn,
            parent=Parent(arn=an_origin(2).arn, operation_id=OperationId("call")),
            status=ExecutionStatus.FAILED,
            error=ErrorObject(type="ValueError", message="no"),
        )
        await store.commit(a_birth(origin, effects=(notice,)))
        assert list(await store.effects(10)) == [notice]

    @claim
    async def test_an_effect_that_waits_already_waits_once(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        await store.commit(a_change(birth.arn, birth.head, effects=birth.effects))
        assert tuple(await store.effects(10)) == birth.effects

    @claim
    async def test_an_effect_may_be_performed_by_a_delta_that_knows_of_nothing_else(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        same_version = replace(
            a_change(birth.arn, birth.head), head=birth.head, performed=("unknown", birth.effects[0].id)
        )
        await store.commit(same_version)
        assert list(await store.effects(10)) == []

    # ------------------------------------------------------------------ time and recovery

    @claim
    async def test_the_earliest_is_due_first_and_the_future_is_not_due(self, store: Store) -> None:
        moments = {1: 300, 2: 100, 3: None, 4: 200, 5: 100}
        births = {n: a_birth(an_origin(n), due_at=moment) for n, moment in moments.items()}
        for birth in births.values():
            await store.commit(birth)

        assert list(await store.due(Millis(200), 10)) == [births[n].arn for n in (2, 5, 4)]
        assert list(await store.due(Millis(300), 2)) == [births[n].arn for n in (2, 5)]
        assert list(await store.due(Millis(99), 10)) == []
        assert await store.next_due() == 100

    @claim
    async def test_each_delta_says_anew_when_it_is_due(self, store: Store) -> None:
        birth = a_birth(due_at=Millis(100))
        later = a_change(birth.arn, birth.head, due_at=Millis(200))
        never = a_change(birth.arn, later.head)
        assert await store.next_due() is None
        for delta, expected in ((birth, 100), (later, 200), (never, None)):
            await store.commit(delta)
            assert await store.next_due() == expected
            assert list(await store.due(Millis(199), 10)) == ([birth.arn] if expected == 100 else [])

    @claim
    async def test_only_an_invocation_that_may_be_running_is_live(self, store: Store) -> None:
        births = [a_birth(an_origin(number)) for number in (1, 2, 3)]
        for birth in births:
            await store.commit(birth)
            await store.commit(a_change(birth.arn, birth.head, head={"invocation": LIVE}))
        assert set(await store.live(10)) == {birth.arn for birth in births}
        assert len(await store.live(2)) == 2

        running = await the(store, births[0].arn)
        await store.commit(a_change(running.arn, running.head, head={"invocation": None}))
        assert set(await store.live(10)) == {birth.arn for birth in births[1:]}

    # ------------------------------------------------------------------ many at once

    @claim
    async def test_of_many_births_that_claim_one_name_one_wins(self, store: Store) -> None:
        births = [a_birth(an_origin(number, unique_name="only")) for number in range(20)]
        outcomes = await asyncio.gather(*(store.commit(birth) for birth in births), return_exceptions=True)
        winners = [birth.arn for birth, outcome in zip(births, outcomes, strict=True) if outcome is None]
        losers = [outcome.arn for outcome in outcomes if isinstance(outcome, NameTakenError)]
        assert len(winners) == 1
        assert losers == winners * 19

    @claim
    async def test_writers_of_one_execution_lose_races_but_no_change(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)

        async def add_one_step() -> int:
            races = 0
            while True:
                execution = await the(store, birth.arn)
                await asyncio.sleep(0)  # Lets the others load the same version.
                try:
                    await store.commit(a_step(birth.arn, execution.head))
                except StaleVersionError:
                    races += 1
                else:
                    return races

        races = await asyncio.gather(*(add_one_step() for _ in range(12)))

        execution = await the(store, birth.arn)
        assert sum(races) > 0
        assert (execution.head.version, len(execution.operations)) == (13, 13)
        assert [event.event_id for event in await store.events(birth.arn, limit=100)] == list(range(1, 26))

    @claim
    async def test_readers_never_see_half_a_change(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        written = asyncio.Event()

        async def write() -> None:
            head = birth.head
            for _ in range(60):
                step = a_step(birth.arn, head)
                await store.commit(step)
                head = step.head
            written.set()

        async def read() -> None:
            while not written.is_set():
                execution = await the(store, birth.arn)
                assert len(execution.operations) == execution.head.operations == execution.head.version
                await asyncio.sleep(0)

        await asyncio.gather(write(), read(), read())
