"""What a checkpoint answers: tokens, news, and the same answer to the same question."""

import pytest

from everstep.core.limits import IDEMPOTENCY_WINDOW_MS
from everstep.core.machine.commands import Checkpoint
from everstep.core.machine.decide import check_token
from everstep.core.messages import CheckpointReply, CheckpointRequest
from everstep.core.model import Action, CheckpointToken, ExecutionStatus, Status, Update
from everstep.core.refusal import Refused
from tests.core.machine.factories import a_token, a_wait, an_end, an_update
from tests.core.machine.life import Life, live

STALE = "Invalid checkpoint token"


def ask(token: CheckpointToken, *updates: Update, client_token: str | None = None) -> Checkpoint:
    return Checkpoint(request=CheckpointRequest(token=token, updates=updates, client_token=client_token))


def answer(life: Life, command: Checkpoint) -> CheckpointReply:
    reply = life.do(command).response
    assert isinstance(reply, CheckpointReply)
    return reply


# --------------------------------------------------------------------------- what is news
def test_the_answer_holds_what_the_batch_changed_in_start_order_each_once() -> None:
    life = live()
    life.save(an_update(Action.START, "b"))
    reply = life.save(an_update(Action.START, "c"), an_update(Action.SUCCEED, "c"), an_update(Action.SUCCEED, "b"))
    assert [(o.id, o.status) for o in reply.operations] == [("b", Status.SUCCEEDED), ("c", Status.SUCCEEDED)]


def test_an_empty_checkpoint_answers_with_a_new_token_and_nothing_else() -> None:
    life = live()
    life.save(an_update(Action.START))
    before = life.token
    reply = life.save()
    assert reply.operations == ()
    assert reply.token not in (None, before)


def test_what_is_due_ripens_before_the_answer() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1), an_update(Action.RETRY, retry_delay_seconds=1))
    life.pass_unnoticed(seconds=1)
    reply = life.save()
    assert [(o.id, o.status) for o in reply.operations] == [("w", Status.SUCCEEDED), ("a", Status.READY)]


def test_what_is_due_ripens_before_the_batch_is_judged() -> None:
    life = live()
    life.save(an_update(Action.RETRY, retry_delay_seconds=1))
    assert life.refusal_to_save(an_update(Action.START)) == "Invalid current STEP state to start."
    life.pass_unnoticed(seconds=1)
    assert [o.status for o in life.save(an_update(Action.START)).operations] == [Status.STARTED]


def test_news_is_told_once_by_a_checkpoint() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1))
    life.pass_time(seconds=1)
    assert [o.id for o in life.save(an_update(Action.START)).operations] == ["w", "a"]
    assert life.save().operations == ()
    life.crash()
    assert life.begin().updated_operation_ids == ()


def test_news_is_told_once_by_an_envelope() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1))
    life.suspend()
    life.pass_time(seconds=1)
    assert life.begin().updated_operation_ids == ("w",)
    assert life.save().operations == ()
    life.crash()
    assert life.begin().updated_operation_ids == ()


def test_news_that_comes_between_the_debt_and_the_call_is_in_the_envelope() -> None:
    life = live()
    life.save(a_wait(wait_seconds=1), a_wait(id_="v", wait_seconds=2))
    life.suspend()
    life.pass_time(seconds=1)
    life.pass_unnoticed(seconds=1)
    assert life.begin().updated_operation_ids == ("w", "v")


def test_what_the_function_did_itself_is_no_news_to_the_next_invocation() -> None:
    life = live()
    life.save(an_update(Action.SUCCEED), a_wait(wait_seconds=1))
    life.suspend()
    life.pass_time(seconds=1)
    assert life.begin().updated_operation_ids == ("w",)


# --------------------------------------------------------------------------- tokens
def test_every_token_is_new() -> None:
    life = live()
    tokens = [life.token]
    for number in range(3):
        life.save(an_update(Action.SUCCEED, f"step-{number}"))
        tokens.append(life.token)
    life.crash()
    tokens.append(life.begin().token)
    assert len(set(tokens)) == 5


def test_a_used_token_is_stale() -> None:
    life = live()
    used = life.token
    life.save()
    assert life.refusal_of(ask(used, an_update(Action.START))) == STALE


def test_a_new_invocation_makes_the_old_one_s_tokens_stale() -> None:
    life = live()
    zombie = life.token
    life.lose()
    assert life.refusal_of(ask(zombie)) == STALE
    life.begin()
    assert life.refusal_of(ask(zombie)) == STALE


def test_a_suspended_invocation_cannot_write_any_more() -> None:
    life = live()
    life.save(a_wait())
    life.suspend()
    assert life.refusal_to_save(an_update(Action.START)) == STALE


def test_a_token_of_the_future_is_stale() -> None:
    life = live()
    assert life.refusal_of(ask(a_token("invocation-1", 1))) == STALE
    assert life.refusal_of(ask(a_token("invocation-2", 0))) == STALE


def test_a_token_of_an_invocation_that_has_not_begun_is_stale() -> None:
    assert Life().refusal_of(ask(a_token("", 0))) == STALE


def test_another_execution_s_token_is_told_apart() -> None:
    foreign = a_token(execution_id="execution-2")
    message = "Checkpoint token is not valid for the durable execution ARN"
    life = live()
    assert life.refusal_of(ask(foreign)) == message
    life.stop()
    assert life.refusal_of(ask(foreign)) == message


@pytest.mark.parametrize("garbage", ["", "x", "====", "AAAA", "/w==", "é", "ZQ==\n", "A" * 100_001])
def test_garbage_is_a_stale_token(garbage: str) -> None:
    assert live().refusal_of(ask(CheckpointToken(garbage))) == STALE


@pytest.mark.parametrize("status", ["stopped", "succeeded", "timed out"])
def test_a_closed_execution_has_no_valid_token(status: str) -> None:
    life = live()
    match status:
        case "stopped":
            life.stop()
        case "succeeded":
            life.save(an_end())
        case _:
            life.pass_unnoticed(seconds=86_400)
    assert life.refusal_to_save() == STALE


def test_looking_at_the_state_does_not_use_the_token_up() -> None:
    life = live()
    check_token(life.execution, life.token, life.now)
    check_token(life.execution, life.token, life.now)
    used = life.token
    life.save()
    with pytest.raises(Refused, match=STALE):
        check_token(life.execution, used, life.now)


# --------------------------------------------------------------------------- the same again
def test_the_same_request_gets_the_same_answer_and_is_not_done_again() -> None:
    life = live()
    command = ask(life.token, an_update(Action.START), an_update(Action.SUCCEED, payload="1"), client_token="c")
    first = answer(life, command)
    again = life.do(command)
    assert again.response == first
    assert again.is_empty


def test_the_same_request_is_known_for_fifteen_minutes() -> None:
    life = live()
    command = ask(life.token, an_update(Action.START), client_token="c")
    first = answer(life, command)
    life.pass_unnoticed(seconds=IDEMPOTENCY_WINDOW_MS / 1000)
    assert answer(life, command) == first
    life.pass_unnoticed(seconds=0.001)
    assert life.refusal_of(command) == STALE


def test_the_same_answer_does_not_depend_on_the_body() -> None:
    life = live()
    token = life.token
    first = answer(life, ask(token, an_update(Action.START), client_token="c"))
    assert answer(life, ask(token, an_update(Action.START, "other"), client_token="c")) == first
    assert life.head.operations == 1


def test_the_answer_to_the_last_request_survives_the_end_of_the_execution() -> None:
    life = live()
    command = ask(life.token, an_end(payload='"done"'), client_token="c")
    first = answer(life, command)
    assert first.token is None
    assert answer(life, command) == first
    life.succeed("")
    assert answer(life, command) == first
    assert life.head.status is ExecutionStatus.SUCCEEDED


@pytest.mark.parametrize("client_token", [None, "another"])
def test_without_its_client_token_a_repeated_request_is_stale(client_token: str | None) -> None:
    life = live()
    used = life.token
    answer(life, ask(used, client_token="c"))
    assert life.refusal_of(ask(used, client_token=client_token)) == STALE


def test_a_client_token_may_be_used_again_with_the_next_checkpoint_token() -> None:
    life = live()
    life.save(an_update(Action.START), client_token="c")
    reply = life.save(an_update(Action.SUCCEED), client_token="c")
    assert [o.status for o in reply.operations] == [Status.SUCCEEDED]


def test_only_the_last_answer_is_kept() -> None:
    life = live()
    first = ask(life.token, an_update(Action.START), client_token="c")
    life.token = answer(life, first).token or life.token
    life.save()
    assert life.refusal_of(first) == STALE


def test_a_refused_request_leaves_no_answer_behind() -> None:
    life = live()
    token = life.token
    life.refusal_of(ask(token, an_update(Action.CANCEL), client_token="c"))
    assert [o.id for o in answer(life, ask(token, an_update(Action.START), client_token="c")).operations] == ["a"]
