"""What every store promises of the work that is still to do: effects, timers, invocations."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from everstep.core.machine.delta import Invoke, NotifyParent
from everstep.core.machine.state import Parent
from everstep.core.model import ErrorObject, ExecutionStatus, Millis, OperationId
from everstep.service.ports import Store
from tests.service.stores.claims import claim, the
from tests.service.stores.deltas import LIVE, a_birth, a_change, an_origin


class WorkContract:
    def opened(self) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

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
