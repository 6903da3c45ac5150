"""What every store promises of forgetting: executions that are removed, and effects that are dropped."""

from contextlib import AbstractAsyncContextManager

import pytest

from everstep.core.machine.delta import Invoke
from everstep.core.machine.state import Head
from everstep.core.model import Millis
from everstep.service.ports import ListQuery, StaleVersionError, Store
from tests.service.stores.claims import claim, the
from tests.service.stores.deltas import LIVE, a_birth, a_change, a_step, an_origin


class OblivionContract:
    def opened(self) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    @claim
    async def test_nothing_remains_of_a_forgotten_execution_and_everything_of_the_others(self, store: Store) -> None:
        births = [a_birth(an_origin(number), due_at=Millis(number), effects=()) for number in (1, 2, 3)]
        steps = [a_step(birth.arn, birth.head) for birth in births]
        for delta in (*births, *steps):
            await store.commit(delta)
        gone, kept = births[1].arn, [births[0].arn, births[2].arn]

        await store.forget(gone, steps[1].head.version)

        assert (await store.load(gone), await store.summary(gone)) == (None, None)
        assert list(await store.events(gone, limit=10)) == []
        for order in (True, False):
            listed = [item.origin.arn for item in (await store.list(ListQuery(oldest_first=order))).items]
            assert sorted(listed) == kept
        assert list(await store.due(Millis(2**62), 10)) == kept
        assert [len((await the(store, arn)).operations) for arn in kept] == [2, 2]
        assert [len(await store.events(arn, limit=10)) for arn in kept] == [3, 3]

    @claim
    async def test_one_that_was_changed_meanwhile_is_not_forgotten(self, store: Store) -> None:
        birth = a_birth()
        step = a_step(birth.arn, birth.head)
        await store.commit(birth)
        await store.commit(step)
        for version in (birth.head.version, step.head.version + 1):
            with pytest.raises(StaleVersionError):
                await store.forget(birth.arn, version)
        assert (await the(store, birth.arn)).head == step.head
        assert len(await store.events(birth.arn, limit=10)) == 3

    @claim
    async def test_what_was_never_born_or_is_gone_cannot_be_forgotten(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        await store.forget(birth.arn, birth.head.version)
        for arn in (birth.arn, an_origin(2).arn):
            with pytest.raises(StaleVersionError):
                await store.forget(arn, birth.head.version)

    @claim
    async def test_a_change_of_a_forgotten_execution_is_stale(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        await store.forget(birth.arn, birth.head.version)
        with pytest.raises(StaleVersionError):
            await store.commit(a_step(birth.arn, birth.head))
        assert await store.summary(birth.arn) is None

    @claim
    async def test_the_name_of_a_forgotten_execution_is_free_again(self, store: Store) -> None:
        first = a_birth(an_origin(1, unique_name="monday"))
        other = a_birth(an_origin(2, unique_name="tuesday"))
        await store.commit(first)
        await store.commit(other)
        await store.forget(first.arn, first.head.version)

        second = a_birth(an_origin(3, unique_name="monday"))
        await store.commit(second)

        listed = [item.origin.unique_name for item in (await store.list(ListQuery(oldest_first=True))).items]
        assert listed == ["tuesday", "monday"]

    @claim
    async def test_births_after_a_removal_have_places_of_their_own(self, store: Store) -> None:
        same = [an_origin(number, started_at=Millis(7)) for number in range(1, 6)]
        for origin in same[:3]:
            await store.commit(a_birth(origin))
        await store.forget(same[0].arn, 1)
        for origin in same[3:]:
            await store.commit(a_birth(origin))

        found: list[str] = []
        marker: str | None = None
        while True:
            page = await store.list(ListQuery(oldest_first=True, limit=1, after=marker))
            found += [item.origin.execution_id for item in page.items]
            marker = page.next
            if marker is None:
                break
        assert found == ["id-2", "id-3", "id-4", "id-5"]

    @claim
    async def test_a_forgotten_execution_is_not_live(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        await store.commit(a_change(birth.arn, birth.head, head={"invocation": LIVE}))
        await store.forget(birth.arn, 2)
        assert list(await store.live(10)) == []

    @claim
    async def test_effects_outlive_their_execution_until_they_are_dropped(self, store: Store) -> None:
        births = [a_birth(an_origin(number)) for number in (1, 2)]
        for birth in births:
            await store.commit(birth)
        await store.forget(births[0].arn, 1)
        assert list(await store.effects(10)) == [births[0].effects[0], births[1].effects[0]]

        await store.drop(births[0].effects[0].id)
        await store.drop(Invoke(arn=births[0].arn, number=99).id)

        assert tuple(await store.effects(10)) == births[1].effects

    @claim
    async def test_a_number_that_is_used_again_brings_nothing_back(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        await store.commit(a_step(birth.arn, Head(version=1, events=1, operations=1)))
        await store.forget(birth.arn, 2)
        await store.commit(birth)
        assert tuple((await the(store, birth.arn)).operations) == birth.operations
        assert tuple(await store.events(birth.arn, limit=10)) == birth.events
