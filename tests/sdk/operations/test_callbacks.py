"""Callbacks, in both drivers: made, handed out, answered, failed, forgotten."""

from typing import Any

import pytest

from everstep import (
    CallbackConfig,
    CallbackError,
    CallbackExternalError,
    CallbackSubmitterError,
    CallbackTimeoutError,
    JsonSerDes,
    RetryPresets,
    WaitForCallbackConfig,
)
from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess
from everstep.core.model import ErrorObject, Millis, Operation
from tests.sdk.operations.stage import Answer, Outside, Stage
from tests.sdk.operations.stories import Story, like, seven, told_by_both, value_of

REFUSED = ErrorObject(type="Refused", message="not today", data='{"by":"boss"}', stack_trace=("line 1", "line 2"))


def answering(answer: Answer) -> Outside:
    return lambda stage, callback: stage.answer(callback, answer)


def facts(error: CallbackError) -> list[Any]:
    return [type(error).__name__, error.error_type, error.message, error.data]


# --------------------------------------------------------------------------- create_callback
def plot_of(config: CallbackConfig | None) -> Any:
    """Ask, do something else, take the answer, sleep, take it again."""

    def plot(event: Any, context: Any) -> Story:
        callback = yield context.create_callback("approval", config)
        between = yield context.step(seven, "between")
        answers: list[Any] = [between]
        for _ in range(2):
            try:
                answers.append((yield callback.result()))
            except CallbackError as error:
                answers.append(facts(error))
            yield context.wait(60)
        return answers

    return plot


def test_the_answer_is_the_text_that_was_sent() -> None:
    played = told_by_both(plot_of(None), outside=answering(CallbackSuccess(payload="yes, really")))
    assert played.value == [7, "yes, really", "yes, really"]
    assert played.told("approval") == ["START"], "only the outside ends a callback"


@pytest.mark.parametrize("payload", [None, ""])
def test_an_empty_answer_is_none(payload: str | None) -> None:
    assert value_of(plot_of(None), outside=answering(CallbackSuccess(payload=payload))) in (
        [7, None, None],
        [7, "", ""],
    )


def test_a_serializer_reads_the_answer() -> None:
    plot = plot_of(CallbackConfig(serdes=JsonSerDes()))
    assert value_of(plot, outside=answering(CallbackSuccess(payload='{"ok":true}'))) == [7, {"ok": True}, {"ok": True}]


def test_a_reported_failure_is_raised_with_its_facts_each_time() -> None:
    failure = ["CallbackExternalError", "Refused", "not today", '{"by":"boss"}']
    assert value_of(plot_of(None), outside=answering(CallbackFailure(error=REFUSED))) == [7, failure, failure]


def test_no_answer_in_time_is_a_timeout() -> None:
    kind, error_type, *_ = value_of(plot_of(CallbackConfig(timeout=90)))[1]
    assert (kind, error_type) == ("CallbackTimeoutError", "Callback.Timeout")


def test_heartbeats_keep_a_callback_alive_until_its_own_end() -> None:
    def beat(stage: Stage, callback: Operation) -> None:
        while stage.clock.now() < callback.started_at + 210_000:
            stage.clock.advance_to(Millis(stage.clock.now() + 70_000))
            stage.answer(callback, CallbackHeartbeat())

    plot = plot_of(CallbackConfig(timeout=300, heartbeat_timeout=100))
    kind, error_type, *_ = value_of(plot, outside=beat)[1]
    assert (kind, error_type) == ("CallbackTimeoutError", "Callback.Timeout")


def test_no_heartbeat_in_time_is_a_timeout_too() -> None:
    kind, error_type, *_ = value_of(plot_of(CallbackConfig(timeout=300, heartbeat_timeout=100)))[1]
    assert (kind, error_type) == ("CallbackTimeoutError", "Callback.Heartbeat")


# --------------------------------------------------------------------------- wait_for_callback
def waiting(submit: Any, config: WaitForCallbackConfig | None = None) -> Any:
    def plot(event: Any, context: Any) -> Story:
        try:
            answer = yield context.wait_for_callback(submit, "approval", config)
        except CallbackError as error:
            answer = facts(error)
        yield context.wait(60)
        return answer

    return plot


def ignore(callback_id: str, context: Any) -> None:
    """A submitter that does its work elsewhere."""


def test_the_submitter_gets_the_id_and_the_answer_comes_back() -> None:
    submitted: list[str] = []
    plot = waiting(lambda callback_id, context: submitted.append(callback_id))
    played = told_by_both(plot, outside=answering(CallbackSuccess(payload="granted")))
    assert played.value == "granted"
    callback = played.named("approval create callback id")
    assert set(submitted) == {callback.callback_id}
    assert len(submitted) == 4, "once in each of the four tellings"
    assert played.named("approval submitter").parent_id == callback.parent_id == played.named("approval").id


def test_a_submitter_may_be_async_also_in_a_def_function() -> None:
    async def submit(callback_id: str, context: Any) -> None:
        context.logger.debug("%s", callback_id)

    assert value_of(waiting(submit), outside=answering(CallbackSuccess(payload="granted"))) == "granted"


def test_a_reported_failure_comes_out_as_the_callbacks_own() -> None:
    outcome = value_of(waiting(ignore), outside=answering(CallbackFailure(error=REFUSED)))
    assert outcome[0] == CallbackExternalError.__name__
    assert outcome[2:] == ["not today", '{"by":"boss"}']


@pytest.mark.parametrize(
    "config", [WaitForCallbackConfig(timeout=90), WaitForCallbackConfig(heartbeat_timeout=90)], ids=["total", "beat"]
)
def test_no_answer_comes_out_as_a_timeout(config: WaitForCallbackConfig) -> None:
    assert value_of(waiting(ignore, config))[0] == CallbackTimeoutError.__name__


def test_a_submitter_is_tried_again() -> None:
    tries: list[int] = []

    def flaky(callback_id: str, context: Any) -> None:
        tries.append(1)
        if len(tries) % 3:
            raise ConnectionError("the queue is away")

    config = WaitForCallbackConfig(retry_strategy=RetryPresets.fixed(5))
    played = told_by_both(waiting(flaky, config), outside=once_submitted)
    assert played.value == "granted"
    assert played.told("approval submitter") == ["START", "RETRY"] * 2 + ["START", "SUCCEED"]


def once_submitted(stage: Stage, callback: Operation) -> None:
    if stage.clock.now() >= callback.started_at + 10_000:
        stage.answer(callback, CallbackSuccess(payload="granted"))


def test_a_submitter_that_gives_up_fails_the_wait_at_once() -> None:
    def broken(callback_id: str, context: Any) -> None:
        raise ConnectionError("the queue is gone")

    config = WaitForCallbackConfig(retry_strategy=RetryPresets.none())
    outcome = value_of(waiting(broken, config))
    assert outcome[0] == CallbackSubmitterError.__name__
    assert outcome[2] == "the queue is gone"


def test_many_callbacks_are_answered_in_any_order() -> None:
    """The last one that was made is answered first, and each answer finds its own branch."""

    def branch(room: Any, item: int, index: int, items: Any) -> Story:
        return (yield room.wait_for_callback(ignore, f"approval {item}"))

    def plot(event: Any, context: Any) -> Story:
        batch = yield context.map(range(5), like(context, branch), "all")
        return batch.get_results()

    def last_first(stage: Stage, callback: Operation) -> None:
        number = int((callback.name or "").split()[1])
        if stage.clock.now() == callback.started_at and number not in answered.setdefault(id(stage), set()):
            waiting_for = {0, 1, 2, 3, 4} - answered[id(stage)]
            if number == max(waiting_for):
                answered[id(stage)].add(number)
                stage.answer(callback, CallbackSuccess(payload=f"granted {number}"))

    answered: dict[int, set[int]] = {}
    assert value_of(plot, outside=last_first) == [f"granted {number}" for number in range(5)]
