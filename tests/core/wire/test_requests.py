"""Checkpoints and pages of the state on the wire."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Action, CheckpointToken, Kind, Operation, OperationId, Update
from everstep.core.refusal import Code, Refused
from everstep.core.wire.requests import (
    decode_checkpoint_reply,
    decode_checkpoint_request,
    decode_state_page,
    encode_checkpoint_reply,
    encode_checkpoint_request,
    encode_state_page,
)
from everstep.core.wire.text import Json, dump, load
from tests.core.wire.strategies import ASCII_TEXT, UPDATES, operations

TOKENS = st.builds(CheckpointToken, st.text("abcXYZ019+/", min_size=1, max_size=40))
PAGES = st.lists(operations(), max_size=3).map(tuple)


@settings(deadline=None, derandomize=True)
@given(TOKENS, st.lists(UPDATES, max_size=3).map(tuple), st.none() | st.just("client-1"))
def test_a_request_survives_the_journey(
    token: CheckpointToken, updates: tuple[Update, ...], client_token: str | None
) -> None:
    request = CheckpointRequest(token=token, updates=updates, client_token=client_token)
    assert decode_checkpoint_request(load(dump(encode_checkpoint_request(request)))) == request


@settings(deadline=None, derandomize=True)
@given(st.none() | TOKENS, PAGES, st.none() | ASCII_TEXT)
def test_a_reply_survives_the_journey(
    token: CheckpointToken | None, page: tuple[Operation, ...], marker: str | None
) -> None:
    reply = CheckpointReply(token=token, operations=page, next_marker=marker)
    assert decode_checkpoint_reply(load(dump(encode_checkpoint_reply(reply)))) == reply


@settings(deadline=None, derandomize=True)
@given(PAGES, st.none() | ASCII_TEXT)
def test_a_page_survives_the_journey(page: tuple[Operation, ...], marker: str | None) -> None:
    state = StatePage(operations=page, next_marker=marker)
    assert decode_state_page(load(dump(encode_state_page(state)))) == state


def test_a_request_looks_like_the_contract_says() -> None:
    start = Update(id=OperationId("1ced"), kind=Kind.STEP, action=Action.START)
    request = CheckpointRequest(token=CheckpointToken("dG9r"), updates=(start,), client_token="7b0c")
    assert encode_checkpoint_request(request) == {
        "CheckpointToken": "dG9r",
        "ClientToken": "7b0c",
        "Updates": [{"Id": "1ced", "Type": "STEP", "Action": "START"}],
    }


def test_a_request_without_updates_is_a_poll() -> None:
    poll = CheckpointRequest(token=CheckpointToken("dG9r"))
    assert decode_checkpoint_request({"CheckpointToken": "dG9r"}) == poll
    assert decode_checkpoint_request({"CheckpointToken": "dG9r", "Updates": None, "ClientToken": None}) == poll


def test_a_reply_shows_its_state_even_when_it_is_empty_and_no_token_when_there_is_none() -> None:
    assert encode_checkpoint_reply(CheckpointReply(token=None)) == {"NewExecutionState": {"Operations": []}}


def test_an_empty_marker_is_the_end() -> None:
    assert decode_state_page({"Operations": [], "NextMarker": ""}) == StatePage(operations=())
    reply: Json = {"CheckpointToken": "T", "NewExecutionState": {"NextMarker": ""}}
    assert decode_checkpoint_reply(reply) == CheckpointReply(token=CheckpointToken("T"))


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({}, "Value null at 'checkpointToken' {}Member must not be null"),
        (
            {"CheckpointToken": "not a token"},
            "Value 'not a token' at 'checkpointToken' "
            "{}Member must satisfy regular expression pattern: [A-Za-z0-9+/]+={0,2}",
        ),
        (
            {"CheckpointToken": "T", "ClientToken": "c" * 65},
            f"Value '{'c' * 65}' at 'clientToken' {{}}Member must have length less than or equal to 64",
        ),
        (
            {"CheckpointToken": "T", "ClientToken": "a b"},
            r"Value 'a b' at 'clientToken' {}Member must satisfy regular expression pattern: [\x21-\x7E]+",
        ),
    ],
)
def test_a_token_of_another_shape_is_refused(members: Json, complaint: str) -> None:
    with pytest.raises(Refused) as caught:
        decode_checkpoint_request(members)
    assert caught.value.code is Code.VALIDATION
    expected = complaint.replace("{}", "failed to satisfy constraint: ", 1)
    assert caught.value.message == f"1 validation error detected: {expected}"


def test_the_request_and_its_updates_are_judged_together() -> None:
    with pytest.raises(Refused, match="ValidationException: 2 validation errors detected: ") as caught:
        decode_checkpoint_request({"Updates": [{"Id": "1", "Type": "STEP"}]})
    assert "'checkpointToken'" in caught.value.message
    assert "'updates.1.member.action'" in caught.value.message


@pytest.mark.parametrize("body", [None, [], "x", {"Updates": {}, "CheckpointToken": "T"}])
def test_a_body_of_another_form_is_a_serialization_error(body: Json) -> None:
    with pytest.raises(Refused) as caught:
        decode_checkpoint_request(body)
    assert caught.value.code is Code.SERIALIZATION


@pytest.mark.parametrize("answer", [None, {}, {"NewExecutionState": []}, {"NewExecutionState": {"Operations": [{}]}}])
def test_an_answer_that_cannot_be_read_is_a_value_error(answer: Json) -> None:
    with pytest.raises(ValueError, match="Exception: "):
        decode_checkpoint_reply(answer)
