"""A real boto3 client against the real programs: what its users do, and the error codes that they expect."""

import http.client
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it has no types

from demo.programs import Program, until
from tests.e2e.world import APPS, client_of, ended, service_and_host

UNKNOWN = "arn:aws:lambda:us-east-1:000000000000:function:echo:$LATEST/durable-execution/no/body"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with service_and_host(APPS / "odd.py", tmp_path_factory.mktemp("odd")) as program:
        yield program


@pytest.fixture
def client(service: Program) -> Any:
    return client_of(service.endpoint)


def test_a_synchronous_invoke_gives_the_result_and_names_the_execution(client: Any) -> None:
    answer = client.invoke(FunctionName="echo", Payload=b'{"order": 7}')
    assert (answer["StatusCode"], json.loads(answer["Payload"].read())) == (200, {"order": 7})
    shown = client.get_durable_execution(DurableExecutionArn=answer["DurableExecutionArn"])
    assert (shown["Status"], shown["InputPayload"]) == ("SUCCEEDED", '{"order": 7}')
    assert shown["StartTimestamp"] <= shown["EndTimestamp"]


def test_an_event_is_started_once_per_name_and_a_dry_run_starts_nothing(client: Any) -> None:
    event = {"FunctionName": "echo", "InvocationType": "Event", "DurableExecutionName": "once"}
    first, again = (client.invoke(**event, Payload=b"1") for _ in range(2))
    assert (first["StatusCode"], again["StatusCode"]) == (202, 202)
    assert first["DurableExecutionArn"] == again["DurableExecutionArn"]
    assert ended(client, first["DurableExecutionArn"]).result == 1
    with pytest.raises(client.exceptions.DurableExecutionAlreadyStartedException):
        client.invoke(**event, Payload=b"2")

    before = arns(client)
    assert client.invoke(FunctionName="echo", InvocationType="DryRun")["StatusCode"] == 204
    assert arns(client) == before


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_history_is_paged_in_both_orders(client: Any, newest_first: bool) -> None:
    arn = client.invoke(FunctionName="echo")["DurableExecutionArn"]
    pages = list(
        client.get_paginator("get_durable_execution_history").paginate(
            DurableExecutionArn=arn, ReverseOrder=newest_first, PaginationConfig={"PageSize": 2}
        )
    )
    ids = [event["EventId"] for page in pages for event in page["Events"]]
    assert ids == sorted(ids, reverse=newest_first)
    assert (sorted(ids), len(pages)) == ([1, 2, 3, 4, 5], 3)


def test_a_function_reads_its_state_page_by_page(tmp_path: Path) -> None:
    with service_and_host(f"{APPS / 'peek.py'}:peek", tmp_path) as program:
        answer = client_of(program.endpoint).invoke(FunctionName="peek")
        assert json.loads(answer["Payload"].read()) == "EXECUTION,STEP;STEP,STEP"


def test_a_stopped_execution_keeps_the_error_and_stays_stopped(client: Any) -> None:
    arn = client.invoke(FunctionName="sleeper", InvocationType="Event")["DurableExecutionArn"]
    error = {"ErrorType": "Late", "ErrorMessage": "too late"}
    client.stop_durable_execution(DurableExecutionArn=arn, Error=error)
    execution = ended(client, arn)
    assert (execution.status, execution.error) == ("STOPPED", error)
    assert execution.events[-1] == "ExecutionStopped"


WRONG: list[tuple[str, Callable[[Any], object]]] = [
    ("ResourceNotFoundException", lambda c: c.get_durable_execution(DurableExecutionArn=UNKNOWN)),
    ("ResourceNotFoundException", lambda c: c.get_durable_execution_history(DurableExecutionArn=UNKNOWN)),
    ("ResourceNotFoundException", lambda c: c.stop_durable_execution(DurableExecutionArn=UNKNOWN)),
    ("ResourceNotFoundException", lambda c: c.invoke(FunctionName="nobody")),
    ("InvalidRequestContentException", lambda c: c.invoke(FunctionName="echo", Payload=b"{")),
    ("RequestTooLargeException", lambda c: c.invoke(FunctionName="echo", Payload=b'"' + b"x" * 6 * MIB + b'"')),
    (
        "RequestTooLargeException",
        lambda c: c.invoke(FunctionName="echo", InvocationType="Event", Payload=b'"' + b"x" * MIB + b'"'),
    ),
    ("ValidationException", lambda c: c.invoke(FunctionName="echo", DurableExecutionName="a b")),
    ("ValidationException", lambda c: c.get_durable_execution(DurableExecutionArn="arn:aws:lambda:nothing")),
    (
        "InvalidParameterValueException",
        lambda c: c.checkpoint_durable_execution(DurableExecutionArn=UNKNOWN, CheckpointToken="YWJj", Updates=[]),
    ),
    (
        "InvalidParameterValueException",
        lambda c: c.get_durable_execution_state(DurableExecutionArn=UNKNOWN, CheckpointToken="YWJj"),
    ),
]


@pytest.mark.parametrize(("code", "ask"), WRONG)
def test_a_wrong_request_has_its_code_and_changes_nothing(client: Any, code: str, ask: Callable[[Any], object]) -> None:
    before = arns(client)
    with pytest.raises(ClientError) as refused:
        ask(client)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["Error"]["Message"]
    assert arns(client) == before


def test_a_foreign_token_changes_nothing(client: Any) -> None:
    arn = client.invoke(FunctionName="sleeper", InvocationType="Event")["DurableExecutionArn"]
    before = until(lambda: settled(client, arn), "the end of the first invocation")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match=r"[Cc]heckpoint token"):
        client.checkpoint_durable_execution(
            DurableExecutionArn=arn,
            CheckpointToken=b64encode(b"another execution/invocation/0").decode(),
            Updates=[{"Id": "x", "Type": "STEP", "Action": "START"}],
        )
    assert settled(client, arn) == before
    client.stop_durable_execution(DurableExecutionArn=arn)


@pytest.mark.parametrize("function", ["locked", "locked_step"])
def test_a_result_that_cannot_be_serialized_fails_its_execution_and_says_so(client: Any, function: str) -> None:
    answer = client.invoke(FunctionName=function)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert "lock" in json.loads(answer["Payload"].read())["errorMessage"]
    execution = ended(client, answer["DurableExecutionArn"])
    assert (execution.status, execution.events[-1]) == ("FAILED", "ExecutionFailed")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/2025-12-01/no-such-thing", 404, "ResourceNotFoundException"),
        ("PUT", f"/2025-12-01/durable-executions/{quote(UNKNOWN, safe='')}", 405, "MethodNotAllowedException"),
        ("POST", "/start-durable-execution", 400, "SerializationException"),
    ],
)
def test_an_odd_route_has_its_code(service: Program, method: str, path: str, status: int, code: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(service.endpoint).netloc, timeout=20)
    connection.request(method, path, b"{" if method == "POST" else None)
    answer = connection.getresponse()
    told = answer.read().decode()
    connection.close()
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (status, code), told
    assert "Traceback" not in told


def arns(client: Any) -> list[str]:
    """Every execution of the functions that the service knows."""
    return [
        found["DurableExecutionArn"]
        for function in ("echo", "sleeper", "locked", "locked_step")
        for page in client.get_paginator("list_durable_executions_by_function").paginate(FunctionName=function)
        for found in page["DurableExecutions"]
    ]


def settled(client: Any, arn: str) -> list[dict[str, Any]] | None:
    """The history of an execution that sleeps; None while its function still runs."""
    found: list[dict[str, Any]] = client.get_durable_execution_history(DurableExecutionArn=arn)["Events"]
    return found if found[-1]["EventType"] == "InvocationCompleted" else None
