"""Whatever dies, and wherever: each operation has one span, below the right parent, in one trace."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from everstep import durable_execution
from everstep.otel.plugin import OpenTelemetryPlugin
from everstep.sdk.plugins import InvocationStartInfo
from everstep.testing import DurableFunctionTestResult, DurableFunctionTestRunner, crash_everywhere
from tests.otel.seen import Seen, operations
from tests.otel.shop import CALLBACKS, order, ship, traced
from tests.sdk.drive.plots import Telling, as_def, both_drivers


class Process:
    """A factory in a world where processes die: a plugin of it knows nothing of the runs before.

    `forgets` is when: with each run of the world (a process that lives on), or with each invocation.
    """

    def __init__(self, seen: Seen, *, forgets_invocations: bool) -> None:
        self._seen = seen
        self._forgets_invocations = forgets_invocations
        self.start()

    def start(self) -> None:
        """A new process."""
        self._seen.clear()
        self._factory = self._seen.plugin()

    def create_plugin(self, info: InvocationStartInfo) -> OpenTelemetryPlugin:
        if self._forgets_invocations:
            self._factory = self._seen.plugin()
        return self._factory.create_plugin(info)


def crash(told: Telling, process: Process, check: Callable[[DurableFunctionTestResult], None]) -> int:
    """How often the shop was disturbed, and survived it."""
    return crash_everywhere(
        traced(told, order, process),
        {"order": 17},
        functions={"ship": traced(told, ship, process)},
        callbacks=CALLBACKS,
        setup=process.start,
        check=check,
    ).runs


@both_drivers
def test_each_operation_has_exactly_one_span_wherever_its_invocations_break_off(told: Telling) -> None:
    seen = Seen()

    def check(result: DurableFunctionTestResult) -> None:
        assert len({span.context.trace_id for span in seen.spans}) == 1
        assert len(seen.named("order")) == 1
        assert Counter(operations(seen.spans)) == dict.fromkeys({*operations(seen.spans), *recorded(result)}, 1)
        for span in seen.spans:
            assert seen.path(span)[0] == "order", span.name

    assert crash(told, Process(seen, forgets_invocations=False), check) > 50


def test_a_process_that_knows_of_no_other_loses_no_span_and_repeats_one_only_unchanged() -> None:
    seen = Seen()

    def check(result: DurableFunctionTestResult) -> None:
        assert recorded(result) <= set(operations(seen.spans))
        facts = {
            (span.context.trace_id, span.context.span_id, span.name, span.start_time, span.end_time)
            for span in seen.spans
            if "durable.operation.status" in (span.attributes or {})
        }
        assert len(facts) == len(set(operations(seen.spans)))

    assert crash(as_def, Process(seen, forgets_invocations=True), check) > 50


def recorded(result: DurableFunctionTestResult) -> set[tuple[str, str]]:
    return {(str(result.arn), known.id) for known in result.get_all_operations()}


@pytest.mark.parametrize("forgets_invocations", [False, True])
def test_nothing_is_repeated_where_nothing_was_lost(forgets_invocations: bool) -> None:
    seen = Seen()

    @durable_execution(plugins=[Process(seen, forgets_invocations=forgets_invocations)])
    def handler(event: Any, context: Any) -> None:
        for number in range(3):
            context.step(lambda step: "done", f"step-{number}")
            context.wait(1, f"wait-{number}")

    with DurableFunctionTestRunner(handler) as runner:
        runner.run()
    assert sorted(Counter(operations(seen.spans)).values()) == [1] * 6
