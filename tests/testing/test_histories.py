"""Recorded histories: what today's code still does, and the first operation at which it does something else."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from everstep import (
    AsyncDurableContext,
    CallbackConfig,
    CompletionConfig,
    DurableContext,
    DurableFunction,
    Duration,
    MapConfig,
    RetryPresets,
    StepConfig,
    StepContext,
    durable_execution,
)
from everstep.core.model import Arn, Operation
from everstep.testing import (
    DurableFunctionsTestError,
    DurableFunctionTestRunner,
    HistoryError,
    replay_histories,
    replay_history,
)
from everstep.testing.histories import export_history
from everstep.testing.retelling import operations_of

Body = Callable[[DurableContext], Any]


def function(body: Body) -> DurableFunction[Any]:
    @durable_execution
    def order(event: Any, context: DurableContext) -> Any:
        return body(context)

    return order


def recorded(handler: DurableFunction[Any], **options: Any) -> dict[str, Any]:
    """The export of a finished execution, as it looks after its journey through a file."""
    runner = DurableFunctionTestRunner(handler, **options)
    result = runner.run({"n": 1})
    return json.loads(json.dumps(export_history(runner.world, result.arn)))  # type: ignore[no-any-return]  # an object


def one(step: StepContext) -> int:
    return 1


def yesterday(context: DurableContext) -> Any:
    context.step(one, "reserve")
    context.wait(60, "packing")
    return context.step(one, "ship")


# --------------------------------------------------------------------------- what fits
def busy(context: DurableContext) -> Any:
    """Everything that a history can tell of."""

    def flaky(step: StepContext) -> int:
        if step.attempt < 3:
            raise ConnectionError("again")
        return step.attempt

    first = CompletionConfig(min_successful=1)
    quick = CallbackConfig(timeout=Duration.from_minutes(1))
    context.step(flaky, "flaky", StepConfig(retry_strategy=RetryPresets.fixed(60)))
    context.wait_for_callback(lambda id_, _: None, "approval")
    with pytest.raises(Exception, match="Callback timed out"):
        context.create_callback("slow", quick).result()
    large = context.run_in_child_context(lambda inner: inner.step(one) * "x" * 300_000, "large")
    race = context.map(
        [1, 2, 3], lambda inner, item, i, all_: inner.step(one), "race", MapConfig(completion_config=first)
    )
    child = context.invoke("child", {"n": 2}, "child")
    with pytest.raises(Exception, match="no such thing"):
        context.step(refuse, "refuse", StepConfig(retry_strategy=RetryPresets.none()))
    return [len(large), race.success_count > 0, child]


def refuse(step: StepContext) -> None:
    raise LookupError("no such thing")


def busy_history(handler: DurableFunction[Any]) -> dict[str, Any]:
    runner = DurableFunctionTestRunner(handler, callbacks={"approval": "yes"})
    runner.register_durable_function("child", durable_execution(lambda event, context: event["n"]))
    result = runner.run().ensure_succeeded()
    return json.loads(json.dumps(export_history(runner.world, result.arn)))  # type: ignore[no-any-return]  # an object


def test_the_code_that_made_a_history_fits_it() -> None:
    replay_history(function(yesterday), recorded(function(yesterday)))
    replay_history(function(busy), busy_history(function(busy)))


def test_an_async_function_fits_its_history_too() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> Any:
        await context.wait(60, "nap")
        return await context.step(one, "one")

    replay_history(handler, recorded(handler))


def test_a_history_gives_back_the_operations_that_it_tells_of() -> None:
    runner = DurableFunctionTestRunner(function(busy), callbacks={"approval": "yes"})
    runner.register_durable_function("child", durable_execution(lambda event, context: event["n"]))
    arn = runner.run().arn

    def told(operation: Operation) -> Operation:
        """Without what is the service's own business, and what histories do not tell."""
        silent = replace(operation, moved_in=0, due_at=None, expires_at=None, attempt=0, invoke=None, child_arn=None)
        error = silent.error and replace(silent.error, stack_trace=None)
        return replace(silent, error=error, sub_type=silent.sub_type and str(silent.sub_type))

    kept = {operation.id: told(operation) for operation in runner.world.execution(arn).operations}
    assert {operation.id: told(operation) for operation in operations_of(runner.world.history(arn))} == kept


def test_a_failed_execution_fits_when_it_fails_today() -> None:
    def fails(context: DurableContext) -> None:
        context.step(one, "reserve")
        raise LookupError("no such order")

    replay_history(function(fails), recorded(function(fails)))
    with pytest.raises(HistoryError, match="it ended as FAILED, and today's code ends as SUCCEEDED"):
        replay_history(function(lambda context: context.step(one, "reserve")), recorded(function(fails)))


def test_an_open_execution_fits_as_far_as_it_goes() -> None:
    runner = DurableFunctionTestRunner(
        function(lambda context: [yesterday(context), context.create_callback("x").result()])
    )
    arn = runner.run_async()
    runner.wait_for_callback(arn)
    history = dict(export_history(runner.world, Arn(arn)))
    replay_history(function(lambda context: [yesterday(context), context.create_callback("x").result(), 7]), history)
    with pytest.raises(HistoryError, match="its name was 'x' and is now 'y'"):
        replay_history(function(lambda context: [yesterday(context), context.create_callback("y").result()]), history)


def test_nothing_runs_while_a_history_is_replayed() -> None:
    history = recorded(function(yesterday))

    def explosive(context: DurableContext) -> Any:
        context.step(explode, "reserve")
        context.wait(60, "packing")
        return context.step(explode, "ship")

    replay_history(function(explosive), history)


def explode(step: StepContext) -> Any:
    raise AssertionError("it ran")


# --------------------------------------------------------------------------- what does not
def renamed(context: DurableContext) -> Any:
    context.step(one, "reserve-stock")
    context.wait(60, "packing")
    return context.step(one, "ship")


def swapped(context: DurableContext) -> Any:
    context.wait(60, "packing")
    context.step(one, "reserve")
    return context.step(one, "ship")


def inserted(context: DurableContext) -> Any:
    context.step(one, "reserve")
    context.step(one, "insure")
    context.wait(60, "packing")
    return context.step(one, "ship")


def appended(context: DurableContext) -> Any:
    result = yesterday(context)
    context.step(one, "thank")
    return result


def shortened(context: DurableContext) -> Any:
    context.step(one, "reserve")
    context.wait(60, "packing")
    return 1


def another_result(context: DurableContext) -> Any:
    return {"shipped": yesterday(context)}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (renamed, "step 'reserve-stock'.* its name was 'reserve' and is now 'reserve-stock'"),
        (swapped, "wait 'packing': .*its type was 'STEP' and is now 'WAIT'"),
        (inserted, "step 'insure': .*its type was 'WAIT' and is now 'STEP'"),
        (appended, "step 'thank': today's code asks for it, but the recorded execution ended without it"),
        (shortened, "step 'ship': it is recorded, but today's code does not ask for it"),
        (another_result, r'its result was 1, and today\'s code makes \{"shipped":1\}'),
    ],
)
def test_changed_code_is_found_at_the_first_operation_that_differs(body: Body, says: str) -> None:
    with pytest.raises(HistoryError, match=says):
        replay_history(function(body), recorded(function(yesterday)))


# --------------------------------------------------------------------------- files
def test_a_folder_of_histories_is_replayed_and_every_misfit_is_named(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"order-{number}.json").write_text(json.dumps(recorded(function(yesterday))), encoding="utf-8")
    assert replay_histories(function(yesterday), tmp_path) == 3
    with pytest.raises(HistoryError, match=r"3 of 3 histories do not fit:(.|\n)*order-2.json"):
        replay_histories(function(renamed), tmp_path)


def test_what_aws_exports_is_as_good() -> None:
    """`aws lambda get-durable-execution-history` writes moments as text, and says nothing about the execution."""
    events = recorded(function(yesterday))["Events"]
    for event in events:
        event["EventTimestamp"] = datetime.fromtimestamp(event["EventTimestamp"], UTC).isoformat()
    replay_history(function(yesterday), {"Events": events})
    with pytest.raises(HistoryError, match="reserve-stock"):
        replay_history(function(renamed), {"Events": events})


def test_what_is_no_whole_history_is_refused_with_a_remedy(tmp_path: Path) -> None:
    whole = recorded(function(yesterday))
    bare = json.loads(json.dumps(whole).replace('"Truncated": false', '"Truncated": true'))
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    for history, says in (
        (bare, "lacks the execution's data; export it with everstep, or with --include-execution-data"),
        ({**whole, "NextMarker": "7"}, "only the first page"),
        ({"Events": whole["Events"][1:]}, "does not tell of the start"),
        ({"Events": [{"EventType": "Nonsense"}]}, "is no history"),
        ({}, 'no list of "Events"'),
        (broken, "broken.json is no history"),
    ):
        with pytest.raises(DurableFunctionsTestError, match=says):
            replay_history(function(yesterday), history)
    with pytest.raises(DurableFunctionsTestError, match="there is no history in"):
        replay_histories(function(yesterday), tmp_path / "nowhere")
