"""The requests that aws-sam-cli makes, as its client and its local proxy write them, and the answers that they rely on.

sam's client is boto3, which encodes an id as one segment; its proxy and people with curl send ids raw, or half encoded.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]  # it has no types

from demo.programs import until
from tests.compat.emulator import Emulator, emulator_and_container
from tests.e2e.world import client_of, ended

EXECUTIONS = "/2025-12-01/durable-executions"
CALLBACKS = "/2025-12-01/durable-execution-callbacks"
UNKNOWN = "arn:aws:lambda:us-west-2:123456789012:function:function:$LATEST/durable-execution/nobody/8c5e"

WAYS: dict[str, Callable[[str], str]] = {
    "encoded": lambda text: quote(text, safe=""),
    "raw": lambda text: text,
    "without the colons": lambda text: quote(text, safe=":"),
    "without the slashes": lambda text: quote(text, safe="/"),
    "only the dollar": lambda text: text.replace("$", "%24"),
    "unquoted in a shell": lambda text: quote(text.replace("$LATEST", ""), safe=""),
    "in lower case": lambda text: quote(text, safe="").replace("%2F", "%2f").replace("%3A", "%3a"),
}


@pytest.fixture(scope="module")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator with the command line that sam gives it."""
    folder = tmp_path_factory.mktemp("sam")
    options = ("--log-level", "DEBUG", "--store-type", "sqlite", "--store-path", str(folder / "durable-executions.db"))
    with emulator_and_container(folder, *options, DURABLE_EXECUTION_TIME_SCALE="1") as running:
        yield running


@pytest.fixture
def client(sam: Emulator) -> Any:
    return client_of(sam.endpoint)


def asked(sam: Emulator, client: Any, event: Any) -> tuple[str, str]:
    """An execution that waits for a callback, and the callback's id as sam finds it in the history."""
    arn = sam.begin(event)

    def callback() -> str | None:
        if "InvocationCompleted" not in [event["EventType"] for event in events(client, arn)]:
            return None
        found = [event for event in events(client, arn) if event["EventType"] == "CallbackStarted"]
        return found[0]["CallbackStartedDetails"]["CallbackId"] if found else None

    return arn, until(callback, "the callback")


def events(client: Any, arn: str) -> list[dict[str, Any]]:
    page = client.get_durable_execution_history(DurableExecutionArn=arn, IncludeExecutionData=True)
    found: list[dict[str, Any]] = page["Events"]
    return found


def test_an_execution_can_be_polled_at_once_and_tells_what_sam_prints(sam: Emulator, client: Any) -> None:
    arn = sam.begin({"n": 1}, ExecutionName="hello")
    shown = client.get_durable_execution(DurableExecutionArn=arn)
    assert shown["Status"] in {"RUNNING", "SUCCEEDED"}
    until(lambda: client.get_durable_execution(DurableExecutionArn=arn)["Status"] == "SUCCEEDED" or None, "the end")
    shown = client.get_durable_execution(DurableExecutionArn=arn)
    assert (shown["DurableExecutionName"], shown["InputPayload"], shown["Result"]) == ("hello", '{"n": 1}', '{"n":1}')
    assert shown["StartTimestamp"].tzinfo is not None
    assert shown["StartTimestamp"] <= shown["EndTimestamp"]


def test_the_same_name_and_no_name_start_an_execution_each(sam: Emulator) -> None:
    arns = {sam.begin(1, ExecutionName="same"), sam.begin(1, ExecutionName="same"), sam.begin(1), sam.begin(1)}
    assert len(arns) == 4
    assert all(arn.isascii() and not set(arn) & set(" %\n") and not arn.startswith("-") for arn in arns)


def test_what_the_template_lacks_arrives_as_null(sam: Emulator, client: Any) -> None:
    arn = sam.begin(1, ExecutionTimeoutSeconds=None, ExecutionRetentionPeriodDays=None)
    assert ended(client, arn).status == "SUCCEEDED"
    assert client.get_durable_execution(DurableExecutionArn=arn)["DurableConfig"]["ExecutionTimeout"] == 300


def test_a_missing_field_is_named(sam: Emulator) -> None:
    reply = sam.ask("POST", "/start-durable-execution", b'{"AccountId": "1"}')
    assert (reply.status, reply.json["Type"]) == (400, "InvalidParameterValueException")
    assert reply.json["message"] == "Missing required field: FunctionName"


@pytest.mark.parametrize("way", WAYS)
def test_an_arn_arrives_however_it_is_written(sam: Emulator, client: Any, way: str) -> None:
    arn = sam.begin(1)
    ended(client, arn)
    written = WAYS[way](arn)
    assert sam.ask("GET", f"{EXECUTIONS}/{written}").json["DurableExecutionArn"] == arn
    history = sam.ask("GET", f"{EXECUTIONS}/{written}/history?IncludeExecutionData=true")
    assert [event["EventId"] for event in history.json["Events"]] == [1, 2, 3, 4, 5]
    assert sam.ask("POST", f"{EXECUTIONS}/{written}/stop", b"{}").status == 200


@pytest.mark.parametrize("way", [way for way in WAYS if "shell" not in way])
@pytest.mark.parametrize(
    ("result", "expected"), [(b"test result", "test result"), (b'{"ok":true}', '{"ok":true}'), (b"", None)]
)
def test_a_callback_is_answered_however_its_id_is_written(
    sam: Emulator, client: Any, way: str, result: bytes, expected: str | None
) -> None:
    arn, callback_id = asked(sam, client, {"ask": 30})
    written = WAYS[way](callback_id)
    assert sam.ask("POST", f"{CALLBACKS}/{written}/heartbeat").status == 200
    assert sam.ask("POST", f"{CALLBACKS}/{written}/succeed", result).status == 200
    assert ended(client, arn).result == expected


def test_callback_ids_hold_the_characters_that_clients_trip_over(sam: Emulator, client: Any) -> None:
    ids = [asked(sam, client, {"ask": 30})[1] for _ in range(8)]
    assert all(base64.b64decode(callback_id, validate=True) for callback_id in ids)
    assert any(set(callback_id) & set("+/=") for callback_id in ids)


def test_boto3_answers_callbacks_as_sam_does(sam: Emulator, client: Any) -> None:
    arn, callback_id = asked(sam, client, {"ask": 30})
    client.send_durable_execution_callback_heartbeat(CallbackId=callback_id)
    client.send_durable_execution_callback_success(CallbackId=callback_id, Result=b"test result")
    assert ended(client, arn).result == "test result"
    assert [event["EventType"] for event in events(client, arn)] == [
        "ExecutionStarted",
        "ContextStarted",
        "CallbackStarted",
        "StepStarted",
        "StepSucceeded",
        "InvocationCompleted",
        "CallbackSucceeded",
        "ContextSucceeded",
        "InvocationCompleted",
        "ExecutionSucceeded",
    ]

    failing, callback_id = asked(sam, client, {"ask": 30})
    client.send_durable_execution_callback_failure(CallbackId=callback_id, Error={})
    assert ended(client, failing).status == "FAILED"


def test_the_history_of_a_step_is_what_sams_tests_compare(sam: Emulator, client: Any) -> None:
    arn = sam.begin("hi", ExecutionName="compared")
    ended(client, arn)
    started, step_started, step_succeeded, _, succeeded = sam.ask(
        "GET", f"{EXECUTIONS}/{quote(arn, safe='')}/history?IncludeExecutionData=true"
    ).json["Events"]
    assert started["ExecutionStartedDetails"] == {
        "Input": {"Payload": '"hi"', "Truncated": False},
        "ExecutionTimeout": 300,
    }
    assert step_started["StepStartedDetails"] == {}
    assert step_succeeded["StepSucceededDetails"] == {
        "Result": {"Payload": '"hi"', "Truncated": False},
        "RetryDetails": {"CurrentAttempt": 1, "NextAttemptDelaySeconds": 0},
    }
    assert succeeded["ExecutionSucceededDetails"] == {"Result": {"Payload": '"hi"', "Truncated": False}}
    assert (started["Name"], succeeded["Name"], step_started["Name"]) == ("compared", "compared", "echo")
    assert [event.get("SubType") for event in (started, step_started, succeeded)] == [None, "Step", None]


def test_stopping_answers_also_when_there_is_nothing_left_to_stop(sam: Emulator, client: Any) -> None:
    arn = sam.begin({"wait": 60})
    first = client.stop_durable_execution(DurableExecutionArn=arn, Error={"ErrorType": "Enough", "ErrorMessage": "go"})
    assert ended(client, arn).error == {"ErrorType": "Enough", "ErrorMessage": "go"}
    assert client.stop_durable_execution(DurableExecutionArn=arn)["StopTimestamp"] == first["StopTimestamp"]


def test_what_is_missing_is_a_404_whose_code_boto3_does_not_know(sam: Emulator, client: Any) -> None:
    for call in (
        client.get_durable_execution,
        client.get_durable_execution_history,
        client.stop_durable_execution,
    ):
        with pytest.raises(ClientError) as caught:
            call(DurableExecutionArn=UNKNOWN)
        assert f"An error occurred (404) when calling the {caught.value.operation_name} operation" in str(caught.value)
    reply = sam.ask("GET", f"{EXECUTIONS}/{quote(UNKNOWN, safe='')}")
    assert reply.json == {"Type": "ResourceNotFoundException", "Message": f"Execution {UNKNOWN} not found"}
    assert sam.ask("GET", f"{EXECUTIONS}/8c5e").json["Message"] == "Execution 8c5e not found"


def test_a_closed_callback_is_a_404_in_the_originals_words(sam: Emulator, client: Any) -> None:
    arn, callback_id = asked(sam, client, {"ask": 30})
    client.send_durable_execution_callback_success(CallbackId=callback_id)
    ended(client, arn)
    where = f"{CALLBACKS}/{quote(callback_id, safe='')}"
    for act, body, words in (
        ("succeed", b"", f"Failed to process callback success: Callback {callback_id} is not in STARTED state"),
        ("fail", b"{}", f"Failed to process callback failure: Callback {callback_id} is not in STARTED state"),
        ("heartbeat", b"", f"Failed to process callback heartbeat: Callback {callback_id} is not active"),
    ):
        reply = sam.ask("POST", f"{where}/{act}", body)
        assert (reply.status, reply.json["Message"]) == (404, words)


def test_a_function_that_fails_tells_sam_how(sam: Emulator, client: Any) -> None:
    arn = sam.begin({"fail": "no mugs"})
    assert ended(client, arn).status == "FAILED"
    error = client.get_durable_execution(DurableExecutionArn=arn)["Error"]
    assert (error["ErrorType"], error["ErrorMessage"]) == ("ValueError", "no mugs")


def test_the_list_of_everything_is_the_emulators_own(sam: Emulator) -> None:
    arn = sam.begin(1)
    listed = sam.ask("GET", EXECUTIONS).json["DurableExecutions"]
    assert arn in [item["DurableExecutionArn"] for item in listed]


def test_two_executions_never_call_one_container_at_once(sam: Emulator) -> None:
    """The runtime interface emulator would crash; here a counting stand-in takes its place."""

    async def scenario() -> tuple[int, int]:
        calls = under_way = most = 0
        all_called = asyncio.Event()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal calls, under_way, most
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"POST /2015-03-31/functions/function/invocations HTTP/1.1\r\n"), head
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.05)  # long enough for another call to arrive
            under_way -= 1
            calls += 1
            body = json.dumps({"Status": "SUCCEEDED", "Result": "1"}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            writer.close()
            if calls == 4:
                all_called.set()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            await asyncio.gather(*(asyncio.to_thread(sam.begin, 1, LambdaEndpoint=endpoint) for _ in range(4)))
            await asyncio.wait_for(all_called.wait(), 20)
        return calls, most

    assert asyncio.run(scenario()) == (4, 1)
