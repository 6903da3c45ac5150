"""Disturbing workflows everywhere: what is sound survives, every mistake is found, and the message says what to do."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep import DurableContext, StepContext, durable_execution
from everstep.testing import CrashError, DurableFunctionsTestError, Ledger, crash_everywhere
from everstep.testing.faults import Sort, Tape, faults_of
from everstep.testing.incarnation import Where
from everstep.testing.world import World
from examples.hello import hello
from examples.order.workflow import Order, order
from examples.quotes import quotes
from tests.testing.workflows import MISTAKES, Case, effect_repeated_by_a_crash, sound, sound_async


@pytest.mark.parametrize("make", [sound, sound_async])
def test_a_sound_workflow_survives_everything(make: Callable[[], Case]) -> None:
    case = make()
    survived = crash_everywhere(case.handler, {}, ledger=case.ledger, callbacks={"approval": "yes"})
    assert survived.runs > 15
    assert survived.result.execution_status == "SUCCEEDED"


@pytest.mark.parametrize(("make", "says"), MISTAKES.items(), ids=[make.__name__ for make in MISTAKES])
def test_every_mistake_is_found(make: Callable[[], Case], says: str) -> None:
    case = make()
    with pytest.raises(CrashError, match=says):
        crash_everywhere(case.handler, {}, ledger=case.ledger)


def test_a_finding_names_the_operation_and_shows_both_runs() -> None:
    case = effect_repeated_by_a_crash()
    with pytest.raises(CrashError) as raised:
        crash_everywhere(case.handler, ledger=case.ledger)
    message = str(raised.value)
    first = message.splitlines()[0]
    assert "right after the effect 'charge' in step 'charge'" in first
    calm, _, disturbed = message.partition("undisturbed:")[2].partition("disturbed:")
    assert "Runtime.ExitError" not in calm
    assert "invocation 1  failed" in disturbed
    assert re.search(r"\d+ more:\n  - when ", message)


def places_of(handler: Any, **plan: Any) -> set[tuple[Sort, Where]]:
    tape = Tape()
    world = World({"f": handler}, witness=tape)
    arn = world.start("f", None)
    world.run_until_closed(arn)
    return {(fault.sort, fault.place.where) for fault in faults_of(tape, [])}


def test_a_step_is_disturbed_before_after_and_in_the_middle() -> None:
    ledger = Ledger()
    handler = durable_execution(lambda event, context: context.step(lambda step: ledger.record("x"), "x"))
    assert places_of(handler) == {(Sort.DEATH, where) for where in Where} | {
        (Sort.ZOMBIE, Where.BEFORE_SAVE),
        (Sort.DUPLICATE, Where.END),
    }


def test_a_key_or_a_word_makes_a_second_effect_harmless() -> None:
    ledger = Ledger()

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.step(lambda step: ledger.record("charge", key=17), "charge")
        context.step(lambda step: ledger.record("cache", may_repeat=True), "cache")

    assert crash_everywhere(handler, ledger=ledger).runs > 10


def test_a_zombie_and_a_duplicate_reach_a_step_a_second_time() -> None:
    """What a crash alone would not show: an effect that only its own process guards."""
    seen: list[str] = []

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        context.step(lambda step: seen.append("body"), "work")

    crash_everywhere(handler, setup=seen.clear, check=lambda result: seen or pytest.fail("the body never ran"))
    with pytest.raises(CrashError, match="the body ran 2 times"):
        crash_everywhere(handler, setup=seen.clear, check=lambda result: _once(seen))


def _once(seen: list[str]) -> None:
    assert len(seen) == 1, f"the body ran {len(seen)} times"


def test_an_execution_that_never_ends_is_a_finding() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        return context.create_callback("x").result()

    asked = []

    def only_once(callback: Any) -> Any:
        asked.append(callback)
        return "yes"

    assert crash_everywhere(handler, callbacks={"x": only_once}).runs > 5
    assert len(asked) > 5, "every run asks anew"


def test_ids_that_steps_draw_may_differ_from_run_to_run() -> None:
    drawn: list[int] = []

    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        def draw(step: StepContext) -> int:
            drawn.append(0)
            return len(drawn)

        context.wait(1)
        return context.step(draw, "draw")

    assert crash_everywhere(handler).runs > 5


def test_functions_that_are_invoked_are_disturbed_too() -> None:
    ledger = Ledger()

    @durable_execution
    def child(event: Any, context: DurableContext) -> None:
        context.step(lambda step: ledger.record("ship"), "ship")

    @durable_execution
    def parent(event: Any, context: DurableContext) -> None:
        context.invoke("child", None, "child")

    with pytest.raises(CrashError, match="'ship' of step 'ship' happens 2 times"):
        crash_everywhere(parent, functions={"child": child}, ledger=ledger)


@given(amounts=st.lists(st.integers(0, 100), max_size=3))
@settings(max_examples=5, deadline=None)
def test_it_composes_with_hypothesis(amounts: list[int]) -> None:
    ledger = Ledger()

    @durable_execution
    def handler(event: list[int], context: DurableContext) -> int:
        total = 0
        for index, amount in enumerate(event):
            context.step(partial(ledger_entry, ledger, index), "book")
            total += amount
        return total

    survived = crash_everywhere(handler, amounts, ledger=ledger)
    assert survived.result.value == sum(amounts)


def ledger_entry(ledger: Ledger, index: int, step: StepContext) -> None:
    ledger.record("book", key=index)


def test_the_examples_give_no_cause_for_complaint(tmp_path: Path) -> None:
    crash_everywhere(hello, {"name": "test"})
    crash_everywhere(quotes, {})
    event: Order = {
        "id": "17",
        "item": "mug",
        "quantity": 1,
        "cents": 1990,
        "ledger": str(tmp_path / "ledger"),
        "payment_seconds": 0,
        "packing_seconds": 60,
    }
    crash_everywhere(order, event)


def test_real_time_is_refused() -> None:
    case = sound()
    with pytest.raises(DurableFunctionsTestError, match="virtual time"):
        crash_everywhere(case.handler, skip_time=False)
