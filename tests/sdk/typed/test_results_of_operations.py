"""Results of operations come back as the type that their function's annotation names, on every run."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from everstep import AsyncDurableContext, DurableContext, StepContext, durable_execution, durable_step
from everstep.core.messages import InvocationStatus
from everstep.testing import DurableFunctionTestRunner


@dataclass(frozen=True)
class Order:
    number: int
    price: Decimal
    at: datetime


ORDER = Order(7, Decimal("1.50"), datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose: it must stay so


@durable_step
def place(step: StepContext) -> Order:
    return ORDER


def sloppy(step: StepContext) -> str:
    return {"not": "a str"}  # type: ignore[return-value]  # what authors write, and no reason to lose a side effect


def test_first_run_and_replay_see_the_same_types_in_steps_maps_and_contexts() -> None:
    seen: list[Any] = []

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        def item(room: DurableContext, number: int, index: int, items: object) -> Order:
            return room.step(place())

        def inner(room: DurableContext) -> tuple[int, Order]:
            return 1, room.step(place())

        results = context.map([1, 2], item).get_results()
        seen.append((context.step(place()), results, context.run_in_child_context(inner), context.step(sloppy)))
        context.wait(5)

    result = DurableFunctionTestRunner(handler).run()
    assert result.status is InvocationStatus.SUCCEEDED, result.error
    assert seen == [(ORDER, [ORDER, ORDER], (1, ORDER), {"not": "a str"})] * 2


def test_branches_of_different_types_each_come_back_as_their_own() -> None:
    seen: list[Any] = []

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> None:
        async def order(room: AsyncDurableContext) -> Order:
            return await room.step(place())

        async def when(room: AsyncDurableContext) -> datetime:
            return ORDER.at

        async def plain(room: AsyncDurableContext):  # type: ignore[no-untyped-def]
            return {"a": 1}

        seen.append((await context.parallel([order, when, plain])).get_results())
        await context.wait(5)

    result = DurableFunctionTestRunner(handler).run()
    assert result.status is InvocationStatus.SUCCEEDED, result.error
    assert seen == [[ORDER, ORDER.at, {"a": 1}]] * 2


def test_an_annotated_result_is_plain_json_that_other_languages_read() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.step(place())

    (step,) = DurableFunctionTestRunner(handler).run().operations
    assert step.result == '{"number":7,"price":"1.50","at":"2026-01-01T00:00:00"}'
