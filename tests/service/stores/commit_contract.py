"""What every store promises of a commit: all of it or nothing, whoever else writes and reads meanwhile."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from everstep.core.machine.delta import Invoke
from everstep.core.machine.state import Head
from everstep.core.model import ErrorObject, ExecutionStatus, Millis, OperationId, Status
from everstep.service.ports import NameTakenError, StaleVersionError, Store
from tests.service.stores.claims import claim, the
from tests.service.stores.deltas import NOW, a_birth, a_change, a_step, an_origin


class CommitContract:
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
