"""Code written for the official SDK runs on everstep, unedited; each test in a process of its own."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
INSTALL = "from everstep.compat import aws_sdk; aws_sdk.install()\n"


def python(*arguments: str) -> str:
    """What the program writes."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


STORIES: list[tuple[str, Any, Any]] = [
    (
        "orders:order",
        {"amount": 5, "items": ["a", "bc"]},
        {"charged": 5, "packed": 3, "error": "no truck", "type": "RuntimeError"},
    ),
    (
        "fan_out:fan_out",
        [1, 2, 3, 4],
        {"squares": [1, 4, 16], "errors": ["three is not for squaring"], "first": ["hare"]},
    ),
    (
        "approvals:approval",
        {},
        {"approved": "by mail", "late": "CallbackTimeoutError", "polled": 6, "tries": 2},
    ),
]


@pytest.mark.parametrize(("app", "event", "result"), STORIES, ids=[app for app, _, _ in STORIES])
def test_a_function_written_for_the_official_sdk_runs_unedited(app: str, event: Any, result: Any) -> None:
    told = json.loads(python("-m", "tests.compat.stage", f"tests.compat.apps.{app}", json.dumps(event)))
    assert told["result"] == result, told
    assert told["status"] == "SUCCEEDED"
    assert told["everstep"] == "everstep.sdk.handler"


def test_an_alias_is_the_same_class() -> None:
    program = """
import everstep, everstep.errors
import aws_durable_execution_sdk_python as sdk
from aws_durable_execution_sdk_python.exceptions import StepError
from aws_durable_execution_sdk_python.lambda_service import OperationStatus
from everstep.core.model import Status
assert StepError is everstep.StepError is sdk.StepError is sdk.exceptions.StepError
assert sdk.config.StepConfig is everstep.StepConfig
assert OperationStatus is Status
print(sdk.__version__)
"""
    assert python("-c", INSTALL + program) == "3.0.0"


def test_a_name_can_be_imported_from_a_module_that_only_passes_it_on() -> None:
    program = """
from aws_durable_execution_sdk_python import lambda_service, plugin
from aws_durable_execution_sdk_python.plugin import InvocationStatus, OperationStatus
assert OperationStatus is lambda_service.OperationStatus
assert InvocationStatus is not lambda_service.InvocationStatus
print(InvocationStatus.RETRY)
"""
    assert python("-c", INSTALL + program) == "RETRY"


def test_star_imports_bring_the_public_names() -> None:
    program = (
        "from aws_durable_execution_sdk_python import *\nprint(durable_execution.__module__, 'DurableContext' in dir())"
    )
    assert python("-c", INSTALL + program) == "everstep.sdk.handler True"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import aws_durable_execution_sdk_python.state", "carries out operations inside the official SDK"),
        ("import aws_durable_execution_sdk_python.nonsense", "the official SDK has no such module either"),
        ("from aws_durable_execution_sdk_python.config import Nonsense", "cannot import name 'Nonsense'"),
    ],
)
def test_what_is_not_offered_is_refused_with_its_reason(code: str, sentence: str) -> None:
    program = f"try:\n    {code}\nexcept ImportError as error:\n    print(error)"
    assert sentence in python("-c", INSTALL + program)


def test_whoever_comes_too_late_is_told_so() -> None:
    program = """
import sys, types
sys.modules["aws_durable_execution_sdk_python"] = types.ModuleType("aws_durable_execution_sdk_python")
from everstep.compat import aws_sdk
from everstep.errors import InvalidStateError
try:
    aws_sdk.install()
except InvalidStateError as error:
    print(error)
"""
    assert "was imported before" in python("-c", program)


def test_uninstalling_brings_the_official_package_back() -> None:
    program = """
import aws_durable_execution_sdk_python.config
aws_sdk.install()
aws_sdk.uninstall()
import sys
print([name for name in sys.modules if name.startswith("aws_durable")])
print([finder for finder in sys.meta_path if "everstep" in repr(finder)])
"""
    assert python("-c", INSTALL + program).splitlines() == ["[]", "[]"]


def test_the_alias_loads_only_what_is_asked_for() -> None:
    program = (
        "import sys, aws_durable_execution_sdk_python.filesystem_serdes\nprint('everstep.sdk.files' in sys.modules)"
    )
    assert python("-c", INSTALL + program) == "False"


@pytest.mark.parametrize(
    ("options", "whose"),
    [(["--aws-sdk-alias"], "everstep.sdk.handler"), ([], "aws_durable_execution_sdk_python.execution")],
)
def test_a_whole_app_runs_under_the_alias_if_the_command_line_says_so(
    options: list[str], whose: str, tmp_path: Path
) -> None:
    if not options and find_spec("aws_durable_execution_sdk_python") is None:
        pytest.skip("the official SDK is not installed, so nothing runs without the alias")
    app = "tests/compat/apps/whoami.py:whoami"
    store = f"sqlite:///{tmp_path / 'store.db'}"
    assert python("-m", "everstep", "run", app, "--store", store, *options) == json.dumps(whose)
