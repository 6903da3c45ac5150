"""What a block undoes at its end, when it does so, and when it does not."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any

import pytest

from everstep import (
    AsyncDurableContext,
    DurableContext,
    InvocationError,
    SagaError,
    StepContext,
    StepError,
    durable_execution,
    durable_step,
)
from everstep.core.messages import InvocationStatus
from everstep.testing import DurableFunctionTestRunner
from tests.sdk.extras.stories import Story, Telling, both_drivers, live, nothing, value_of

DAY = 86_400
End = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def block(saga: Any, body: Callable[[Any], Story]) -> Story:
    """`with saga:` or `async with saga:`, as the driver needs it."""
    leave = getattr(saga, "__exit__", None) or saga.__aexit__
    try:
        value = yield from body(saga)
    except BaseException as error:
        yield leave(type(error), error, error.__traceback__)
        raise
    yield leave(None, None, None)
    return value


def note(step: StepContext, ledger: list[str], line: str) -> object:
    ledger.append(line)
    return object()  # cannot be serialized, and need not be


def decline(step: StepContext) -> None:
    raise ValueError("card declined")


@both_drivers
def test_a_failed_block_undoes_the_last_first_and_its_error_goes_on(told: Telling) -> None:
    ledger: list[str] = []

    def plot(event: Any, context: Any) -> Story:
        def booking(saga: Any) -> Story:
            for thing in ("seat", "room", "car"):
                yield context.step(nothing, thing)
                saga.compensate(note, ledger, thing)
            yield context.step(decline, "charge", retry=False)

        try:
            yield from block(context.saga(), booking)
        except StepError as error:
            return error.message

    result = live(told, plot)
    assert result.value == "card declined"
    assert ledger == ["car", "room", "seat"]
    undone = [(o.name, o.sub_type) for o in result.operations][-3:]
    assert undone == [("note", "Compensation")] * 3


@both_drivers
def test_a_block_that_succeeds_only_tidies_up(told: Telling) -> None:
    ledger: list[str] = []

    def plot(event: Any, context: Any) -> Story:
        def work(saga: Any) -> Story:
            saga.cleanup(note, ledger, "close")
            saga.compensate(note, ledger, "undo")
            saga.cleanup(note, ledger, line="unlock")
            return (yield context.step(lambda step: 7, "work"))

        return (yield from block(context.saga(), work))

    assert value_of(told, plot) == 7
    assert ledger == ["unlock", "close"]


@both_drivers
@pytest.mark.parametrize("fails", [False, True])
def test_a_suspension_is_no_end_and_everything_is_done_once(told: Telling, fails: bool) -> None:
    """The block sleeps twice, and undoing waits for a retry: many invocations, one ledger."""
    ledger: list[str] = []

    def stubborn(step: StepContext) -> None:
        ledger.append(f"attempt {step.attempt}")
        if step.attempt == 1:
            raise OSError("try again")

    def plot(event: Any, context: Any) -> Story:
        def sleepy(saga: Any) -> Story:
            saga.cleanup(note, ledger, "tidy")
            saga.compensate(stubborn)
            for _ in range(2):
                yield context.wait(DAY)
                ledger.append("awake")
            if fails:
                raise RuntimeError("no")

        try:
            yield from block(context.saga(retry=2), sleepy)
        except RuntimeError:
            yield context.wait(DAY)
        return None

    result = live(told, plot)
    assert result.status is InvocationStatus.SUCCEEDED
    assert result.invocations > 2
    assert [line for line in ledger if line != "awake"] == (["attempt 1", "attempt 2", "tidy"] if fails else ["tidy"])


@both_drivers
def test_what_cannot_be_undone_is_told_and_the_rest_is_undone(told: Telling) -> None:
    ledger: list[str] = []

    def stuck(step: StepContext) -> None:
        raise OSError("no connection")

    def plot(event: Any, context: Any) -> Story:
        def work(saga: Any) -> Story:
            saga.compensate(note, ledger, "first")
            saga.compensate(stuck)
            yield context.step(decline, "charge", retry=False)

        try:
            yield from block(context.saga(retry=False), work)
        except SagaError as error:
            (failure,) = error.failures
            return [str(error), type(failure).__name__, type(error.__cause__).__name__]

    message, *kinds = value_of(told, plot)
    assert message.startswith("Not everything could be undone: stuck: no connection, after the block had failed with")
    assert message.endswith("StepError: card declined")
    assert kinds == ["StepError", "StepError"]
    assert ledger == ["first"]


@both_drivers
def test_an_invocation_that_is_lost_is_no_failure_of_the_block(told: Telling) -> None:
    ledger: list[str] = []

    def plot(event: Any, context: Any) -> Story:
        def work(saga: Any) -> Story:
            saga.compensate(note, ledger, "undone")
            yield context.step(nothing)
            ledger.append("run")
            if ledger == ["run"]:
                raise InvocationError("once more, please")

        return (yield from block(context.saga(), work))

    assert live(told, plot).status is InvocationStatus.SUCCEEDED
    assert ledger == ["run", "run"]


def test_a_saga_in_a_def_function_reads_like_a_with_statement() -> None:
    ledger: list[str] = []

    @durable_step
    def cancel(step: StepContext, booking: str) -> None:
        ledger.append(f"cancelled {booking}")

    @durable_execution
    def handler(event: Any, context: DurableContext) -> str:
        with context.saga(retry=5, timeout=30) as saga:
            saga.compensate(cancel("seat 7"))
            context.wait(DAY)
            raise LookupError("sold out")

    result = DurableFunctionTestRunner(handler).run()
    assert (result.status, result.error and result.error.type) == (InvocationStatus.FAILED, "LookupError")
    assert ledger == ["cancelled seat 7"]
    assert result.operations[-1].name == "cancel"


def test_a_saga_in_an_async_def_function_knows_a_failure_from_a_cancellation() -> None:
    """While the first branch sleeps its task is cancelled with every invocation; the second branch fails."""
    ledger: list[str] = []

    async def undo(step: StepContext, what: str) -> None:
        ledger.append(what)

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> None:
        async def sleeps() -> None:
            async with context.saga() as saga:
                saga.compensate(undo, "sleeper")
                saga.cleanup(undo, "tidied")
                await context.wait(3 * DAY)

        async def fails() -> None:
            async with context.saga() as saga:
                saga.compensate(undo, "failure")
                await context.wait(DAY)
                raise ValueError("no")

        await asyncio.gather(sleeps(), fails(), return_exceptions=True)

    result = DurableFunctionTestRunner(handler).run()
    assert result.status is InvocationStatus.SUCCEEDED
    assert ledger == ["failure", "tidied"]
