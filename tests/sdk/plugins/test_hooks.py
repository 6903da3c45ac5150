"""What plugins are told of a function that runs, waits, retries and fails, the same for both forms of handlers."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import pytest

from everstep import (
    AsyncDurableContext,
    ChildConfig,
    DurableContext,
    DurableFunction,
    Duration,
    RetryStrategyConfig,
    StepConfig,
    create_retry_strategy,
    durable_execution,
)
from everstep.core.messages import CheckpointRequest, Envelope
from everstep.core.model import CheckpointToken, Kind, Millis, Operation, OperationId, Status
from everstep.errors import CheckpointError
from everstep.sdk.plugins import (
    DurableInstrumentationPlugin,
    DurableInstrumentationPluginFactory,
    InvocationStartInfo,
    InvocationStatus,
    UserFunctionOutcome,
    UserFunctionStartInfo,
)
from everstep.testing import DurableFunctionTestResult, DurableFunctionTestRunner
from tests.sdk.drive.fake_service import ARN, FakeService
from tests.sdk.drive.plots import Plot, Telling, both_drivers
from tests.sdk.plugins.recording import Changes, Failing, Recording, Tracing

TWO_ATTEMPTS = StepConfig(retry_strategy=create_retry_strategy(RetryStrategyConfig(max_attempts=2)))


def watched(told: Telling, plot: Plot, *plugins: DurableInstrumentationPluginFactory) -> DurableFunction[Any]:
    return durable_execution(plugins=plugins)(told(plot).handler)


def run(function: DurableFunction[Any], event: Any = None) -> DurableFunctionTestResult:
    with DurableFunctionTestRunner(function) as runner:
        return runner.run(event)


def fails_first() -> Any:
    """A body that fails the first time."""
    calls: list[int] = []

    def body(step: Any) -> int:
        calls.append(step.attempt)
        if len(calls) == 1:
            raise ValueError("not yet")
        return len(calls)

    return body


@both_drivers
def test_a_step_is_told_from_its_start_to_its_end(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Any:
        yield context.step(lambda step: "done", "one")

    plugin = Recording()
    run(watched(told, plot, plugin))
    assert list(plugin.lines()) == [
        "invocation-start",
        "start one",
        "run one",
        "ran one SUCCEEDED",
        "end one SUCCEEDED",
        "invocation SUCCEEDED",
    ]


@both_drivers
def test_an_operation_ends_once_over_the_whole_execution_and_begins_again_only_if_unfinished(told: Telling) -> None:
    flaky = fails_first()

    def plot(event: Any, context: Any) -> Any:
        yield context.step(lambda step: 1, "a")
        yield context.step(flaky, "b", TWO_ATTEMPTS)

    plugin = Recording()
    run(watched(told, plot, plugin))
    assert [info.is_replayed for info in plugin.infos("operation-start", "a")] == [False]
    assert [info.is_replayed for info in plugin.infos("operation-start", "b")] == [False, True]
    assert [info.status for info in plugin.infos("operation-end", "a")] == [Status.SUCCEEDED]
    assert [info.status for info in plugin.infos("operation-end", "b")] == [Status.SUCCEEDED]


@both_drivers
def test_attempts_carry_their_number_their_outcome_and_their_error(told: Telling) -> None:
    flaky = fails_first()

    def plot(event: Any, context: Any) -> Any:
        yield context.step(flaky, "flaky", TWO_ATTEMPTS)

    plugin = Recording()
    result = run(watched(told, plot, plugin))
    starts, ends = plugin.infos("function-start"), plugin.infos("function-end")
    assert [info.attempt for info in starts] == [info.attempt for info in ends] == [1, 2]
    assert [info.outcome for info in ends] == [UserFunctionOutcome.FAILED, UserFunctionOutcome.SUCCEEDED]
    assert [info.error and info.error.message for info in ends] == ["not yet", None]
    assert {info.operation_id for info in [*starts, *ends]} == {operation.id for operation in result.named("flaky")}
    assert all(info.start_time <= info.end_time for info in ends)


@both_drivers
def test_retries_that_are_used_up_end_the_operation_as_failed(told: Telling) -> None:
    def body(step: Any) -> None:
        raise ValueError("never")

    def plot(event: Any, context: Any) -> Any:
        yield context.step(body, "doomed", TWO_ATTEMPTS)

    plugin = Recording()
    run(watched(told, plot, plugin))
    (end,) = plugin.infos("operation-end", "doomed")
    assert (end.status, end.error.message, end.attempt) == (Status.FAILED, "never", 2)
    assert [info.status for info in plugin.infos("invocation-end")] == [
        InvocationStatus.PENDING,
        InvocationStatus.FAILED,
    ]


@both_drivers
def test_an_invocation_says_which_it_is_and_what_moved_meanwhile(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Any:
        yield context.wait(Duration.from_seconds(2), "nap")
        return f"done-{event}"

    plugin = Recording()
    run(watched(told, plot, plugin), "x")
    first, second = plugin.infos("invocation-start")
    assert [info.is_first_invocation for info in (first, second)] == [True, False]
    assert first.updated_operations == {}
    assert [info.status for info in second.updated_operations.values()] == [Status.SUCCEEDED]
    assert [info.operation_type for info in second.operations.values()] == [Kind.EXECUTION, Kind.WAIT]
    assert first.execution_start_time == second.execution_start_time
    assert (first.execution_input, plugin.made[0]) == ("x", first)
    suspended, done = plugin.infos("invocation-end")
    assert (suspended.status, suspended.is_first_invocation) == (InvocationStatus.PENDING, True)
    assert (done.status, done.execution_result) == (InvocationStatus.SUCCEEDED, '"done-x"')
    assert [info.status for info in plugin.infos("operation-end", "nap")] == [Status.SUCCEEDED]


@both_drivers
def test_operations_inside_contexts_name_their_parent_and_end_before_it(told: Telling) -> None:
    plugin = Recording()
    result = run(watched(told, nested, plugin))
    ids = {operation.name: operation.id for operation in result.operations}
    assert [(info.name, info.parent_id) for info in plugin.infos("operation-end")] == [
        ("inner", ids["outer"]),
        ("nap", ids["outer"]),
        ("outer", None),
    ]
    outcomes = [info.outcome for info in plugin.infos("function-end", "outer")]
    assert outcomes == [UserFunctionOutcome.INCOMPLETE, UserFunctionOutcome.SUCCEEDED]


def nested(event: Any, context: Any) -> Any:
    """The same for both: what is awaited in the room of an `async def` is a coroutine's business."""

    def inside(room: DurableContext) -> None:
        room.step(lambda step: 1, "inner")
        room.wait(2, "nap")

    async def inside_async(room: AsyncDurableContext) -> None:
        await room.step(lambda step: 1, "inner")
        await room.wait(2, "nap")

    yield context.run_in_child_context(inside if isinstance(context, DurableContext) else inside_async, "outer")


def test_a_context_without_a_saved_result_ends_on_every_run() -> None:
    @durable_execution(plugins=[plugin := Recording()])
    def handler(event: Any, context: Any) -> None:
        context.run_in_child_context(lambda room: room.step(lambda step: 1), "virtual", ChildConfig(is_virtual=True))
        context.run_in_child_context(lambda room: "x" * 300_000, "large")
        context.wait(2)

    run(handler)
    assert [info.is_replayed for info in plugin.infos("operation-end", "virtual")] == [False, False]
    assert plugin.infos("operation-start", "virtual") == []
    assert [info.is_replayed for info in plugin.infos("operation-end", "large")] == [False, True]
    assert [info.is_replay_children for info in plugin.infos("function-start", "large")] == [False, True]


@both_drivers
def test_what_ended_while_nobody_looked_is_told_even_if_the_code_does_not_ask_for_it(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Any:
        yield from ()
        return "done"

    plugin, service = Recording(), FakeService()
    late = Operation(id=OperationId("late"), kind=Kind.WAIT, status=Status.SUCCEEDED, started_at=Millis(0), name="late")
    service.operations[late.id] = late
    envelope = Envelope(
        arn=ARN,
        token=CheckpointToken("1"),
        operations=tuple(service.operations.values()),
        updated_operation_ids=(late.id,),
    )
    watched(told, plot, plugin).invoke(envelope, service)
    assert list(plugin.lines()) == ["invocation-start", "end late SUCCEEDED", "invocation SUCCEEDED"]


@both_drivers
def test_an_invocation_that_breaks_off_ends_as_one_to_be_made_again(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Any:
        yield context.step(lambda step: 1, "one")

    def refuse(request: CheckpointRequest) -> None:
        raise CheckpointError("the service is away")

    plugin = Recording()
    with pytest.raises(CheckpointError):
        FakeService(before=refuse).invoke(watched(told, plot, plugin))
    (end,) = plugin.infos("invocation-end")
    assert (end.status, end.error.message) == (InvocationStatus.RETRY, "the service is away")
    assert plugin.infos("operation-end") == []


WHERE: ContextVar[str] = ContextVar("where", default="outside")


class Binding:
    """A factory of plugins that bind a context variable around each user function."""

    def create_plugin(self, info: InvocationStartInfo) -> DurableInstrumentationPlugin:
        class Plugin(DurableInstrumentationPlugin):
            def on_invocation_start(self, info: InvocationStartInfo) -> None:
                WHERE.set("handler")

            def on_user_function_start(self, info: UserFunctionStartInfo) -> None:
                WHERE.set(info.name or "")

        return Plugin()


@both_drivers
def test_what_a_plugin_binds_is_seen_by_the_code_that_it_was_bound_for_and_by_nobody_after(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Any:
        before = WHERE.get()
        seen = yield context.step(lambda step: WHERE.get(), "one")
        return [before, seen]

    assert run(watched(told, plot, Binding())).value == ["handler", "one"]
    assert WHERE.get() == "outside"


@both_drivers
@pytest.mark.parametrize("error", [ValueError("broken"), BaseExceptionGroup("all", [TimeoutError()])])
def test_a_failing_plugin_disturbs_nobody_and_complains_once(
    told: Telling, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def plot(event: Any, context: Any) -> Any:
        yield context.step(lambda step: 1, "one")
        yield context.step(lambda step: 2, "two")
        return "fine"

    healthy, alone, failing = Recording(), Recording(), Failing(error)
    result = run(watched(told, plot, failing, healthy))
    run(watched(told, plot, alone))
    assert result.value == "fine"
    assert list(healthy.lines()) == list(alone.lines())
    assert set(failing.called) >= {"on_invocation_start", "on_operation_end", "on_user_function_end"}
    complaints = [record for record in caplog.records if "on_operation_end" in record.getMessage()]
    assert len(complaints) == 1


def test_a_plugin_cannot_swallow_the_order_to_stop() -> None:
    @durable_execution(plugins=[Failing(KeyboardInterrupt())])
    def handler(event: Any, context: Any) -> str:
        return "never"

    with pytest.raises(KeyboardInterrupt):
        run(handler)


@both_drivers
def test_changes_are_told_once_and_in_order(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Any:
        yield context.step(lambda step: 1, "one")
        yield context.step(lambda step: 2, "two")

    plugin = Changes()
    run(watched(told, plot, plugin))
    changed = [(info.name, info.status) for told_ in plugin.told for info in told_.updated_operations.values()]
    assert changed == [("one", Status.SUCCEEDED), ("two", Status.SUCCEEDED)]
    assert [info.name for info in plugin.told[-1].operations.values()][-2:] == ["one", "two"]


@pytest.mark.parametrize(("given", "sent"), [(["Root=1-a"], "Root=1-a"), (["  ", "Root=2-b"], "Root=2-b"), ([], None)])
def test_a_chained_invoke_carries_the_first_trace_id_that_a_plugin_gives(given: list[str], sent: str | None) -> None:
    plugins = [Tracing(trace_id) for trace_id in given]

    @durable_execution(plugins=plugins)
    def parent(event: Any, context: Any) -> Any:
        return context.invoke("child", {}, "call")

    service = FakeService()
    service.invoke(parent)
    service.invoke(parent)
    assert [update.invoke and update.invoke.trace_id for update in service.updates] == [sent]
    assert all([info.target_function_name for info in plugin.asked] == ["child"] for plugin in plugins)


class Enriching:
    """A factory of plugins that have something to say on every line."""

    def create_plugin(self, info: InvocationStartInfo) -> DurableInstrumentationPlugin:
        class Plugin(DurableInstrumentationPlugin):
            def enrich_log_context(self) -> Mapping[str, object]:
                return {"tenant": "acme", "order": "of the plugin"}

        return Plugin()


@both_drivers
def test_log_lines_carry_what_plugins_have_to_say_and_the_author_has_the_last_word(
    told: Telling, caplog: pytest.LogCaptureFixture
) -> None:
    def plot(event: Any, context: Any) -> Any:
        context.logger.info("handler")
        yield context.step(lambda step: step.logger.info("step", extra={"order": "17"}))

    with caplog.at_level(logging.INFO):
        run(watched(told, plot, Enriching()))
    lines: list[Any] = [record for record in caplog.records if record.message in {"handler", "step"}]
    assert [(line.message, line.tenant, line.order) for line in lines] == [
        ("handler", "acme", "of the plugin"),
        ("step", "acme", "17"),
    ]


@both_drivers
def test_a_called_function_is_told_the_trace_header_that_its_caller_was_told_to_send(told: Telling) -> None:
    def caller(event: Any, context: Any) -> Any:
        yield context.invoke("callee", None)

    plugin = Recording()
    with DurableFunctionTestRunner(watched(told, caller, Tracing("Root=1"))) as runner:
        runner.register_durable_function("callee", durable_execution(plugins=[plugin])(lambda event, context: 1))
        runner.run()
    assert [info.trace_header for info in plugin.infos("invocation-start")] == ["Root=1"]
