"""Which updates travel together, and what a reply changes."""

from dataclasses import replace

import pytest

from everstep.core.limits import BATCH_BYTES_MAX, BATCH_UPDATES_MAX
from everstep.core.messages import CheckpointReply, CheckpointRequest
from everstep.core.model import Action, CheckpointToken, ErrorObject, OperationId, Status, Update
from everstep.sdk.replay.batching import Buffer, Writer
from everstep.sdk.replay.journal import Journal
from tests.sdk.replay.records import STEP, recorded

FIRST, SECOND = CheckpointToken("first"), CheckpointToken("second")


def an_update(number: int, payload: str | None = None, error: ErrorObject | None = None) -> Update:
    return replace(STEP.update(Action.SUCCEED), id=OperationId(f"op-{number}"), payload=payload, error=error)


def batches(buffer: Buffer) -> list[int]:
    """How many updates each call takes until nothing is left."""
    return list(map(len, iter(buffer.take, ())))


def test_updates_travel_in_their_order_and_each_once() -> None:
    buffer = Buffer()
    updates = [an_update(number) for number in range(3)]
    assert [buffer.add(update) for update in updates] == [1, 2, 3]
    assert len(buffer) == 3
    assert list(buffer.take()) == updates
    assert buffer.take() == ()


def test_one_call_carries_no_more_updates_than_every_service_takes() -> None:
    buffer = Buffer()
    for number in range(2 * BATCH_UPDATES_MAX + 1):
        buffer.add(an_update(number))
    assert batches(buffer) == [250, 250, 1]


def test_one_call_carries_no_more_bytes_than_gateways_let_through() -> None:
    buffer = Buffer()
    for number in range(7):
        buffer.add(an_update(number, payload="x" * 250 * 1024))
    assert batches(buffer) == [2, 2, 2, 1]


def test_an_update_beyond_the_limit_travels_alone_and_in_its_place() -> None:
    buffer = Buffer()
    for payload in (None, "x" * 2 * BATCH_BYTES_MAX, None):
        buffer.add(an_update(0, payload))
    assert batches(buffer) == [1, 1, 1]


@pytest.mark.parametrize("text", ["é" * 200 * 1024, "\ud800" * 140 * 1024])
def test_sizes_are_bytes_not_characters(text: str) -> None:
    buffer = Buffer()
    for number in range(2):
        buffer.add(an_update(number, payload=text))
    assert batches(buffer) == [1, 1]


def test_errors_count_with_all_their_texts() -> None:
    buffer = Buffer()
    for number in range(2):
        buffer.add(an_update(number, error=ErrorObject(message="m" * 200 * 1024, stack_trace=("s" * 200 * 1024,))))
    assert batches(buffer) == [1, 1]


def test_every_reply_brings_news_and_the_next_right_to_write() -> None:
    writer = Writer(FIRST, Journal())
    ticket = writer.add(an_update(1))
    request = writer.request()
    assert request == CheckpointRequest(token=FIRST, updates=(an_update(1),))
    assert writer.saved < ticket
    writer.accept(request, CheckpointReply(token=SECOND, operations=(recorded(STEP, Status.SUCCEEDED),)))
    assert writer.saved == ticket
    assert STEP.id in writer.journal
    assert writer.request() == CheckpointRequest(token=SECOND, updates=()), "nothing to say: it only asks"


@pytest.mark.parametrize("token", [None, CheckpointToken("")])
def test_a_reply_without_a_token_takes_the_right_to_write_away(token: CheckpointToken | None) -> None:
    """Known from another SDK: the empty token was sent back to the service, which refused it."""
    writer = Writer(FIRST, Journal())
    ticket = writer.add(an_update(1))
    writer.accept(writer.request(), CheckpointReply(token=token))
    assert writer.is_revoked
    assert writer.saved == ticket, "what the request brought was saved all the same"
