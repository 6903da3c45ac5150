"""The author's own boto3 client, a real one, against a service on a socket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from everstep.core.messages import CheckpointRequest
from everstep.core.model import Action, Arn, CheckpointToken, Kind, Millis, OperationId, Update
from everstep.errors import CheckpointError, GetExecutionStateError, ValidationError
from everstep.sdk.clients.boto import BotoClient
from tests.sdk.clients.scripted import Deed, Reply, ScriptedService, scripted

boto3 = pytest.importorskip("boto3", reason="boto3 is not installed: its adapter is NOT tested")
config = pytest.importorskip("botocore.config")

ARN = Arn("arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST/durable-execution/n/i")
TOKEN = CheckpointToken("dG9rZW4=")
REQUEST = CheckpointRequest(
    token=TOKEN, updates=(Update(id=OperationId("1"), kind=Kind.WAIT, action=Action.START, wait_seconds=5),)
)
OPERATION = {
    "Id": "1",
    "Type": "WAIT",
    "Status": "STARTED",
    "StartTimestamp": 1767323045.678,
    "WaitDetails": {"ScheduledEndTimestamp": 1767323050.678},
}


def as_reply(status: int, content: object, **headers: str) -> Reply:
    return Reply(
        status=status, body=json.dumps(content).encode(), headers={"Content-Type": "application/json", **headers}
    )


@contextmanager
def calling(deed: Deed) -> Iterator[tuple[BotoClient, ScriptedService]]:
    with scripted(deed) as service:
        boto: Any = boto3.client(
            "lambda",
            endpoint_url=service.url,
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=config.Config(retries={"total_max_attempts": 1}),
        )
        try:
            yield BotoClient(boto), service
        finally:
            boto.close()


def test_a_checkpoint_travels_with_its_updates_and_returns_moments() -> None:
    saved = as_reply(200, {"CheckpointToken": "bmV4dA==", "NewExecutionState": {"Operations": [OPERATION]}})
    with calling(saved) as (client, service):
        reply = client.checkpoint(ARN, REQUEST)

    sent = json.loads(service.asked[0].body)
    assert sent["Updates"] == [{"Id": "1", "Type": "WAIT", "Action": "START", "WaitOptions": {"WaitSeconds": 5}}]
    assert reply.token == "bmV4dA=="
    assert reply.operations[0].started_at == Millis(1767323045678)
    assert reply.operations[0].wait_ends_at == Millis(1767323050678)


def test_a_page_of_the_state_is_read() -> None:
    with calling(as_reply(200, {"Operations": [OPERATION], "NextMarker": "m2"})) as (client, service):
        page = client.get_state(ARN, TOKEN, "m1", 1000)
    assert (len(page.operations), page.next_marker) == (1, "m2")
    assert "Marker=m1" in service.asked[0].target


@pytest.mark.parametrize(
    ("status", "code", "message", "retryable"),
    [
        (400, "InvalidParameterValueException", "Invalid checkpoint token", True),
        (400, "InvalidParameterValueException", "Invalid Marker", False),
        (429, "TooManyRequestsException", "slow down", True),
        (500, "ServiceException", "oops", True),
        (502, "KMSDisabledException", "disabled", False),
        (404, "ResourceNotFoundException", "gone", False),
    ],
)
def test_refusals_are_judged_as_over_http(status: int, code: str, message: str, retryable: bool) -> None:
    content = {"__type": code, "message": message, "Message": message}
    with calling(as_reply(status, content)) as (client, _), pytest.raises(CheckpointError, match=message) as raised:
        client.checkpoint(ARN, REQUEST)
    assert (raised.value.code, raised.value.status) == (code, status)
    assert raised.value.is_retryable() is retryable


def test_a_service_that_is_not_there_may_come_back() -> None:
    with calling(as_reply(200, {})) as (client, _):
        pass
    with pytest.raises(GetExecutionStateError, match="EndpointConnectionError") as raised:
        client.get_state(ARN, TOKEN, "", 10)
    assert raised.value.is_retryable()


def test_arguments_that_boto3_refuses_are_not_tried_again() -> None:
    with calling(as_reply(200, {})) as (client, service):
        too_long = CheckpointRequest(token=CheckpointToken(""))
        with pytest.raises(CheckpointError, match="ParamValidationError") as raised:
            client.checkpoint(ARN, too_long)
    assert not raised.value.is_retryable()
    assert service.asked == []


def test_a_client_of_something_else_is_refused_at_once() -> None:
    with pytest.raises(ValidationError, match="checkpoint_durable_execution"):
        BotoClient(object())
