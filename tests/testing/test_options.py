"""What a runner can be told beyond the world outside: its names, its account, its pages."""

import re
from functools import partial
from typing import Any

import pytest

from everstep import DurableContext, StepContext, durable_execution
from everstep.service.ports import ListQuery
from everstep.service.stores.memory import MemoryStore
from everstep.testing import DurableFunctionsTestError, DurableFunctionTestRunner
from everstep.testing.virtual import Hand
from tests.testing.deployed_app import many


@durable_execution
def order(event: Any, context: DurableContext) -> Any:
    receipt = context.step(lambda step: "real", "charge")
    if event == "stop":
        raise LookupError("stopped")
    return [receipt, context.wait_for_callback(lambda id_, _: None, "approval")]


def run(event: Any = None, **options: Any) -> Any:
    return DurableFunctionTestRunner(order, **options).run(event)


def test_a_misspelled_name_is_reported_with_those_that_occurred() -> None:
    with pytest.raises(DurableFunctionsTestError) as raised:
        run(steps={"chrage": "fake"}, callbacks={"approval": "yes", "stamp": "no"})
    message = str(raised.value)
    assert "steps= speaks of 'chrage' (did you mean 'charge'?), but nothing of that name occurred" in message
    assert "there were: 'charge'." in message
    assert "callbacks= speaks of 'stamp', but nothing of that name occurred; there were: 'approval'." in message
    assert "step charge" in message, "the timeline is there"


def test_a_name_that_need_not_occur_is_none() -> None:
    assert run(steps={"ship": 1}, callbacks={"approval": "yes"}, allow_unused=True).value == ["real", "yes"]
    assert run("stop", callbacks={"approval": "yes"}).error.message == "stopped", "it did not come so far"
    assert run(steps={"approval submitter": None}, callbacks={"approval create callback id": "yes"}).value[1] == "yes"


def test_an_account_is_part_of_every_arn() -> None:
    options: Any = {"callbacks": {"approval": "yes"}, "account_id": "123456789012", "region": "eu-west-1"}
    assert run(**options).arn.startswith("arn:aws:lambda:eu-west-1:123456789012:function:order")
    runner = DurableFunctionTestRunner(order, callbacks={"approval": "yes"})
    assert ":210987654321:" in runner.run(account_id="210987654321").arn
    with pytest.raises(DurableFunctionsTestError, match="this runner's account is 210987654321"):
        runner.run(account_id="123456789012")
    with pytest.raises(DurableFunctionsTestError, match="twelve digits"):
        run(account_id="12")


def text(length: int, step: StepContext) -> str:
    return "x" * length


@pytest.mark.parametrize("page_bytes", [1, 5_000])
def test_a_state_may_be_read_in_small_pages(page_bytes: int) -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        first = [context.step(partial(text, number), f"step {number}") for number in range(40)]
        context.wait(60)
        return len(first[39]), context.step(lambda step: "last", "last")

    result = DurableFunctionTestRunner(handler, max_invocation_page_bytes=page_bytes).run()
    assert (result.value, result.invocations) == ([39, "last"], 2)


def test_a_wish_that_there_is_not_is_explained() -> None:
    with pytest.raises(TypeError, match=re.escape("there is no option tiemout; there are execution_timeout, timeout")):
        DurableFunctionTestRunner(many).run({"steps": 1}, tiemout=3)  # type: ignore[call-arg]  # the mistake meant


def test_runners_may_share_a_store() -> None:
    store = MemoryStore()
    first, second = (run(callbacks={"approval": "yes"}, store=store, seed=seed).arn for seed in (1, 2))
    kept = Hand().run(store.list(ListQuery()))
    assert {item.origin.arn for item in kept.items} == {first, second}
