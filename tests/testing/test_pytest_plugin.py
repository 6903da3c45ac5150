"""What pytest loads of everstep, seen from the outside: small test files, run by a pytest of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

WORKFLOW = """
from typing import Any
from everstep import DurableContext, durable_execution

@durable_execution
def order(event: Any, context: DurableContext) -> Any:
    receipt = context.step(lambda step: "real", "charge")
    answer = context.wait_for_callback(lambda id_, _: None, "approval")
    return [receipt, answer, context.invoke("stock", event, "stock")]
"""


@pytest.fixture
def bench(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(workflow=WORKFLOW)
    return pytester


def outcome(bench: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    bench.makepyfile(test_it=test)
    return bench.runpytest_subprocess("-p", "everstep.pytest_plugin", "--strict-markers", *options)


MARKED = """
import pytest
from workflow import order

@pytest.mark.durable_execution(
    handler=order,
    callbacks={"approval": "yes"},
    steps={"charge": "fake"},
    functions={"stock": lambda event, context: event["n"]},
)
def test_order(durable_runner):
    result = durable_runner.run({"n": 3})
    assert result.value == ["fake", "yes", 3]
"""


def test_a_marked_test_gets_a_runner(bench: pytest.Pytester) -> None:
    outcome(bench, MARKED).assert_outcomes(passed=1)


def test_a_test_may_make_runners_of_its_own(bench: pytest.Pytester) -> None:
    test = """
    from workflow import order

    def test_order(make_durable_runner):
        runner = make_durable_runner(order, callbacks={"approval": "no"}, functions={"stock": lambda e, c: 1})
        assert runner.run().value == ["real", "no", 1]
    """
    outcome(bench, test).assert_outcomes(passed=1)


def test_a_failed_test_shows_the_timeline_of_every_runner(bench: pytest.Pytester) -> None:
    """Also of those that the test made without a fixture."""
    test = """
    from everstep.testing import DurableFunctionTestRunner
    from workflow import order

    def test_order():
        runner = DurableFunctionTestRunner(order, callbacks={"approval": "no"})
        assert runner.run().value == "something else"
    """
    result = outcome(bench, test)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*durable execution arn:aws:lambda:*", "*failed after*", "step charge *", "context approval*"]
    )


def test_a_runner_without_a_mark_is_explained(bench: pytest.Pytester) -> None:
    result = outcome(bench, "def test_it(durable_runner):\n    pass\n")
    result.stdout.fnmatch_lines(["*durable_runner needs @pytest.mark.durable_execution(handler=…) on the test*"])


def test_a_mark_with_a_lone_function_says_how_to_write_it(bench: pytest.Pytester) -> None:
    """pytest takes it for the test, and then calls it with the test."""
    test = """
    import pytest
    from workflow import order

    @pytest.mark.durable_execution(order)
    def test_order(durable_runner):
        pass
    """
    result = outcome(bench, test)
    result.stdout.fnmatch_lines(
        ["*order is used as a decorator of test_order*write @pytest.mark.durable_execution(handler=order)*"]
    )


def test_a_test_marked_crash_everywhere_finds_what_a_run_alone_does_not(bench: pytest.Pytester) -> None:
    test = """
    import pytest
    from everstep import durable_execution

    LEDGER = []

    @durable_execution
    def charge(event, context):
        context.step(lambda step: LEDGER.append("charge"), "charge")

    def check(result):
        assert len(LEDGER) == 1

    @pytest.mark.durable_execution(handler=charge)
    def test_alone(durable_runner):
        durable_runner.run()

    @pytest.mark.crash_everywhere(setup=LEDGER.clear, check=check)
    @pytest.mark.durable_execution(handler=charge)
    def test_disturbed(durable_runner):
        durable_runner.run()

    @pytest.mark.crash_everywhere
    def test_with_a_ledger(make_durable_runner, durable_ledger):
        @durable_execution
        def keyed(event, context):
            context.step(lambda step: durable_ledger.record("charge"), "charge")

        make_durable_runner(keyed).run()
    """
    result = outcome(bench, test)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*charge does not survive everything: when *"])
    result.stdout.fnmatch_lines(["*the effect 'charge' of step 'charge' happens 2 times*"])


def test_what_was_recorded_is_replayed(bench: pytest.Pytester) -> None:
    outcome(bench, MARKED, "--durable-record", "histories").assert_outcomes(passed=1)
    (file,) = (bench.path / "histories").iterdir()
    assert file.name == "test_it.py-test_order-1.json"
    outcome(bench, MARKED, "--durable-replay", "histories").assert_outcomes(passed=1)
    bench.makepyfile(workflow=WORKFLOW.replace('"charge"', '"pay"'))
    result = outcome(bench, MARKED.replace('"charge"', '"pay"'), "--durable-replay", "histories")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*its name was 'charge' and is now 'pay'*"])


def test_a_folder_of_histories_becomes_a_test_for_each(bench: pytest.Pytester) -> None:
    outcome(bench, MARKED, "--durable-record", "histories").assert_outcomes(passed=1)
    test = """
    import pytest
    from workflow import order

    @pytest.mark.durable_histories("histories")
    def test_old(durable_history):
        durable_history.replay(order)
    """
    result = outcome(bench, test, "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*test_old*test_it.py-test_order-1* PASSED*"])


def test_the_seed_is_an_option(bench: pytest.Pytester) -> None:
    test = """
    from everstep import durable_execution

    def test_ids(make_durable_runner):
        assert "id-7-1" in make_durable_runner(durable_execution(lambda event, context: 1)).run().arn
    """
    outcome(bench, test, "--durable-seed", "7").assert_outcomes(passed=1)


def test_loading_the_plugin_loads_none_of_the_test_tools() -> None:
    program = (
        "import sys, pytest, everstep.pytest_plugin; "
        "print([name for name in sys.modules if name.startswith(('everstep.testing', 'everstep.service'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_package_says_where_the_plugin_is() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points.pytest11]\neverstep = "everstep.pytest_plugin"' in text
