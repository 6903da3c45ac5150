"""The official emulator's own route to start executions."""

import json

import pytest

from tests.service.http.world import EXECUTIONS, Client, with_api

BODY = {
    "AccountId": "123456789012",
    "FunctionName": "echo",
    "FunctionQualifier": "$LATEST",
    "ExecutionName": "night",
    "ExecutionTimeoutSeconds": 300,
    "ExecutionRetentionPeriodDays": None,
    "Input": '{"order": 7}',
    "LambdaEndpoint": "http://127.0.0.1:3999",
}


async def start(client: Client, **changes: object) -> str:
    reply = await client.ask("POST", "/start-durable-execution", json.dumps(BODY | changes).encode())
    assert reply.status == 201
    arn: str = reply.json["ExecutionArn"]
    return arn


def test_an_execution_is_started_and_can_be_seen_at_once() -> None:
    async def talk(client: Client) -> None:
        shown = (await client.ask("GET", f"{EXECUTIONS}/{await start(client)}")).json
        assert (shown["DurableExecutionName"], shown["InputPayload"]) == ("night", '{"order": 7}')
        assert shown["DurableConfig"]["ExecutionTimeout"] == 300
        await client.invoker.called.wait()
        assert client.invoker.calls[0].endpoint == "http://127.0.0.1:3999"

    with_api(talk)


def test_the_same_name_starts_another_execution_and_no_name_is_made_up() -> None:
    async def talk(client: Client) -> None:
        arns = {await start(client), await start(client), await start(client, ExecutionName=None)}
        assert len(arns) == 3

    with_api(talk)


@pytest.mark.parametrize("missing", [name for name in BODY if name not in ("Input", "LambdaEndpoint")])
def test_a_missing_key_is_named(missing: str) -> None:
    async def talk(client: Client) -> None:
        body = json.dumps({name: value for name, value in BODY.items() if name != missing}).encode()
        reply = await client.ask("POST", "/start-durable-execution", body)
        assert (reply.status, reply.json["__type"]) == (400, "InvalidParameterValueException")
        assert reply.json["message"] == f"Missing required field: {missing}"

    with_api(talk)


def test_functions_that_run_at_no_address_cannot_be_moved() -> None:
    async def talk(client: Client) -> None:
        reply = await client.ask("PUT", "/lambda-endpoint", b'{"EndpointUrl": "http://127.0.0.1:3999"}')
        assert reply.status == 404

    with_api(talk)
