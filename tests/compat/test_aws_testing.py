"""Tests written for the official testing package run on everstep's tools, unedited; in a process of their own."""

import importlib

import pytest

from everstep.compat.aws_testing.names import MODULES, ROOT, UNNEEDED, UNNEEDED_MODULES
from tests.compat.official import Names, public_names
from tests.compat.test_aws_sdk import python

INSTALL = "from everstep.compat import aws_testing; aws_testing.install()\n"
TEST = """
import json
from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration
from aws_durable_execution_sdk_python.execution import InvocationStatus
from aws_durable_execution_sdk_python_testing.runner import DurableFunctionTestResult, DurableFunctionTestRunner

@durable_execution
def handler(event, context: DurableContext):
    n = context.step(lambda _: event["n"] + 1, name="add")
    context.wait(Duration.from_days(30), name="month")
    return [n, context.wait_for_callback(lambda callback_id, _: None, name="approval")]

with DurableFunctionTestRunner(handler=handler, poll_interval=0.01) as runner:
    arn = runner.run_async(input=json.dumps({"n": 1}), timeout=10)
    runner.send_callback_success(runner.wait_for_callback(arn, "approval create callback id"), result=b"yes")
    result: DurableFunctionTestResult = runner.wait_for_result(arn)
assert result.status is InvocationStatus.SUCCEEDED, result
assert json.loads(result.result) == [2, "yes"]
assert result.get_step("add").result == "2"
assert arn.startswith("arn:aws:lambda:us-west-2:123456789012:")
print(type(runner).__module__)
"""


def test_a_test_written_for_the_official_package_runs_unedited() -> None:
    assert python("-c", INSTALL + TEST) == "everstep.compat.aws_testing.runners"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import aws_durable_execution_sdk_python_testing.scheduler", "the inside of the official emulator"),
        ("import aws_durable_execution_sdk_python_testing.web.server", "dex-local-runner"),
        ("from aws_durable_execution_sdk_python_testing import Nonsense", "cannot import name 'Nonsense'"),
    ],
)
def test_what_is_not_offered_is_refused_with_its_reason(code: str, sentence: str) -> None:
    program = f"try:\n    {code}\nexcept ImportError as error:\n    print(error)"
    assert sentence in python("-c", INSTALL + program)


@pytest.fixture
def official() -> Names:
    found = public_names(ROOT)
    if found is None:
        pytest.skip(f"{ROOT} is not installed, so nobody can tell whether a name of it is missing")
    return found


def test_no_public_name_of_the_official_package_is_missing(official: Names) -> None:
    known = {(module, name) for table in (MODULES, UNNEEDED) for module, names in table.items() for name in names}
    public = {(module, name) for module, names in official.items() for name in names if module not in UNNEEDED_MODULES}
    assert sorted(public - known - {("", "__version__")}) == []
    assert sorted(known - public) == []
    assert sorted(module for module in UNNEEDED_MODULES if module not in official) == []


@pytest.mark.parametrize("target", sorted({target for names in MODULES.values() for target in names.values()}))
def test_what_the_table_points_to_exists(target: str) -> None:
    module, _, name = target.partition(":")
    assert hasattr(importlib.import_module(module), name)
