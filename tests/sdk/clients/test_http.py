"""The HTTP client against a service that misbehaves on purpose."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from everstep.core.messages import CheckpointReply, CheckpointRequest
from everstep.core.model import Action, Arn, CheckpointToken, Kind, OperationId, Update
from everstep.errors import CheckpointError, GetExecutionStateError
from everstep.sdk.clients.http import HttpClient, Patience
from everstep.sdk.clients.signing import Credentials
from tests.sdk.clients.scripted import Deed, HangUp, Reply, ScriptedService, scripted

ARN = Arn("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST/durable-execution/n/i")
PATH = (
    "/2025-12-01/durable-executions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af%3A%24LATEST"
    "%2Fdurable-execution%2Fn%2Fi"
)
TOKEN = CheckpointToken("dG9rZW4+")
KEYS = Credentials(access_key="AKID", secret_key="secret", session_token="session")
IMPATIENT = Patience(backoff_seconds=0.0, read_seconds=5.0)
REQUEST = CheckpointRequest(
    token=TOKEN, updates=(Update(id=OperationId("1"), kind=Kind.STEP, action=Action.START, name="charge"),)
)
SAVED = Reply(body=b'{"CheckpointToken":"bmV4dA==","NewExecutionState":{"Operations":[]}}')


def refusal(status: int, code: str = "", message: str = "") -> Reply:
    headers = {"x-amzn-ErrorType": code} if code else {}
    return Reply(status=status, headers=headers, body=json.dumps({"message": message}).encode())


@contextmanager
def calling(*deeds: Deed) -> Iterator[tuple[HttpClient, ScriptedService]]:
    with scripted(*deeds) as service:
        client = HttpClient(service.url, "eu-central-1", KEYS, patience=IMPATIENT)
        try:
            yield client, service
        finally:
            client.close()


def test_a_checkpoint_is_sent_as_the_api_wants_it() -> None:
    with calling(SAVED) as (client, service):
        reply = client.checkpoint(ARN, REQUEST)

    (asked,) = service.asked
    assert reply == CheckpointReply(token=CheckpointToken("bmV4dA=="))
    assert (asked.method, asked.target) == ("POST", f"{PATH}/checkpoint")
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.headers["User-Agent"].startswith("everstep/")
    assert asked.headers["Host"] == urlsplit(service.url).netloc
    assert asked.headers["X-Amz-Security-Token"] == "session"
    assert "Credential=AKID/" in asked.headers["Authorization"]
    assert "/eu-central-1/lambda/aws4_request" in asked.headers["Authorization"]
    body = json.loads(asked.body)
    assert body["CheckpointToken"] == TOKEN
    assert body["Updates"] == [{"Id": "1", "Type": "STEP", "Action": "START", "Name": "charge"}]


def test_a_page_of_the_state_is_asked_for_with_its_marker() -> None:
    page = Reply(body=b'{"Operations":[],"NextMarker":"m2"}')
    with calling(page) as (client, service):
        found = client.get_state(ARN, TOKEN, "m 1", 1000)

    target = urlsplit(service.asked[0].target)
    assert found.next_marker == "m2"
    assert target.path == f"{PATH}/state"
    assert parse_qs(target.query) == {"CheckpointToken": [TOKEN], "Marker": ["m 1"], "MaxItems": ["1000"]}
    assert "%2B" in target.query, "a bare + in a query would be read as a space"


def test_calls_share_one_connection() -> None:
    with calling(SAVED) as (client, service):
        for _ in range(3):
            client.checkpoint(ARN, REQUEST)
    assert [asked.connection for asked in service.asked] == [1, 1, 1]


def test_calls_at_the_same_time_do_not_mix_their_answers() -> None:
    with calling(SAVED) as (client, service), ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: client.checkpoint(ARN, REQUEST), range(20)))
    assert len(service.asked) == len(replies) == 20


def test_a_kept_connection_that_died_is_replaced_without_counting_as_a_try() -> None:
    once = Patience(tries_max=1)
    with scripted(Reply(body=SAVED.body, hang_up_after=True), SAVED) as service:
        client = HttpClient(service.url, "eu-central-1", KEYS, patience=once)
        client.checkpoint(ARN, REQUEST)
        client.checkpoint(ARN, REQUEST)
        client.close()
    assert [asked.connection for asked in service.asked] == [1, 2]


@pytest.mark.parametrize(
    "disturbance", [HangUp(), refusal(500), refusal(503), refusal(429, "TooManyRequestsException")]
)
def test_a_disturbed_call_is_repeated_with_the_same_client_token(disturbance: Deed) -> None:
    with calling(disturbance, disturbance, SAVED) as (client, service):
        client.checkpoint(ARN, REQUEST)
        client.checkpoint(ARN, REQUEST)

    *repeats, other = [json.loads(asked.body)["ClientToken"] for asked in service.asked]
    assert len(repeats) == 3
    assert len(set(repeats)) == 1
    assert other not in repeats, "another checkpoint is another call"


def test_a_client_token_of_the_caller_is_kept() -> None:
    mine = CheckpointRequest(token=TOKEN, client_token="mine")
    with calling(SAVED) as (client, service):
        client.checkpoint(ARN, mine)
    assert json.loads(service.asked[0].body)["ClientToken"] == "mine"


@pytest.mark.parametrize(
    ("answer", "retryable", "tries"),
    [
        (refusal(400, "InvalidParameterValueException", "Invalid checkpoint token"), True, 1),
        (refusal(400, "InvalidParameterValueException", "Invalid Checkpoint Token: used"), True, 1),
        (refusal(400, "", "Invalid checkpoint token"), True, 1),
        (refusal(400, "InvalidParameterValueException", "Invalid Marker"), False, 1),
        (refusal(403, "ExpiredTokenException", "expired"), False, 1),
        (refusal(404, "ResourceNotFoundException", "gone"), False, 1),
        (refusal(502, "KMSDisabledException", "disabled"), False, 1),
        (refusal(502, "", "bad gateway"), True, 3),
        (refusal(500, "ServiceException", "oops"), True, 3),
        (refusal(429, "TooManyRequestsException", "slow down"), True, 3),
        (HangUp(), True, 3),
    ],
)
def test_only_what_may_pass_is_retryable(answer: Deed, retryable: bool, tries: int) -> None:
    with calling(answer) as (client, service), pytest.raises(CheckpointError) as raised:
        client.checkpoint(ARN, REQUEST)
    assert raised.value.is_retryable() is retryable
    assert len(service.asked) == tries


def test_an_error_tells_its_code_status_and_reason() -> None:
    with (
        calling(refusal(404, "ResourceNotFoundException", "no such execution")) as (client, _),
        pytest.raises(GetExecutionStateError, match=r"read the state.*no such execution") as raised,
    ):
        client.get_state(ARN, TOKEN, "", 10)
    assert (raised.value.code, raised.value.status) == ("ResourceNotFoundException", 404)


def test_a_service_that_is_not_there_is_named() -> None:
    with scripted(SAVED) as service:
        url = service.url
    with pytest.raises(CheckpointError, match=rf"save progress: no answer from {url}") as raised:
        HttpClient(url, "eu-central-1", KEYS, patience=IMPATIENT).checkpoint(ARN, REQUEST)
    assert (raised.value.is_retryable(), raised.value.status) == (True, None)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"CheckpointToken":"dA=="}'])
def test_an_answer_that_cannot_be_read_is_retryable(body: bytes) -> None:
    with (
        calling(Reply(body=body)) as (client, _),
        pytest.raises(CheckpointError, match="answer cannot be read") as raised,
    ):
        client.checkpoint(ARN, REQUEST)
    assert raised.value.is_retryable()
