"""Both halves with the other side's official counterpart: same file but for its imports, same results, same history."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.world import EXAMPLES, Ended, begin, client_of, emulator_and_host, ended, flows, service_and_host

EXPECTED: dict[str, Ended] = {
    "steps": Ended(
        status="SUCCEEDED",
        result={"first": 42, "second": [42, {"text": "naïve ☃"}, None, 1.5]},
        error=None,
        events=[
            "ExecutionStarted",
            "StepStarted add",
            "StepSucceeded add",
            "StepStarted compose",
            "StepSucceeded compose",
            "ExecutionSucceeded",
        ],
    ),
    "waits": Ended(
        status="SUCCEEDED",
        result=["before", "after"],
        error=None,
        events=[
            "ExecutionStarted",
            "StepStarted before",
            "StepSucceeded before",
            "WaitStarted pause",
            "WaitSucceeded pause",
            "StepStarted after",
            "StepSucceeded after",
            "ExecutionSucceeded",
        ],
    ),
    "retries": Ended(
        status="SUCCEEDED",
        result={"good": 2, "caught": "attempt 1 finds nobody"},
        error=None,
        events=[
            "ExecutionStarted",
            "StepStarted second time lucky",
            "StepFailed second time lucky",
            "StepStarted second time lucky",
            "StepSucceeded second time lucky",
            "StepStarted hopeless",
            "StepFailed hopeless",
            "ExecutionSucceeded",
        ],
    ),
    "breaks": Ended(
        status="FAILED",
        result=None,
        error={"ErrorMessage": "nobody is home", "ErrorType": "LookupError"},
        events=["ExecutionStarted", "StepStarted fine", "StepSucceeded fine", "ExecutionFailed"],
    ),
    "dies": Ended(
        status="SUCCEEDED",
        result="kept, survived",
        error=None,
        events=[
            "ExecutionStarted",
            "StepStarted kept",
            "StepSucceeded kept",
            "StepStarted fatal",
            "StepSucceeded fatal",
            "ExecutionSucceeded",
        ],
    ),
}
"""What becomes of each function, whoever runs it."""


@contextmanager
def official_sdk_on_our_service(folder: Path) -> Iterator[str]:
    with service_and_host(flows(folder, official=True), folder) as service:
        yield service.endpoint


@contextmanager
def our_sdk_on_our_service(folder: Path) -> Iterator[str]:
    with service_and_host(flows(folder, official=False), folder) as service:
        yield service.endpoint


@contextmanager
def our_sdk_on_the_official_emulator(folder: Path) -> Iterator[str]:
    with emulator_and_host(flows(folder, official=False), folder) as endpoint:
        yield endpoint


@pytest.mark.parametrize(
    "setting", [official_sdk_on_our_service, our_sdk_on_our_service, our_sdk_on_the_official_emulator]
)
def test_the_same_functions_do_the_same(setting: Callable[[Path], Any], tmp_path: Path) -> None:
    with setting(tmp_path) as endpoint:
        payload = {"n": 41, "mark": str(tmp_path / "died")}
        arns = {function: begin(endpoint, function, payload, f"{function}-1") for function in EXPECTED}
        found = {function: without_stack(ended(client_of(endpoint), arn)) for function, arn in arns.items()}
    assert found == EXPECTED


def without_stack(execution: Ended) -> Ended:
    """The SDKs word their stack traces and the module of a type each in its own way."""
    if execution.error is None:
        return execution
    error = {key: value for key, value in execution.error.items() if key != "StackTrace"}
    return replace(execution, error=error)


def test_an_async_function_runs_on_the_official_emulator(tmp_path: Path) -> None:
    with emulator_and_host(EXAMPLES / "quotes.py", tmp_path) as endpoint:
        execution = ended(client_of(endpoint), begin(endpoint, "quotes", {"item": "cup"}, "quotes-1"))
    assert (execution.status, execution.result) == ("SUCCEEDED", {"item": "cup", "shop": "south", "cents": 1990})
    assert sorted(event for event in execution.events if event.startswith("StepSucceeded")) == [
        "StepSucceeded ask harbour",
        "StepSucceeded ask north",
        "StepSucceeded ask south",
    ]
