"""What every store promises to people who look for executions."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, cast

import pytest

from everstep.core.machine.delta import Delta
from everstep.core.machine.state import Parent, Source
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Kind, Millis, Operation, OperationId, Status
from everstep.core.refusal import Refused
from everstep.core.wire.attributes import SUB_TYPE
from everstep.service.catalogue import Bucket, Catalogue, Line, Said, Search
from everstep.service.ports import Store
from tests.service.stores.claims import claim
from tests.service.stores.deltas import NOW, a_birth, a_change, an_origin

FAILED, RUNNING = ExecutionStatus.FAILED, ExecutionStatus.RUNNING


def catalogue(store: Store) -> Catalogue:
    return cast(Catalogue, store)


async def found(store: Store, *, oldest_first: bool = False, **members: Any) -> list[str]:
    page = await catalogue(store).search(Search(**members), limit=100, after=None, oldest_first=oldest_first)
    return [line.name for line in page.lines]


async def the_line(store: Store, arn: Arn) -> Line:
    (line,) = await catalogue(store).lines([arn])
    return line


async def born(store: Store, number: int = 1, **changes: Any) -> Delta:
    birth = a_birth(an_origin(number, **changes))
    await store.commit(birth)
    return birth


async def changed(store: Store, before: Delta, **changes: Any) -> Delta:
    change = a_change(before.arn, before.head, **changes)
    await store.commit(change)
    return change


async def failed(store: Store, birth: Delta, message: str = "no funds") -> Delta:
    error = ErrorObject(type="CardDeclined", message=message)
    return await changed(store, birth, head={"status": FAILED, "ended_at": Millis(NOW + 9), "error": error})


def a_wait(seq: int, due_at: int | None, status: Status = Status.STARTED) -> Operation:
    due = Millis(due_at) if due_at is not None else None
    id_ = OperationId(f"w{seq}")
    return Operation(id=id_, kind=Kind.WAIT, status=status, started_at=NOW, seq=seq, due_at=due)


def attributes(payload: str, seq: int = 2) -> Operation:
    return Operation(
        id=OperationId(f"a{seq}"),
        kind=Kind.STEP,
        status=Status.SUCCEEDED,
        started_at=NOW,
        seq=seq,
        sub_type=SUB_TYPE,
        result=payload,
        attempt=1,
    )


class CatalogueContract:
    def opened(self) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    # ------------------------------------------------------------------ finding

    @claim
    async def test_each_condition_finds_what_it_names_and_all_of_them_together(self, store: Store) -> None:
        first = await born(store, 1, name="Order-one", function="orders", version="7")
        await born(store, 2, name="order-two", function="orders")
        await born(
            store, 3, name="refund_3", function="refunds", parent=Parent(arn=first.arn, operation_id=OperationId("x"))
        )
        await failed(store, first)
        assert await found(store) == ["refund_3", "order-two", "Order-one"]
        assert await found(store, oldest_first=True) == ["Order-one", "order-two", "refund_3"]
        assert await found(store, function="refunds") == ["refund_3"]
        assert await found(store, version="7") == ["Order-one"]
        assert await found(store, name="ORDER") == ["order-two", "Order-one"]
        assert await found(store, name="d_3") == ["refund_3"]
        assert await found(store, name="r_t") == [], "an underscore stands for itself"
        assert await found(store, statuses=frozenset({FAILED})) == ["Order-one"]
        assert await found(store, statuses=frozenset({FAILED, RUNNING})) == ["refund_3", "order-two", "Order-one"]
        assert await found(store, started_after=Millis(NOW + 1), started_before=Millis(NOW + 3)) == ["order-two"]
        assert await found(store, parent=first.arn) == ["refund_3"]
        assert await found(store, function="orders", statuses=frozenset({RUNNING}), name="o") == ["order-two"]

    @claim
    async def test_errors_are_searched_by_type_and_message_whatever_the_case(self, store: Store) -> None:
        birth = await born(store)
        await born(store, 2)
        await failed(store, birth, "No Funds of 100% left" + "x" * 1000)
        assert await found(store, error="no funds") == await found(store, error="declined") == ["order-1"]
        assert await found(store, error="100%") == ["order-1"]
        assert await found(store, error="funds%left") == []
        error = (await the_line(store, birth.arn)).error
        assert error is not None
        assert len(error.message or "") == 500

    @claim
    async def test_pages_hold_still_while_others_are_born(self, store: Store) -> None:
        for number in range(1, 6):
            await born(store, number)
        page = await catalogue(store).search(Search(), limit=2, after=None, oldest_first=False)
        await born(store, 6)
        names = [line.name for line in page.lines]
        while page.next is not None:
            page = await catalogue(store).search(Search(), limit=2, after=page.next, oldest_first=False)
            names += [line.name for line in page.lines]
        assert names == ["order-5", "order-4", "order-3", "order-2", "order-1"]
        with pytest.raises(Refused):
            await catalogue(store).search(Search(), limit=2, after="nowhere", oldest_first=False)

    @claim
    async def test_a_line_tells_where_an_execution_stands(self, store: Store) -> None:
        source = Source(arn=Arn("elsewhere"), operation_id=OperationId("x"), copied=2)
        birth = await born(store, source=source)
        head = {"operations": 3, "invocations": 2, "invoke_at": Millis(NOW + 70)}
        waits = (a_wait(2, None), a_wait(3, NOW + 60))
        change = await changed(store, birth, head=head, operations=waits)
        line = await the_line(store, birth.arn)
        assert (line.operations, line.invocations, line.retry_at) == (3, 2, NOW + 70)
        assert (line.waits, line.first_waits, line.source) == (2, (waits[1], waits[0]), source)
        assert await found(store, source=Arn("elsewhere")) == ["order-1"]
        over = replace(waits[1], status=Status.SUCCEEDED, due_at=None)
        change = await changed(store, change, operations=(over,))
        assert (await the_line(store, birth.arn)).first_waits == (waits[0],)
        await failed(store, change)
        line = await the_line(store, birth.arn)
        assert (line.status, line.ended_at, line.waits, line.operations) == (FAILED, NOW + 9, 0, 3)

    @claim
    async def test_a_step_waits_from_its_failure_to_its_next_attempt(self, store: Store) -> None:
        birth = await born(store)
        step = Operation(
            id=OperationId("s"), kind=Kind.STEP, status=Status.PENDING, started_at=NOW, seq=2, attempt=1, due_at=NOW
        )
        change = await changed(store, birth, operations=(step,))
        assert (await the_line(store, birth.arn)).first_waits == (step,)
        change = await changed(store, change, operations=(replace(step, status=Status.STARTED, due_at=None),))
        assert (await the_line(store, birth.arn)).waits == 0
        change = await changed(store, change, operations=(replace(step, attempt=2),))
        await changed(store, change, operations=(replace(step, status=Status.SUCCEEDED, attempt=3, due_at=None),))
        assert (await the_line(store, birth.arn)).waits == 0

    @claim
    async def test_attributes_are_found_by_key_and_by_value(self, store: Store) -> None:
        first, second = await born(store, 1), await born(store, 2)
        change = await changed(store, first, operations=(attributes('{"customer":"ada","total":12.5}'),))
        await changed(store, second, operations=(attributes('{"customer":"bob","total":12.5}'),))
        assert (await the_line(store, first.arn)).attributes == {"customer": '"ada"', "total": "12.5"}
        assert await found(store, attributes=(("customer", '"ada"'),)) == ["order-1"]
        assert await found(store, attributes=(("total", "12.5"), ("customer", None))) == ["order-2", "order-1"]
        await changed(store, change, operations=(attributes('{"customer":null,"total":13}', 3),))
        assert await found(store, attributes=(("customer", None),)) == ["order-2"]
        assert (await the_line(store, first.arn)).attributes == {"total": "13"}

    # ------------------------------------------------------------------ counting

    @claim
    async def test_executions_are_counted_by_status_time_and_function(self, store: Store) -> None:
        assert await catalogue(store).span(Search()) is None
        births = [await born(store, number, function="orders") for number in (1, 2, 11)]
        await failed(store, births[0])
        assert dict(await catalogue(store).counts(Search())) == {RUNNING: 2, FAILED: 1}
        assert await catalogue(store).span(Search()) == (NOW + 1, NOW + 11)
        assert await catalogue(store).histogram(Search(), start=NOW, width_ms=10, buckets=2) == [
            Bucket(number=0, status=FAILED, count=1),
            Bucket(number=0, status=RUNNING, count=1),
            Bucket(number=1, status=RUNNING, count=1),
        ]
        assert await catalogue(store).histogram(Search(), start=NOW, width_ms=10, buckets=1) != []
        counted = {each.status: (each.function, each.count) for each in await catalogue(store).by_function()}
        assert counted == {RUNNING: ("orders", 2), FAILED: ("orders", 1)}

    # ------------------------------------------------------------------ what was said

    @claim
    async def test_what_was_said_is_kept_in_order_and_only_the_last_of_it(self, store: Store) -> None:
        birth = await born(store)
        said = [Said(at=NOW, message=f"line {number}", operation_id=f"o{number % 2}") for number in range(1, 7)]
        assert await catalogue(store).say(birth.arn, said[:2], keep=4) == 2
        assert await catalogue(store).say(birth.arn, said[2:], keep=4) == 6
        page = await catalogue(store).said(birth.arn, limit=3)
        assert ([number for number, _ in page.said], page.dropped) == ([3, 4, 5], 2)
        assert page.said[0][1] == said[2]
        rest = await catalogue(store).said(birth.arn, limit=3, after=5)
        assert [each for _, each in rest.said] == [said[5]]
        about = await catalogue(store).said(birth.arn, limit=9, operation_id="o1")
        assert [number for number, _ in about.said] == [3, 5]

    @claim
    async def test_nobody_says_anything_about_an_execution_that_does_not_exist(self, store: Store) -> None:
        assert await catalogue(store).say(Arn("nobody"), [Said(at=NOW, message="x")], keep=9) == 0
        assert (await catalogue(store).said(Arn("nobody"), limit=9)).said == ()

    # ------------------------------------------------------------------ forgetting

    @claim
    async def test_what_is_forgotten_is_in_no_list(self, store: Store) -> None:
        birth = await born(store)
        change = await changed(store, birth, operations=(attributes('{"a":1}'), a_wait(3, NOW)))
        await catalogue(store).say(birth.arn, [Said(at=NOW, message="x")], keep=9)
        await store.forget(birth.arn, change.head.version)
        assert await found(store) == await found(store, attributes=(("a", None),)) == []
        assert await catalogue(store).lines([birth.arn]) == []
        assert dict(await catalogue(store).counts(Search())) == {}
        assert (await catalogue(store).said(birth.arn, limit=9)).said == ()
