"""Invoke begins executions of durable functions, calls plain ones, and tells how either ended."""

import asyncio

import pytest

from everstep.core.limits import LIMITS, Limits
from everstep.core.model import Arn
from everstep.service.http.invoke import outcome
from tests.service.http.world import EXECUTIONS, Client, with_api

NOBODY = "arn:aws:lambda:us-east-1:000000000000:function:nobody"


def test_a_synchronous_caller_gets_the_result_and_the_name_of_the_execution() -> None:
    async def talk(client: Client) -> None:
        reply = await client.invoke("echo", b'{"order": 7}')
        assert (reply.status, reply.body) == (200, b'{"order": 7}')
        assert reply.headers["x-amz-executed-version"] == "$LATEST"
        assert (await client.ask("GET", f"{EXECUTIONS}/{reply.arn}")).json["Status"] == "SUCCEEDED"

    with_api(talk)


def test_a_failed_execution_is_a_200_with_a_function_error() -> None:
    async def talk(client: Client) -> None:
        reply = await client.invoke("broken")
        assert (reply.status, reply.headers["x-amz-function-error"]) == (200, "Unhandled")
        assert reply.json == {"errorMessage": "no money", "errorType": "CardDeclined", "stackTrace": ["line 1"]}
        assert "/durable-execution/" in reply.arn

    with_api(talk)


def test_a_caller_that_waits_learns_that_its_execution_was_stopped() -> None:
    async def talk(client: Client) -> None:
        arn = (await client.invoke("sleeper", type="Event", durable_execution_name="long")).arn
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(client.invoke("sleeper", durable_execution_name="long"))
            stopped = await client.ask("POST", f"{EXECUTIONS}/{arn}/stop")
        assert stopped.status == 200
        assert waiting.result().headers["x-amz-function-error"] == "Unhandled"
        assert waiting.result().json["errorMessage"] == "the execution ended as STOPPED"

    with_api(talk)


def test_a_caller_without_patience_is_told_that_the_execution_goes_on() -> None:
    async def talk(client: Client) -> None:
        started = await client.invoke("sleeper", type="Event")
        reply = await outcome(client.service, Arn(started.arn), seconds_max=0)
        assert reply.status == 200
        assert ("X-Amz-Function-Error", "Unhandled") in reply.headers
        assert b"Sandbox.Timedout" in reply.body

    with_api(talk)


def test_an_event_is_accepted_at_once_with_the_name_of_its_execution() -> None:
    async def talk(client: Client) -> None:
        reply = await client.invoke("sleeper", type="Event", durable_execution_name="night")
        assert (reply.status, reply.body) == (202, b"")
        assert "/durable-execution/night/" in reply.arn

    with_api(talk)


@pytest.mark.parametrize("function", ["echo", "plain"])
def test_a_dry_run_starts_nothing(function: str) -> None:
    async def talk(client: Client) -> None:
        reply = await client.invoke(function, type="DryRun")
        assert (reply.status, reply.body) == (204, b"")
        assert (await client.ask("GET", EXECUTIONS)).json == {"DurableExecutions": []}
        assert client.invoker.calls == []

    with_api(talk)


def test_the_same_name_and_payload_find_the_same_execution() -> None:
    async def talk(client: Client) -> None:
        first = await client.invoke("echo", b"7", durable_execution_name="order-7")
        again = await client.invoke("echo", b"7", durable_execution_name="order-7")
        assert (again.status, again.body, again.arn) == (200, b"7", first.arn)
        assert len(client.invoker.calls) == 1

    with_api(talk)


def test_the_same_name_with_another_payload_is_a_conflict() -> None:
    async def talk(client: Client) -> None:
        first = await client.invoke("echo", b"7", durable_execution_name="order-7")
        reply = await client.invoke("echo", b"8", durable_execution_name="order-7")
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (409, "DurableExecutionAlreadyStartedException")
        assert (reply.arn, first.arn in reply.json["Message"]) == (first.arn, True)
        assert len(client.invoker.calls) == 1

    with_api(talk)


def test_a_plain_function_is_called_and_its_answer_passed_on() -> None:
    async def talk(client: Client) -> None:
        reply = await client.invoke("plain", b'{"a": 1}', tenant_id="blue")
        assert (reply.status, reply.body) == (200, b'{"a": 1}')
        assert reply.headers["x-amz-executed-version"] == "$LATEST"
        assert "x-amz-durable-execution-arn" not in reply.headers
        assert client.invoker.calls[0].tenant_id == "blue"

        broken = await client.invoke("plain-broken")
        assert (broken.status, broken.headers["x-amz-function-error"]) == (200, "Unhandled")
        assert broken.json["errorType"] == "CardDeclined"
        assert (await client.invoke("plain:7")).headers["x-amz-executed-version"] == "7"

    with_api(talk)


def test_an_event_for_a_plain_function_is_carried_out_after_the_answer() -> None:
    async def talk(client: Client) -> None:
        reply = await client.invoke("plain", b"1", type="Event")
        assert (reply.status, client.invoker.calls) == (202, [])
        await client.invoker.called.wait()
        assert client.invoker.calls[0].payload == b"1"

    with_api(talk)


@pytest.mark.parametrize(
    ("function", "body", "headers", "status", "code"),
    [
        ("nobody", b"", {}, 404, "ResourceNotFoundException"),
        ("nobody", b"", {"type": "DryRun"}, 404, "ResourceNotFoundException"),
        ("a%20b", b"", {}, 400, "ValidationException"),
        ("echo", b"{", {}, 400, "InvalidRequestContentException"),
        ("echo", b'"\xff"', {}, 400, "InvalidRequestContentException"),
        ("plain", b"NaN", {}, 400, "InvalidRequestContentException"),
        ("echo", b"", {"type": "Sync"}, 400, "ValidationException"),
        ("echo", b"", {"durable_execution_name": "a b"}, 400, "ValidationException"),
        ("echo", b"", {"durable_execution_name": "x" * 65}, 400, "ValidationException"),
        ("echo", b"", {"tenant_id": "!"}, 400, "ValidationException"),
        ("plain", b"", {"durable_execution_name": "order-7"}, 400, "InvalidParameterValueException"),
        ("echo:1", b"", {"type": "DryRun"}, 204, ""),
    ],
)
def test_what_cannot_be_invoked_is_refused_and_starts_nothing(
    function: str, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    async def talk(client: Client) -> None:
        reply = await client.invoke(function, body, **headers)
        assert (reply.status, reply.headers.get("x-amzn-errortype", "")) == (status, code)
        assert client.invoker.calls == []
        assert (await client.ask("GET", EXECUTIONS)).json == {"DurableExecutions": []}

    with_api(talk)


def test_an_event_may_be_a_megabyte_and_not_more() -> None:
    async def talk(client: Client) -> None:
        largest = b'"' + b"x" * (LIMITS.async_input_bytes_max - 2) + b'"'
        assert (await client.invoke("echo", largest, type="Event")).status == 202
        refused = await client.invoke("echo", b" " + largest, type="Event")
        assert (refused.status, refused.headers["x-amzn-errortype"]) == (413, "RequestTooLargeException")
        assert (await client.invoke("echo", b" " + largest)).status == 200

    with_api(talk)


def test_an_unknown_function_is_named_by_its_arn() -> None:
    async def talk(client: Client) -> None:
        reply = await client.invoke("nobody")
        assert reply.json["Message"] == f"Function not found: {NOBODY}"

    with_api(talk)


def test_the_same_name_for_another_version_is_a_conflict() -> None:
    async def talk(client: Client) -> None:
        await client.invoke("echo:1", b"7", durable_execution_name="order-7")
        reply = await client.invoke("echo:2", b"7", durable_execution_name="order-7")
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (409, "DurableExecutionAlreadyStartedException")

    with_api(talk)


def test_a_synchronous_caller_waits_as_long_as_the_limits_say_and_can_come_back() -> None:
    async def talk(client: Client) -> None:
        first = await client.invoke("sleeper", durable_execution_name="long")
        assert (first.status, first.json["errorType"]) == (200, "Sandbox.Timedout")
        again = await client.invoke("sleeper", durable_execution_name="long")
        assert (again.arn, again.headers["x-amz-function-error"]) == (first.arn, "Unhandled")

    with_api(talk, limits=Limits(sync_invoke_seconds_max=0))
