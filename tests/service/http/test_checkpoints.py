"""The API of a running function: it reports and reads with a token, and no answer is a 404."""

import json
from urllib.parse import quote_plus

from everstep.core.messages import Envelope
from everstep.core.model import Arn
from everstep.core.wire.envelope import decode_envelope
from everstep.core.wire.text import load
from tests.service.http.world import EXECUTIONS, UNKNOWN, Client, Reply, with_api

A_WAIT = {"Id": "w", "Type": "WAIT", "Action": "START", "WaitOptions": {"WaitSeconds": 3600}}


async def an_envelope(client: Client) -> Envelope:
    """What a function that has not answered yet was called with."""
    await client.invoke("silent", b"1", type="Event")
    await client.invoker.called.wait()
    return decode_envelope(load(client.invoker.calls[-1].payload))


async def checkpoint(client: Client, arn: str, body: object) -> Reply:
    return await client.ask("POST", f"{EXECUTIONS}/{arn}/checkpoint", json.dumps(body).encode())


def test_a_checkpoint_answers_with_the_next_token_and_what_changed() -> None:
    async def talk(client: Client) -> None:
        envelope = await an_envelope(client)
        reply = await checkpoint(client, envelope.arn, {"CheckpointToken": envelope.token, "Updates": [A_WAIT]})
        assert reply.status == 200
        assert reply.json["CheckpointToken"] != envelope.token
        [operation] = reply.json["NewExecutionState"]["Operations"]
        assert (operation["Id"], operation["Status"]) == ("w", "STARTED")

    with_api(talk)


def test_the_state_is_read_with_the_current_token_however_its_plus_was_written() -> None:
    async def talk(client: Client) -> None:
        envelope = await an_envelope(client)
        token = (await checkpoint(client, envelope.arn, {"CheckpointToken": envelope.token, "Updates": [A_WAIT]})).json[
            "CheckpointToken"
        ]
        for written in (quote_plus(token), token):
            reply = await client.ask("GET", f"{EXECUTIONS}/{envelope.arn}/state?CheckpointToken={written}&MaxItems=0")
            assert (reply.status, [op["Id"] for op in reply.json["Operations"]][-1]) == (200, "w")

    with_api(talk)


def test_a_token_of_an_unknown_or_closed_execution_is_stale() -> None:
    async def talk(client: Client) -> None:
        envelope = await an_envelope(client)
        await client.service.stop(Arn(envelope.arn))
        for arn in (envelope.arn, UNKNOWN):
            written = await checkpoint(client, arn, {"CheckpointToken": envelope.token})
            read = await client.ask("GET", f"{EXECUTIONS}/{arn}/state?CheckpointToken={envelope.token}")
            for reply in (written, read):
                assert (reply.status, reply.json["message"]) == (400, "Invalid checkpoint token")
                assert reply.headers["x-amzn-errortype"] == "InvalidParameterValueException"

    with_api(talk)


def test_a_malformed_request_is_refused_before_any_token_is_looked_at() -> None:
    async def talk(client: Client) -> None:
        envelope = await an_envelope(client)
        no_token = await checkpoint(client, envelope.arn, {})
        no_json = await client.ask("POST", f"{EXECUTIONS}/{envelope.arn}/checkpoint", b"{")
        no_arn = await checkpoint(client, "nothing", {"CheckpointToken": envelope.token})
        assert [reply.headers["x-amzn-errortype"] for reply in (no_token, no_json, no_arn)] == [
            "ValidationException",
            "SerializationException",
            "ValidationException",
        ]
        after = await checkpoint(client, envelope.arn, {"CheckpointToken": envelope.token})
        assert after.status == 200

    with_api(talk)
