"""What every store promises of its lists: filters, both orders, and pages that hold still while the world goes on."""

from contextlib import AbstractAsyncContextManager

import pytest

from everstep.core.model import ExecutionStatus, Millis
from everstep.core.refusal import Code, Refused
from everstep.service.ports import ListQuery, Store
from tests.service.stores.claims import claim
from tests.service.stores.deltas import NOW, a_birth, a_change, a_step, an_origin


async def names(store: Store, query: ListQuery) -> list[str]:
    return [summary.origin.name for summary in (await store.list(query)).items]


class ListContract:
    def opened(self) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    # ------------------------------------------------------------------ events

    @claim
    async def test_events_are_paged_in_both_orders(self, store: Store) -> None:
        birth = a_birth()
        await store.commit(birth)
        head = birth.head
        for _ in range(4):
            step = a_step(birth.arn, head)
            await store.commit(step)
            head = step.head

        async def ids(limit: int, after: int | None, newest_first: bool) -> list[int]:
            found = await store.events(birth.arn, limit=limit, after=after, newest_first=newest_first)
            return [event.event_id for event in found]

        assert await ids(100, None, False) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
        assert await ids(4, None, False) == [1, 2, 3, 4]
        assert await ids(4, 4, False) == [5, 6, 7, 8]
        assert await ids(4, 8, False) == [9]
        assert await ids(4, 9, False) == []
        assert await ids(100, None, True) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
        assert await ids(4, None, True) == [9, 8, 7, 6]
        assert await ids(4, 6, True) == [5, 4, 3, 2]
        assert await ids(4, 2, True) == [1]
        assert await ids(4, 1, True) == []

    @claim
    async def test_events_of_two_executions_do_not_mix(self, store: Store) -> None:
        births = [a_birth(an_origin(number)) for number in (1, 2)]
        for birth in births:
            await store.commit(birth)
        for birth in births:
            assert tuple(await store.events(birth.arn, limit=10)) == birth.events

    # ------------------------------------------------------------------ executions

    @claim
    async def test_each_filter_keeps_what_it_names_and_all_of_them_together(self, store: Store) -> None:
        done = ExecutionStatus.SUCCEEDED
        for number, function, version, name in (
            (1, "orders", "1", "a"),
            (2, "orders", "2", "b"),
            (3, "invoices", "1", "a"),
            (4, "orders", "1", "a"),
            (5, "orders", "1", "c"),
        ):
            birth = a_birth(an_origin(number, function=function, version=version, name=name))
            await store.commit(birth)
            if number in (1, 3):
                await store.commit(a_change(birth.arn, birth.head, head={"status": done}))

        async def numbers(**filters: object) -> list[int]:
            page = await store.list(ListQuery(**filters, oldest_first=True))  # type: ignore[arg-type]
            return [summary.origin.started_at - NOW for summary in page.items]

        assert await numbers() == [1, 2, 3, 4, 5]
        assert await numbers(function="orders") == [1, 2, 4, 5]
        assert await numbers(version="2") == [2]
        assert await numbers(name="a") == [1, 3, 4]
        assert await numbers(statuses=frozenset({done})) == [1, 3]
        assert await numbers(statuses=frozenset(ExecutionStatus)) == [1, 2, 3, 4, 5]
        assert await numbers(statuses=frozenset({ExecutionStatus.STOPPED})) == []
        assert await numbers(started_after=Millis(NOW + 2)) == [3, 4, 5]
        assert await numbers(started_before=Millis(NOW + 2)) == [1]
        assert await numbers(function="orders", version="1", name="a", statuses=frozenset({done})) == [1]
        assert await numbers(function="orders", started_after=Millis(NOW + 1), started_before=Millis(NOW + 5)) == [2, 4]

    @claim
    async def test_the_newest_come_first_unless_asked_otherwise(self, store: Store) -> None:
        for number in (2, 3, 1):
            await store.commit(a_birth(an_origin(number)))
        assert await names(store, ListQuery()) == ["order-3", "order-2", "order-1"]
        assert await names(store, ListQuery(oldest_first=True)) == ["order-1", "order-2", "order-3"]

    @pytest.mark.parametrize("oldest_first", [False, True])
    @pytest.mark.parametrize("limit", [1, 2, 7, 8])
    def test_pages_show_every_line_once_though_many_started_together(self, limit: int, oldest_first: bool) -> None:
        @claim
        async def run(_: ListContract, store: Store) -> None:
            for number in range(7):
                await store.commit(a_birth(an_origin(number, started_at=Millis(NOW + number // 3))))
            shown: list[str] = []
            after = None
            while True:
                page = await store.list(ListQuery(limit=limit, after=after, oldest_first=oldest_first))
                shown += [summary.origin.name for summary in page.items]
                after = page.next
                if after is None:
                    break
                assert len(page.items) == limit

            expected = [f"order-{number}" for number in range(7)]
            assert shown == (expected if oldest_first else expected[::-1])

        run(self)

    @claim
    async def test_the_last_full_page_does_not_promise_another(self, store: Store) -> None:
        for number in range(4):
            await store.commit(a_birth(an_origin(number)))
        first = await store.list(ListQuery(limit=2))
        second = await store.list(ListQuery(limit=2, after=first.next))
        assert first.next is not None
        assert (len(second.items), second.next) == (2, None)
        assert (await store.list(ListQuery(function="nobody"))).next is None

    @pytest.mark.parametrize("oldest_first", [False, True])
    def test_births_in_between_neither_repeat_nor_hide_a_line(self, oldest_first: bool) -> None:
        @claim
        async def run(_: ListContract, store: Store) -> None:
            for number in (10, 20, 30, 40):
                await store.commit(a_birth(an_origin(number)))
            first = await store.list(ListQuery(limit=2, oldest_first=oldest_first))
            for number in (5, 50):
                await store.commit(a_birth(an_origin(number)))
            rest = await store.list(ListQuery(after=first.next, oldest_first=oldest_first))

            shown = [summary.origin.started_at - NOW for summary in (*first.items, *rest.items)]
            assert shown == ([10, 20, 30, 40, 50] if oldest_first else [40, 30, 20, 10, 5])

        run(self)

    @claim
    async def test_a_list_shows_the_newest_version_of_each_execution(self, store: Store) -> None:
        birth = a_birth()
        ended = a_change(birth.arn, birth.head, head={"status": ExecutionStatus.FAILED, "ended_at": NOW})
        await store.commit(birth)
        await store.commit(ended)
        (line,) = (await store.list(ListQuery())).items
        assert (line.origin, line.head) == (birth.origin, ended.head)

    @claim
    async def test_a_marker_that_no_page_ended_with_is_refused(self, store: Store) -> None:
        for marker in ("", "x", "1", "1.", "1.2.3", "-1.2", "1" * 40 + ".1", "١.١", "1.2\n"):
            with pytest.raises(Refused) as refused:
                await store.list(ListQuery(after=marker))
            assert refused.value.code is Code.INVALID_PARAMETER

    @claim
    async def test_a_marker_is_safe_in_a_url(self, store: Store) -> None:
        for number in (1, 2):
            await store.commit(a_birth(an_origin(number)))
        marker = (await store.list(ListQuery(limit=1))).next
        assert marker is not None
        assert marker.replace("-", "").replace("_", "").replace(".", "").isalnum()
