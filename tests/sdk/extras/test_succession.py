"""Going on in another execution."""

from typing import Any

import pytest

from everstep import InvokeError
from everstep.core.limits import Limits
from everstep.core.messages import InvocationStatus
from everstep.core.model import Kind
from everstep.errors import InvalidStateError
from everstep.testing import DurableFunctionTestRunner
from tests.sdk.extras.stories import Story, Telling, both_drivers, live, nothing, value_of

BATCH = 40


def count_up(event: Any, context: Any) -> Story:
    """More steps than one execution may have, a batch at a time."""
    done, total = event["done"], event["total"]
    for _ in range(min(BATCH, total - done)):
        yield context.step(nothing, "work")
        done += 1
    if done < total:
        return (yield context.continue_as_new({"done": done, "total": total}))
    return {"done": done}


@both_drivers
def test_work_beyond_the_quota_goes_on_in_successors_and_ends_with_one_result(told: Telling) -> None:
    limits = Limits(operations_max=BATCH + 5)
    with DurableFunctionTestRunner(told(count_up), limits=limits) as runner:
        result = runner.run({"done": 0, "total": 5 * BATCH})
    assert (result.status, result.value) == (InvocationStatus.SUCCEEDED, {"done": 5 * BATCH})
    link = result.operations[-1]
    assert (link.kind, link.name) == (Kind.CHAINED_INVOKE, "continue-as-new")
    assert link.child_arn is not None
    assert sum(operation.name == "work" for operation in result.operations) == BATCH


@both_drivers
def test_a_successor_that_fails_fails_its_predecessor(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        yield context.step(nothing)
        if event == "again":
            raise ValueError("the second one")
        try:
            return (yield context.continue_as_new("again"))
        except InvokeError as error:
            return [error.error_type, error.message]

    assert value_of(told, plot) == ["ValueError", "the second one"]


@both_drivers
def test_another_function_may_go_on(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        try:
            return (yield context.continue_as_new({}, function_name="missing:live"))
        except InvokeError as error:
            return error.message

    assert "missing:live" in value_of(told, plot)


@both_drivers
def test_only_the_handler_itself_hands_over_its_work(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Story:
        def inside(child: Any) -> str:
            with pytest.raises(InvalidStateError):
                child.continue_as_new({})
            return "refused"

        return (yield context.run_in_child_context(inside))

    result = live(told, plot)
    assert result.value == "refused"
    assert all(operation.kind is Kind.CONTEXT for operation in result.operations)
