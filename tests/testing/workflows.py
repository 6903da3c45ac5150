"""Ten workflows with a mistake each, and two without one: what the test tools must tell apart.

Each is made anew for every test, with a ledger of its own.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from everstep import (
    AsyncDurableContext,
    DurableContext,
    DurableFunction,
    RetryPresets,
    StepConfig,
    StepContext,
    StepSemantics,
    durable_execution,
)
from everstep.testing import Ledger

ONCE = StepConfig(retry_strategy=RetryPresets.none())
AT_MOST_ONCE = StepConfig(step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY)


@dataclass(frozen=True, slots=True)
class Case:
    """A workflow and what it does to the world."""

    handler: DurableFunction[Any]
    ledger: Ledger


def sound() -> Case:
    """Keys for every effect, a retry, a callback, a wait, a map: nothing to complain of."""
    ledger = Ledger()

    def charge(step: StepContext) -> str:
        ledger.record("charge", key="order-17")
        if step.attempt == 1:
            raise ConnectionError("again")
        return "receipt"

    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        receipt = context.step(charge, "charge")
        answer = context.wait_for_callback(lambda id_, _: ledger.record("mail", key=id_), "approval")
        context.wait(86_400, "a day")
        sizes = context.map([1, 2], lambda inner, item, index, items: inner.step(lambda step: item * 10, "ten"), "all")
        return [receipt, answer, sizes.get_results()]

    return Case(handler, ledger)


def sound_async() -> Case:
    """The same for `async def`: two branches side by side."""
    ledger = Ledger()

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> Any:
        async def ship(step: StepContext) -> str:
            ledger.record("ship", key="parcel")
            await asyncio.sleep(0)
            return "shipped"

        async def nap() -> int:
            await context.wait(60, "nap")
            return await context.step(lambda step: 7, "seven")

        return await asyncio.gather(context.step(ship, "ship"), nap())

    return Case(handler, ledger)


# --------------------------------------------------------------------------- the mistakes
def another_order_each_time() -> Case:
    flips = itertools.count()

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        names = ["a", "b"] if next(flips) % 2 else ["b", "a"]
        for name in names:
            context.step(lambda step: None, name)

    return Case(handler, Ledger())


def time_outside_a_step() -> Case:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> float:
        began = time.perf_counter()
        context.wait(60)
        return began

    return Case(handler, Ledger())


def effect_outside_a_step() -> Case:
    ledger = Ledger()

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        ledger.record("mail")
        context.step(lambda step: None, "work")

    return Case(handler, ledger)


class Thing:
    """Hashed by something else each time, as texts are by the process and most objects by their address."""

    def __init__(self, name: str, hashed: int) -> None:
        self.name = name
        self._hash = hashed

    def __hash__(self) -> int:
        return self._hash


def order_of_a_set() -> Case:
    hashes = itertools.count(step=5)

    @durable_execution
    def handler(event: Any, context: DurableContext) -> str:
        context.wait(1)
        return "".join(thing.name for thing in {Thing(name, next(hashes)) for name in "abc"})

    return Case(handler, Ledger())


def changed_capture() -> Case:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> int:
        total = 0

        def add(step: StepContext) -> None:
            nonlocal total
            total += 10

        context.step(add, "add")
        context.step(lambda step: None, "more")
        return total

    return Case(handler, Ledger())


def missing_await() -> Case:
    ledger = Ledger()

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        async def mail(step: StepContext) -> None:
            await asyncio.sleep(1)
            ledger.record("mail", key="mail")

        await context.step(lambda step: None, "work")
        context.step(mail, "mail")
        return "done"

    return Case(handler, ledger)


def at_most_once_with_retries() -> Case:
    ledger = Ledger()

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.step(lambda step: ledger.record("charge"), "charge", AT_MOST_ONCE)

    return Case(handler, ledger)


def swallowed_suspension() -> Case:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> str:
        try:
            context.wait(60)
        except BaseException:
            return "could not wait"
        return "waited"

    return Case(handler, Ledger())


def effect_repeated_by_retries() -> Case:
    ledger = Ledger()

    def charge_and_print(step: StepContext) -> None:
        ledger.record("charge")
        if step.attempt == 1:
            raise ConnectionError("the printer is offline")

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.step(charge_and_print, "charge")

    return Case(handler, ledger)


def effect_repeated_by_a_crash() -> Case:
    ledger = Ledger()

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.step(lambda step: ledger.record("charge"), "charge", ONCE)

    return Case(handler, ledger)


# --------------------------------------------------------------------------- a change
def before_the_change() -> Case:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.step(lambda step: None, "reserve")
        context.wait(60, "packing")
        context.step(lambda step: None, "ship")

    return Case(handler, Ledger())


def changed_code() -> Case:
    """Sound, but not for executions that began before there was an insurance."""

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.step(lambda step: None, "reserve")
        context.step(lambda step: None, "insure")
        context.wait(60, "packing")
        context.step(lambda step: None, "ship")

    return Case(handler, Ledger())


MISTAKES: dict[Callable[[], Case], str] = {
    another_order_each_time: "does not match its history|differs",
    time_outside_a_step: "its result was .* and today's code makes",
    effect_outside_a_step: "'mail' happens outside a step",
    order_of_a_set: "its result was .* and today's code makes",
    changed_capture: "its result was 10, and today's code makes 0",
    missing_await: "step 'mail' was begun and never awaited",
    at_most_once_with_retries: "'charge' of step 'charge' happens 2 times",
    swallowed_suspension: "catches the end of its invocation",
    effect_repeated_by_retries: "'charge' of step 'charge' happens again with each retry",
    effect_repeated_by_a_crash: "'charge' of step 'charge' happens 2 times",
}
"""The mistakes that `crash_everywhere` finds, each with what it says."""
