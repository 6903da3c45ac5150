"""Real programs for the tests that need all wings together, and a boto3 client that talks to them."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]  # it has no types
from botocore.client import Config  # type: ignore[import-untyped]  # it has no types

from demo.programs import Program, free_port, start, until

APPS = Path(__file__).parent / "apps"
EXAMPLES = Path(__file__).parents[2] / "examples"
OFFICIAL_IMPORTS = """\
from aws_durable_execution_sdk_python import DurableContext, StepContext, StepError, durable_execution, durable_step
from aws_durable_execution_sdk_python.config import Duration, StepConfig, StepSemantics
from aws_durable_execution_sdk_python.retries import RetryStrategyConfig, create_retry_strategy
"""
KEYS = {
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What is comparable of an execution that has ended."""

    status: str
    result: Any
    error: dict[str, Any] | None
    events: list[str]
    """`Type name`, without the invocations."""


def flows(folder: Path, *, official: bool) -> Path:
    """The app of step, wait and retry functions: as it is, or with the official SDK's import lines."""
    text = (APPS / "flows.py").read_text()
    if official:
        text, found = re.subn(r"from everstep import \(.*?\)\n", OFFICIAL_IMPORTS, text, flags=re.DOTALL)
        assert found == 1
        assert "everstep" not in text
    path = folder / "flows.py"
    path.write_text(text)
    return path


@contextmanager
def service_and_host(app: Path | str, folder: Path) -> Iterator[Program]:
    """`everstep serve` on a SQLite file and `everstep host`; the service."""
    port = free_port()
    with ExitStack() as stack:
        host = start("host", str(app), "--port", "0", "--endpoint", f"http://127.0.0.1:{port}", folder=folder)
        stack.callback(host.end)
        store = f"sqlite:///{folder / 'executions.db'}"
        configs = json.dumps({name: {"DurableConfig": {}} for name in host.announced["functions"]})
        service = start(
            *("serve", "--port", str(port), "--store", store, "--lambda-endpoint", host.endpoint),
            *("--function-configs", configs),
            folder=folder,
        )
        stack.callback(service.end)
        yield service


@contextmanager
def emulator_and_host(app: Path, folder: Path) -> Iterator[str]:
    """The official emulator, its functions run by `everstep host`; the emulator's endpoint."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        host = start("host", str(app), "--port", "0", "--endpoint", endpoint, folder=folder)
        stack.callback(host.end)
        log = stack.enter_context((folder / "emulator.log").open("wb"))
        emulator = subprocess.Popen(
            [
                # Not by its command, a name that everstep answers to as well.
                *(sys.executable, "-m", "aws_durable_execution_sdk_python_testing.cli", "start-server"),
                *("--host", "127.0.0.1", "--port", str(port), "--lambda-endpoint", host.endpoint),
                *("--local-runner-endpoint", endpoint),
            ],
            env={**os.environ, **KEYS},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        stack.callback(emulator.wait)
        stack.callback(emulator.kill)
        until(lambda: _is_healthy(endpoint) or None, "the start of the emulator")
        yield endpoint


def client_of(endpoint: str) -> Any:
    """A boto3 client that says what it is told, at once."""
    return boto3.client(
        "lambda",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
    )


def begin(endpoint: str, function: str, payload: Any, name: str) -> str:
    """Start an execution by the route that both services have; its ARN."""
    body = {
        "AccountId": "000000000000",
        "FunctionName": function,
        "FunctionQualifier": "$LATEST",
        "ExecutionName": name,
        "ExecutionTimeoutSeconds": 120,
        "ExecutionRetentionPeriodDays": 1,
        "InvocationId": name,
        "Input": json.dumps(payload),
    }
    request = urllib.request.Request(
        f"{endpoint}/start-durable-execution",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["ExecutionArn"])


def ended(client: Any, arn: str, seconds_max: float = 40) -> Ended:
    """The execution, once it has ended."""

    def closed() -> dict[str, Any] | None:
        shown: dict[str, Any] = client.get_durable_execution(DurableExecutionArn=arn)
        return None if shown["Status"] == "RUNNING" else shown

    shown = until(closed, f"the end of {arn}", seconds_max)
    result = shown.get("Result")
    return Ended(
        status=shown["Status"],
        result=None if result is None else json.loads(result),
        error=shown.get("Error"),
        events=events_of(client, arn),
    )


def events_of(client: Any, arn: str) -> list[str]:
    pages = client.get_paginator("get_durable_execution_history").paginate(DurableExecutionArn=arn)
    events = [event for page in pages for event in page["Events"]]
    return [_worded(event) for event in events if event["EventType"] != "InvocationCompleted"]


def _worded(event: dict[str, Any]) -> str:
    kind: str = event["EventType"]
    return kind if kind.startswith("Execution") else f"{kind} {event.get('Name')}"


def _is_healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
