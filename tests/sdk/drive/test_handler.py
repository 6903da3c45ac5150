"""The entry of a durable function: what comes in, what goes out, and what is no invocation at all."""

from dataclasses import replace
from typing import Any

import pytest

from everstep import (
    AsyncDurableContext,
    DurableContext,
    ExecutionError,
    InvocationError,
    StepContext,
    durable_execution,
    durable_step,
)
from everstep.core.messages import Envelope, InvocationStatus, StatePage
from everstep.core.model import Arn, CheckpointToken
from everstep.core.wire.envelope import encode_envelope
from everstep.core.wire.text import dump
from everstep.errors import GetExecutionStateError
from everstep.sdk.decorators import is_async, name_of
from tests.sdk.drive.fake_service import ARN, FakeService
from tests.sdk.drive.plots import Telling, both_drivers


@durable_execution
def echo(event: Any, context: DurableContext) -> Any:
    return event


def an_envelope(input_text: str | None = "null", **changes: Any) -> Envelope:
    execution = replace(next(iter(FakeService().operations.values())), input=input_text)
    return replace(Envelope(arn=ARN, token=CheckpointToken("token-0"), operations=(execution,)), **changes)


# --------------------------------------------------------------------------- what comes in
@pytest.mark.parametrize(
    ("text", "result"),
    [('{"order":17}', '{"order":17}'), ("[1]", "[1]"), ("null", "null"), (None, "{}"), ("", "{}"), (" ", "{}")],
)
def test_the_event_is_the_callers_input(text: str | None, result: str) -> None:
    assert echo.invoke(an_envelope(text), FakeService()).result == result


def test_lambda_calls_the_function_with_json_and_gets_json() -> None:
    event = encode_envelope(an_envelope('{"order":17}'))
    service = FakeService()
    function = durable_execution(client=service)(echo.handler)
    assert function(event) == {"Status": "SUCCEEDED", "Result": '{"order":17}'}


@pytest.mark.parametrize("size", [6 * 1024 * 1024 - 100])
def test_an_input_close_to_the_largest_is_not_lost(size: int) -> None:
    text = dump("x" * size)
    assert echo.invoke(an_envelope(text), FakeService()).result == text


@pytest.mark.parametrize("event", [{}, {"order": 17}, None, "text", {"DurableExecutionArn": ARN}])
def test_an_event_that_is_no_invocation_says_what_to_check(event: object) -> None:
    with pytest.raises(ExecutionError, match="DurableConfig"):
        echo(event)


def test_an_input_that_is_not_json_fails_the_execution() -> None:
    output = echo.invoke(an_envelope("{"), FakeService())
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert "not JSON" in (output.error.message or "")


def test_a_state_without_the_execution_fails_the_execution() -> None:
    output = echo.invoke(an_envelope(operations=()), FakeService())
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert "no EXECUTION" in (output.error.message or "")


# --------------------------------------------------------------------------- pages
@both_drivers
@pytest.mark.parametrize("page_items", [1, 2, 5])
def test_a_long_state_is_read_to_its_end_before_the_author_runs(told: Telling, page_items: int) -> None:
    runs: list[str] = []

    def note(step: StepContext) -> int:
        runs.append("ran")
        return len(runs)

    def plot(event: Any, context: Any) -> Any:
        results = []
        for number in range(6):
            results.append((yield context.step(note, f"s{number}")))
        yield context.wait(1)
        return results

    service = FakeService(page_items=page_items)
    assert service.run(told(plot)).result == "[1,2,3,4,5,6]"
    assert len(runs) == 6


def test_a_long_reply_is_read_to_its_end() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        pauses = [context.wait(1, f"w{number}") for number in range(5)]
        for pause in pauses:
            await pause
        return "done"

    service = FakeService(page_items=1)
    assert service.run(handler).result == '"done"'
    assert len(service.calls) == 1, "five waits begin in one call, whose answer has five pages"


class NoState(FakeService):
    """A service that cannot tell the state."""

    def __init__(self, *, retryable: bool) -> None:
        super().__init__()
        self.retryable = retryable

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        raise GetExecutionStateError("the state cannot be read", retryable=self.retryable)


def test_a_state_that_cannot_be_read_now_is_read_by_another_invocation() -> None:
    with pytest.raises(InvocationError, match="the state cannot be read"):
        echo.invoke(an_envelope(next_marker="more"), NoState(retryable=True))


def test_a_state_that_can_never_be_read_fails_the_execution() -> None:
    output = echo.invoke(an_envelope(next_marker="more"), NoState(retryable=False))
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert output.error.message == "the state cannot be read"


# --------------------------------------------------------------------------- what goes out
@both_drivers
@pytest.mark.parametrize("value", [object(), {1}, float("inf")])
def test_a_result_that_is_not_json_fails_the_execution(told: Telling, value: object) -> None:
    def plot(event: Any, context: Any) -> Any:
        yield from ()
        return value

    output = FakeService().invoke(told(plot))
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert output.error.type == "everstep.errors.SerDesError"


@both_drivers
def test_half_a_character_travels_as_a_replacement(told: Telling) -> None:
    def plot(event: Any, context: Any) -> Any:
        yield from ()
        return "a\udc80"

    assert FakeService().invoke(told(plot)).result == '"a\ufffd"'


# --------------------------------------------------------------------------- functions and their looks
@durable_step
def charge(step: StepContext, order: str, *, cents: int) -> str:
    """Take the money."""
    return f"{order}:{cents}"


@durable_step
async def refund(step: StepContext, order: str) -> str:
    return order


def test_a_durable_step_takes_its_arguments_now_and_gives_its_name_to_the_operation() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> list[str]:
        return [context.step(charge("o-1", cents=5)), context.step(refund("o-2")), context.step(refund("o-3"), "other")]

    service = FakeService()
    assert service.invoke(handler).result == '["o-1:5","o-2","o-3"]'
    assert [line for line in service.told if "START" in line] == [
        "STEP START charge",
        "STEP START refund",
        "STEP START other",
    ]
    assert charge.__doc__ == "Take the money."
    assert (name_of(charge("o", cents=1)), name_of(len)) == ("charge", None)
    assert (is_async(refund("o")), is_async(charge("o", cents=1))) == (True, False)


def test_a_durable_function_still_looks_like_its_handler() -> None:
    def orders(event: Any, context: DurableContext) -> None:
        """Take orders."""

    function = durable_execution(orders)
    assert (function.name, function.__doc__, function.handler) == ("orders", "Take orders.", orders)
    assert repr(function) == "<durable function orders>"


def test_a_context_knows_its_execution_and_whether_it_replays() -> None:
    seen: list[bool] = []

    @durable_execution
    def handler(event: Any, context: DurableContext) -> str:
        seen.append(context.is_replaying())
        context.step(charge("o-1", cents=5))
        seen.append(context.is_replaying())
        return context.execution_context.durable_execution_arn

    service = FakeService()
    assert service.invoke(handler).result == dump(ARN)
    service.invoke(handler)
    assert seen == [False, False, True, False]
