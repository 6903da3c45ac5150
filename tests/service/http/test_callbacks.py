"""The API of the world outside: callbacks are answered once, whoever writes their id in whatever way."""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from everstep.core.model import Arn
from everstep.service.http.dialect import Dialect
from tests.service.http.sockets import code_of, talking
from tests.service.http.world import EXECUTIONS, Client, Reply, with_api

CALLBACKS = "/2025-12-01/durable-execution-callbacks"
NOBODY = "bm9ib2R5fG5vd2hlcmU="
MIB = 1024 * 1024


async def a_question(client: Client) -> tuple[str, str]:
    """An execution that waits for the world outside, and the id of its callback."""
    arn = (await client.invoke("asker", type="Event")).arn
    await client.invoker.reported.wait()
    return arn, question_in((await client.ask("GET", f"{EXECUTIONS}/{arn}/history")).json["Events"])


def question_in(events: Any) -> str:
    [question] = [e["CallbackStartedDetails"]["CallbackId"] for e in events if "CallbackStartedDetails" in e]
    assert isinstance(question, str)
    return question


async def answer(client: Client, callback_id: str, act: str, body: bytes = b"") -> Reply:
    return await client.ask("POST", f"{CALLBACKS}/{callback_id}/{act}", body)


async def the_end(client: Client, arn: str) -> Any:
    await client.service.closed(Arn(arn))
    return (await client.ask("GET", f"{EXECUTIONS}/{arn}")).json


@pytest.mark.parametrize("text", ['{"b" :1, "a":  "é"}', "no JSON at all", " \n"])
def test_a_result_is_kept_byte_for_byte(text: str) -> None:
    async def talk(client: Client) -> None:
        arn, question = await a_question(client)
        reply = await answer(client, question, "succeed", text.encode())
        assert (reply.status, reply.json) == (200, {})
        end = await the_end(client, arn)
        assert (end["Status"], end["Result"]) == ("SUCCEEDED", text)

    with_api(talk)


def test_an_empty_body_is_no_result() -> None:
    async def talk(client: Client) -> None:
        arn, question = await a_question(client)
        await answer(client, question, "succeed")
        end = await the_end(client, arn)
        assert (end["Status"], "Result" in end) == ("SUCCEEDED", False)

    with_api(talk)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"ErrorType": "Rejected", "ErrorMessage": "no"}', {"ErrorType": "Rejected", "ErrorMessage": "no"}),
        (b"{}", {}),
        (b"", {}),
    ],
)
def test_a_failure_carries_the_error_of_its_body(body: bytes, error: object) -> None:
    async def talk(client: Client) -> None:
        arn, question = await a_question(client)
        assert (await answer(client, question, "fail", body)).status == 200
        end = await the_end(client, arn)
        assert (end["Status"], end.get("Error")) == ("FAILED", error)

    with_api(talk)


def test_a_heartbeat_writes_no_history_and_leaves_the_question_open() -> None:
    async def talk(client: Client) -> None:
        arn, question = await a_question(client)
        assert (await answer(client, question, "heartbeat")).status == 200
        assert (await answer(client, question, "succeed", b"1")).status == 200
        await the_end(client, arn)
        events = (await client.ask("GET", f"{EXECUTIONS}/{arn}/history")).json["Events"]
        assert [event["EventType"] for event in events if event.get("Name") == "ask>>>???"] == [
            "CallbackStarted",
            "CallbackSucceeded",
        ]

    with_api(talk)


def test_the_first_answer_wins_and_every_other_one_is_late() -> None:
    async def talk(client: Client) -> None:
        _, question = await a_question(client)
        assert (await answer(client, question, "succeed", b"1")).status == 200
        for act in ("succeed", "fail", "heartbeat"):
            reply = await answer(client, question, act)
            assert (reply.status, reply.headers["x-amzn-errortype"]) == (400, "CallbackTimeoutException")

    with_api(talk)


def test_the_emulator_calls_a_closed_callback_not_found_and_gives_no_code() -> None:
    async def talk(client: Client) -> None:
        _, question = await a_question(client)
        await answer(client, question, "succeed", b"1")
        replies = [await answer(client, question, act) for act in ("succeed", "fail", "heartbeat")]
        assert {(reply.status, "x-amzn-errortype" in reply.headers) for reply in replies} == {(404, False)}
        assert [reply.json["Message"] for reply in replies] == [
            f"Failed to process callback success: Callback {question} is not in STARTED state",
            f"Failed to process callback failure: Callback {question} is not in STARTED state",
            f"Failed to process callback heartbeat: Callback {question} is not active",
        ]

    with_api(talk, dialect=Dialect.EMULATOR)


@pytest.mark.parametrize("callback_id", [NOBODY, "not*base64", "a" * 2000])
@pytest.mark.parametrize("act", ["succeed", "fail", "heartbeat"])
def test_an_id_that_names_nothing_is_not_found(act: str, callback_id: str) -> None:
    async def talk(client: Client) -> None:
        reply = await answer(client, callback_id, act)
        assert (reply.status, reply.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")

    with_api(talk)


def test_a_bad_body_is_refused_and_the_question_stays_open() -> None:
    async def talk(client: Client) -> None:
        arn, question = await a_question(client)
        too_large = await answer(client, question, "succeed", b"x" * (MIB + 1))
        assert (too_large.status, too_large.headers["x-amzn-errortype"]) == (400, "ValidationException")
        too_sad = await answer(client, question, "fail", json.dumps({"ErrorMessage": "x" * (MIB + 1)}).encode())
        assert (too_sad.status, too_sad.headers["x-amzn-errortype"]) == (400, "InvalidParameterValueException")
        no_text = await answer(client, question, "succeed", b"\xff")
        assert (no_text.status, no_text.headers["x-amzn-errortype"]) == (400, "InvalidParameterValueException")
        no_json = await answer(client, question, "fail", b"{")
        assert (no_json.status, no_json.headers["x-amzn-errortype"]) == (400, "SerializationException")

        assert (await answer(client, question, "succeed", b"x" * MIB)).status == 200
        assert len((await the_end(client, arn))["Result"]) == MIB

    with_api(talk)


def test_boto3_answers_callbacks_with_the_error_codes_that_its_users_expect() -> None:
    def talk(client: Any) -> None:
        question = asked(client)
        client.send_durable_execution_callback_heartbeat(CallbackId=question)
        client.send_durable_execution_callback_success(CallbackId=question, Result=b'{"ok": true}')
        with pytest.raises(client.exceptions.CallbackTimeoutException):
            client.send_durable_execution_callback_failure(CallbackId=question, Error={"ErrorType": "Late"})
        with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
            client.send_durable_execution_callback_heartbeat(CallbackId=NOBODY)
        assert code_of(refused) == "ResourceNotFoundException"
        assert joined(client) == b'{"ok": true}'

    talking(talk)


@pytest.mark.parametrize("unencoded", ["+/=", "", "=", "+=", "/"])
def test_an_id_may_be_encoded_wholly_or_half_or_not_at_all(unencoded: str) -> None:
    def talk(client: Any) -> None:
        question = asked(client)
        assert all(character in question for character in "+/=")
        connection = http.client.HTTPConnection(urlsplit(client.meta.endpoint_url).netloc, timeout=20)
        connection.request("POST", f"{CALLBACKS}/{quote(question, safe=unencoded)}/succeed", body=b'"yes"')
        assert connection.getresponse().status == 200
        connection.close()
        assert joined(client) == b'"yes"'

    talking(talk)


NAMED = {"FunctionName": "asker", "DurableExecutionName": "night"}


def asked(client: Any) -> str:
    """The id of the callback that a new execution waits for."""
    arn = client.invoke(**NAMED, InvocationType="Event")["DurableExecutionArn"]
    while True:
        events = client.get_durable_execution_history(DurableExecutionArn=arn)["Events"]
        if any(event["EventType"] == "CallbackStarted" for event in events):
            return question_in(events)


def joined(client: Any) -> Any:
    """What that execution ends with, once it ends: the same name again waits for the same execution."""
    return client.invoke(**NAMED)["Payload"].read()
