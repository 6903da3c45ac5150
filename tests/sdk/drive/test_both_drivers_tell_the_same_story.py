"""The same workflow, once written `def` and once `async def`: the same updates, the same history, the same end."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from everstep import (
    AsyncDurableContext,
    DurableContext,
    DurableFunction,
    RetryPresets,
    StepConfig,
    StepContext,
    StepError,
    StepSemantics,
    durable_execution,
)
from everstep.core.events import Event, EventType
from everstep.core.messages import InvocationOutput, InvocationStatus
from everstep.core.model import Update
from everstep.testing import DurableFunctionTestResult, DurableFunctionTestRunner
from tests.sdk.drive.fake_service import FakeService

RETRY = StepConfig(retry_strategy=RetryPresets.fixed(30))
GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
ONCE = StepConfig(
    step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY, retry_strategy=RetryPresets.fixed(2), sub_type="Payment"
)


@dataclass(slots=True)
class World:
    """What the workflow meets outside. Each telling has its own."""

    log: list[str] = field(default_factory=list)

    def reserve(self, step: StepContext) -> dict[str, Any]:
        self.log.append(f"reserve {step.attempt}")
        return {"seats": (1, 2)}

    def charge(self, step: StepContext) -> str:
        self.log.append(f"charge {step.attempt}")
        if step.attempt < 3:
            raise ConnectionError("the bank is closed")
        return "receipt"

    def pay_once(self, step: StepContext) -> str:
        self.log.append(f"pay {step.attempt}")
        if step.attempt == 1:
            raise SystemExit(137)
        return "paid"

    def decline(self, step: StepContext) -> None:
        self.log.append("decline")
        raise ValueError("no funds")

    async def notify(self, step: StepContext) -> None:
        self.log.append("notify")

    def explode(self, step: StepContext) -> None:
        raise RuntimeError("the end")


Teller = Callable[[World], DurableFunction[Any]]


# --------------------------------------------------------------------------- the tellings
def order_def(world: World) -> DurableFunction[Any]:
    @durable_execution
    def order(event: Any, context: DurableContext) -> Any:
        seats = context.step(world.reserve, "reserve")
        receipt = context.step(world.charge, "charge", RETRY)
        context.wait(3600, "cooling off")
        try:
            context.step(world.decline, "bonus", GIVE_UP)
        except StepError as error:
            context.step(world.notify, f"sorry: {error.error_type}")
        return [seats, receipt, event]

    return order


def order_async(world: World) -> DurableFunction[Any]:
    @durable_execution
    async def order(event: Any, context: AsyncDurableContext) -> Any:
        seats = await context.step(world.reserve, "reserve")
        receipt = await context.step(world.charge, "charge", RETRY)
        await context.wait(3600, "cooling off")
        try:
            await context.step(world.decline, "bonus", GIVE_UP)
        except StepError as error:
            await context.step(world.notify, f"sorry: {error.error_type}")
        return [seats, receipt, event]

    return order


def failure_def(world: World) -> DurableFunction[Any]:
    @durable_execution
    def failure(event: Any, context: DurableContext) -> Any:
        context.step(world.notify, "notify")
        context.wait(5)
        context.step(world.explode, "explode", GIVE_UP)

    return failure


def failure_async(world: World) -> DurableFunction[Any]:
    @durable_execution
    async def failure(event: Any, context: AsyncDurableContext) -> Any:
        await context.step(world.notify, "notify")
        await context.wait(5)
        await context.step(world.explode, "explode", GIVE_UP)

    return failure


def payment_def(world: World) -> DurableFunction[Any]:
    @durable_execution
    def payment(event: Any, context: DurableContext) -> Any:
        return context.step(world.pay_once, "pay", ONCE)

    return payment


def payment_async(world: World) -> DurableFunction[Any]:
    @durable_execution
    async def payment(event: Any, context: AsyncDurableContext) -> Any:
        return await context.step(world.pay_once, "pay", ONCE)

    return payment


PAIRS = {
    "order": (order_def, order_async),
    "failure": (failure_def, failure_async),
    "payment": (payment_def, payment_async),
}
pairs = pytest.mark.parametrize(("blocking", "awaiting"), PAIRS.values(), ids=PAIRS)


# --------------------------------------------------------------------------- listening
@dataclass(frozen=True, slots=True)
class Heard:
    log: list[str]
    updates: list[Update]
    output: InvocationOutput


def listen(teller: Teller, *, is_local: bool) -> Heard:
    """Tell it to a service that writes down every update; a crash of the function is followed by another try."""
    world = World()
    function, service = teller(world), FakeService({"order": 17}, is_local=is_local)
    try:
        output = service.run(function)
    except SystemExit:
        output = service.run(function)
    return Heard(world.log, service.updates, without_stack(output))


def without_stack(output: InvocationOutput) -> InvocationOutput:
    """The author's frames name the handler, which is another function in each telling."""
    return replace(output, error=output.error and replace(output.error, stack_trace=None))


@pairs
@pytest.mark.parametrize("is_local", [True, False], ids=["local", "remote"])
def test_the_saved_updates_are_the_same(blocking: Teller, awaiting: Teller, is_local: bool) -> None:
    one, other = listen(blocking, is_local=is_local), listen(awaiting, is_local=is_local)
    assert one.updates == other.updates
    assert one == other


def retell(teller: Teller) -> DurableFunctionTestResult:
    """Tell it in a world with the real service and a clock that jumps."""
    with DurableFunctionTestRunner(teller(World())) as runner:
        return runner.run({"order": 17}, name="story")


def history(result: DurableFunctionTestResult) -> list[Event]:
    return [replace(event, error=event.error and replace(event.error, stack_trace=None)) for event in result.events]


@pytest.mark.parametrize("story", ["order", "failure"])
def test_the_history_is_the_same(story: str) -> None:
    blocking, awaiting = map(retell, PAIRS[story])
    assert history(blocking) == history(awaiting)
    assert blocking.operations == awaiting.operations
    assert (blocking.status, blocking.result) == (awaiting.status, awaiting.result)


# --------------------------------------------------------------------------- and it is the right story
@pytest.mark.parametrize("teller", PAIRS["order"], ids=["def", "async def"])
def test_the_order_goes_through_its_retries_its_wait_and_its_caught_failure(teller: Teller) -> None:
    heard = listen(teller, is_local=False)
    assert heard.log == ["reserve 1", "charge 1", "charge 2", "charge 3", "decline", "notify"]
    assert [(update.name, str(update.action)) for update in heard.updates] == [
        ("reserve", "START"),
        ("reserve", "SUCCEED"),
        *([("charge", "START"), ("charge", "RETRY")] * 2),
        ("charge", "START"),
        ("charge", "SUCCEED"),
        ("cooling off", "START"),
        ("bonus", "START"),
        ("bonus", "FAIL"),
        ("sorry: ValueError", "START"),
        ("sorry: ValueError", "SUCCEED"),
    ]
    assert heard.output.status is InvocationStatus.SUCCEEDED
    assert heard.output.result == '[{"seats":[1,2]},"receipt",{"order":17}]'


@pytest.mark.parametrize("teller", PAIRS["payment"], ids=["def", "async def"])
def test_the_payment_that_was_cut_off_is_not_made_twice_in_one_attempt(teller: Teller) -> None:
    heard = listen(teller, is_local=False)
    assert heard.log == ["pay 1", "pay 2"]
    retry = heard.updates[1]
    assert (str(retry.action), retry.retry_delay_seconds, retry.sub_type) == ("RETRY", 2, "Payment")
    assert retry.error is not None
    assert retry.error.type == "everstep.errors.StepInterruptedError"


@pytest.mark.parametrize("teller", PAIRS["order"], ids=["def", "async def"])
def test_time_jumps_over_the_delays_and_the_wait(teller: Teller) -> None:
    result = retell(teller)
    seconds = (result.events[-1].at - result.events[0].at) / 1000
    assert seconds == 30 + 30 + 3600
    assert result.invocations == 4
    assert [event.type for event in result.events].count(EventType.STEP_STARTED) == 6
