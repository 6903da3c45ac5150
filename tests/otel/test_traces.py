"""One trace for an execution: what spans there are, and how they hang together, the same for both forms of handlers."""

import logging
from typing import Any

import pytest
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode, get_current_span

from everstep import DurableFunction, RetryStrategyConfig, StepConfig, create_retry_strategy, durable_execution
from everstep.otel import opentelemetry
from everstep.testing import DurableFunctionTestResult, DurableFunctionTestRunner
from tests.otel.seen import Seen, operations
from tests.otel.shop import CALLBACKS, current_span, order, ship, traced
from tests.sdk.drive.plots import Telling, both_drivers, like

ONCE = StepConfig(retry_strategy=create_retry_strategy(RetryStrategyConfig(max_attempts=1)))


def run(function: DurableFunction[Any], event: Any = None) -> DurableFunctionTestResult:
    with DurableFunctionTestRunner(function) as runner:
        return runner.run(event)


def run_shop(told: Telling, seen: Seen) -> DurableFunctionTestResult:
    plugin = seen.plugin()
    with DurableFunctionTestRunner(traced(told, order, plugin), callbacks=CALLBACKS) as runner:
        runner.register_durable_function("ship", traced(told, ship, plugin))
        return runner.run({"order": 17})


@both_drivers
def test_an_execution_and_those_it_calls_are_one_trace_with_one_span_for_each_operation(told: Telling) -> None:
    seen = Seen()
    result = run_shop(told, seen)
    assert result.value == "parcel-1"
    assert len({span.context.trace_id for span in seen.spans}) == 1
    ids = [known.id for known in result.get_all_operations()]
    assert sorted(id_ for arn, id_ in operations(seen.spans) if arn == result.arn) == sorted(ids)


@both_drivers
def test_the_tree_of_spans_is_the_tree_of_the_work(told: Telling) -> None:
    seen = Seen()
    run_shop(told, seen)
    paths = [path for path in seen.paths() if not path.rpartition("/")[2].startswith("invoke ")]
    assert paths == [
        "order",
        "order/approval",
        "order/approval/approval create callback id",
        "order/approval/approval submitter",
        "order/approval/approval submitter/approval submitter attempt 1",
        "order/charge",
        "order/charge/charge attempt 1",
        "order/charge/charge attempt 2",
        "order/cooldown",
        "order/parcels",
        "order/parcels/map-item-0",
        "order/parcels/map-item-0/pack",
        "order/parcels/map-item-0/pack/pack attempt 1",
        "order/parcels/map-item-1",
        "order/parcels/map-item-1/pack",
        "order/parcels/map-item-1/pack/pack attempt 1",
        "order/ship",
        "order/ship/ship",
        "order/ship/ship/label",
        "order/ship/ship/label/label attempt 1",
    ]


@both_drivers
def test_every_invocation_has_a_span_that_says_how_it_ended(told: Telling) -> None:
    seen = Seen()
    run_shop(told, seen)
    invocations = seen.named("invoke order")
    statuses = [(span.attributes or {})["durable.invocation.status"] for span in invocations]
    assert statuses == [*["PENDING"] * 4, "SUCCEEDED"]
    assert [(span.attributes or {})["durable.invocation.first"] for span in invocations] == [True, *[False] * 4]
    assert all(seen.path(span) == ["order", "invoke order"] for span in invocations)
    assert all(span.kind is SpanKind.SERVER for span in invocations)


@both_drivers
def test_what_outlives_an_invocation_has_the_times_that_the_service_recorded(told: Telling) -> None:
    seen = Seen()
    result = run_shop(told, seen)
    for name in ("cooldown", "charge", "parcels"):
        span, (operation,) = seen.one(name), result.named(name)
        assert span.start_time == operation.record.started_at * 1_000_000
        assert span.end_time == (operation.record.ended_at or 0) * 1_000_000
    assert (seen.one("cooldown").end_time or 0) - (seen.one("cooldown").start_time or 0) == 60 * 10**9


@both_drivers
def test_a_failed_attempt_is_an_error_of_its_own_and_none_of_the_step_that_came_through(told: Telling) -> None:
    seen = Seen()
    run_shop(told, seen)
    failed, succeeded = seen.one("charge attempt 1"), seen.one("charge attempt 2")
    assert (failed.status.status_code, failed.status.description) == (StatusCode.ERROR, "card declined")
    assert (failed.attributes or {})["error.type"] == "ValueError"
    assert [event.name for event in failed.events] == ["exception"]
    assert (succeeded.attributes or {})["durable.attempt.outcome"] == "SUCCEEDED"
    assert seen.one("charge").status.status_code is StatusCode.UNSET
    assert (seen.one("charge").attributes or {})["durable.operation.attempts"] == 2


@both_drivers
def test_an_execution_that_fails_is_an_error(told: Telling) -> None:
    def doomed(event: Any, context: Any) -> Any:
        def body(step: Any) -> None:
            raise ValueError("never")

        yield context.step(body, "doom", ONCE)

    seen = Seen()
    run(traced(told, doomed, seen.plugin()))
    for name in ("doom", "doom attempt 1", "doomed"):
        span = seen.one(name)
        assert span.status.status_code is StatusCode.ERROR, name
        assert (span.attributes or {})["error.type"], name


@both_drivers
def test_an_authors_own_spans_stand_below_what_they_are_part_of(told: Telling) -> None:
    seen = Seen()
    tracer = seen.tracers.get_tracer("author")

    def body(step: Any) -> None:
        tracer.start_span("query").end()

    def inside(room: Any) -> Any:
        tracer.start_span("in room").end()
        yield room.step(body, "inner")

    def plot(event: Any, context: Any) -> Any:
        tracer.start_span("in handler").end()
        yield context.run_in_child_context(like(context, inside), "room")
        tracer.start_span("after room").end()

    run(traced(told, plot, seen.plugin()))
    assert seen.path(seen.one("query")) == ["plot", "room", "inner", "inner attempt 1", "query"]
    assert seen.path(seen.one("in room")) == ["plot", "room", "in room"]
    assert seen.path(seen.one("in handler")) == ["plot", "invoke plot", "in handler"]
    assert seen.path(seen.one("after room")) == ["plot", "invoke plot", "after room"]
    assert not get_current_span().get_span_context().is_valid


@both_drivers
def test_log_lines_name_the_span_that_they_belong_to(told: Telling, caplog: pytest.LogCaptureFixture) -> None:
    seen, spans = Seen(), []

    def body(step: Any) -> None:
        spans.append(current_span())
        step.logger.info("in the step")

    def plot(event: Any, context: Any) -> Any:
        spans.append(current_span())
        context.logger.info("in the handler")
        yield context.step(body, "one")

    with caplog.at_level(logging.INFO):
        run(traced(told, plot, seen.plugin()))
    lines: list[Any] = [record for record in caplog.records if record.message.startswith("in the ")]
    assert [line.span_id for line in lines] == spans
    assert {line.trace_id for line in lines} == {f"{seen.one('one').context.trace_id:032x}"}
    assert {line.trace_flags for line in lines} == {"01"}


def test_a_context_without_a_record_has_no_span_and_its_operations_stand_where_it_stands() -> None:
    seen = Seen()

    @durable_execution(plugins=[seen.plugin()])
    def handler(event: Any, context: Any) -> None:
        context.run_in_child_context(lambda room: room.step(lambda step: 1, "inner"), "virtual", is_virtual=True)
        context.run_in_child_context(lambda room: "x" * 300_000, "large")
        context.wait(2)

    run(handler)
    assert seen.named("virtual") == []
    assert seen.path(seen.one("inner")) == ["handler", "inner"]
    assert seen.path(seen.one("large")) == ["handler", "large"]


def test_payloads_are_said_only_on_request() -> None:
    def handler(event: Any, context: Any) -> Any:
        return context.step(lambda step: "secret" * 1000, "one")

    for payloads in (False, True):
        seen = Seen()
        run(durable_execution(plugins=[seen.plugin(payloads=payloads)])(handler), {"card": "secret"})
        said = [value for span in seen.spans for value in (span.attributes or {}).values() if "secret" in str(value)]
        assert bool(said) is payloads
        assert all(len(str(value)) <= 4096 for value in said)


def test_an_execution_that_is_not_sampled_leaves_no_span_and_says_so_to_those_it_calls() -> None:
    off, on = Seen(ALWAYS_OFF), Seen()

    @durable_execution(plugins=[off.plugin()])
    def caller(event: Any, context: Any) -> Any:
        return context.invoke("callee", None, "call")

    @durable_execution(plugins=[on.plugin()])
    def callee(event: Any, context: Any) -> Any:
        return context.step(lambda step: 1, "one")

    with DurableFunctionTestRunner(caller) as runner:
        runner.register_durable_function("callee", callee)
        assert runner.run().value == 1
    assert (off.spans, on.spans) == ((), ())


def test_without_a_provider_nothing_happens() -> None:
    @durable_execution(plugins=[opentelemetry()])
    def handler(event: Any, context: Any) -> Any:
        context.wait(2)
        return context.step(lambda step: 1, "one")

    assert run(handler).value == 1
