"""Functions in JavaScript, written with the official npm SDK, on our service: the protocol is not only ours to read."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.programs import free_port, launch, start, until
from tests.e2e.world import KEYS, begin, client_of, ended

FOLDER = Path(__file__).parents[1] / "javascript"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not (FOLDER / "node_modules").is_dir(),
    reason="functions in JavaScript need node and what `make javascript` installs",
)


@contextmanager
def _service_and_node(folder: Path) -> Iterator[str]:
    """`everstep serve` on a SQLite file, its functions in a process of node; the service's endpoint."""
    assert NODE is not None
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        environment = {**KEYS, "AWS_ENDPOINT_URL_LAMBDA": endpoint}
        host = launch([NODE, str(FOLDER / "host.mjs")], "node", folder, environment)
        stack.callback(host.end)
        configs = json.dumps({name: {"DurableConfig": {}} for name in host.announced["functions"]})
        service = start(
            *("serve", "--port", str(port), "--store", f"sqlite:///{folder / 'executions.db'}"),
            *("--lambda-endpoint", host.endpoint, "--function-configs", configs),
            folder=folder,
        )
        stack.callback(service.end)
        yield endpoint


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with _service_and_node(tmp_path_factory.mktemp("javascript")) as found:
        yield found


def test_steps_waits_branches_and_a_callback(endpoint: str) -> None:
    client = client_of(endpoint)
    arn = begin(endpoint, "order", {"order": 17, "amount": 4.5}, "order")
    client.send_durable_execution_callback_success(
        CallbackId=until(lambda: _callback_of(client, arn), "the order's question"), Result=json.dumps({"by": "Ada"})
    )
    seen = ended(client, arn)
    assert seen.status == "SUCCEEDED"
    assert seen.result == {
        "reserved": {"order": 17, "note": "naïve ☃"},
        "paid": "paid 4.5",
        "packed": "packed",
        "approved": {"by": "Ada"},
    }
    for event in (
        "WaitSucceeded cool down",
        "StepSucceeded pay",
        "WaitSucceeded find a box",
        "CallbackSucceeded approval",
    ):
        assert seen.events.count(event) == 1, seen.events


def test_a_map_keeps_the_order_of_its_items(endpoint: str) -> None:
    items = [f"parcel {number}" for number in range(20)]
    seen = ended(client_of(endpoint), begin(endpoint, "labels", {"items": items}, "labels"))
    assert seen.result == [item.upper() for item in items]


def test_a_step_that_never_succeeds_fails_its_execution(endpoint: str) -> None:
    seen = ended(client_of(endpoint), begin(endpoint, "stubborn", {"tries": 3}, "stubborn"))
    assert seen.status == "FAILED"
    assert seen.events.count("StepStarted knock") == 3
    assert seen.error is not None
    assert seen.error["ErrorMessage"] == "nobody is home"


def test_a_called_function_a_child_context_and_a_condition(endpoint: str) -> None:
    client = client_of(endpoint)
    seen = ended(client, begin(endpoint, "caller", {"name": "you"}, "caller"))
    assert (seen.status, seen.result) == ("SUCCEEDED", {"children": "Hello, you", "polled": 3})
    called = client.list_durable_executions_by_function(FunctionName="greeting")["DurableExecutions"]
    assert [execution["Status"] for execution in called] == ["SUCCEEDED"]


def _callback_of(client: Any, arn: str) -> str | None:
    """The id that the order's function has asked with, once it has."""
    pages = client.get_paginator("get_durable_execution_history").paginate(
        DurableExecutionArn=arn, IncludeExecutionData=True
    )
    for event in (event for page in pages for event in page["Events"]):
        if event["EventType"] == "StepSucceeded" and event["Name"] == "ask":
            return str(json.loads(event["StepSucceededDetails"]["Result"]["Payload"]))
    return None
