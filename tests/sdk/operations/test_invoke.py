"""Chained invokes, in both drivers: durable targets and plain ones, and every way in which they end."""

import json
from typing import Any

import pytest

from everstep import DurableContext, DurableFunction, InvokeConfig, InvokeError, durable_execution
from everstep.core.limits import Limits
from everstep.core.machine.commands import Stop
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Operation
from everstep.sdk.serdes import SerDes, SerDesContext
from tests.sdk.operations.stage import Plain, Stage
from tests.sdk.operations.stories import Story, seven, told_by_both, value_of


@durable_execution
def doubling(event: Any, context: DurableContext) -> Any:
    context.wait(30, "in the child")
    return 2 * event["number"]


@durable_execution
def failing(event: Any, context: DurableContext) -> None:
    raise LookupError("no such order")


@durable_execution
def sleeping(event: Any, context: DurableContext) -> None:
    context.wait(3600, "too long")


@durable_execution
def asking(event: Any, context: DurableContext) -> Any:
    return context.create_callback("never").result()


def plain(event: Any) -> Any:
    return {"got": event}


def broken(event: Any) -> Any:
    raise RuntimeError("it broke")


OTHERS: dict[str, DurableFunction[Any] | Plain] = {
    "doubling": doubling,
    "failing": failing,
    "sleeping": sleeping,
    "asking": asking,
    "plain": plain,
    "broken": broken,
}


def calling(function: str, payload: Any = None, config: InvokeConfig[Any, Any] | None = None) -> Any:
    """Call it, sleep, and look at what the call became; on the last run from history."""

    def plot(event: Any, context: Any) -> Story:
        before = yield context.step(seven, "before")
        try:
            outcome = yield context.invoke(function, payload, "call", config)
        except InvokeError as error:
            outcome = [type(error).__name__, error.error_type, error.message]
        yield context.wait(60)
        return [before, outcome]

    return plot


def outcome_of(function: str, payload: Any = None, config: InvokeConfig[Any, Any] | None = None, **options: Any) -> Any:
    return value_of(calling(function, payload, config), others=OTHERS, **options)[1]


def test_a_durable_function_becomes_an_execution_of_its_own() -> None:
    played = told_by_both(calling("doubling", {"number": 21}), others=OTHERS)
    assert played.value == [7, 42]
    assert played.told("call") == ["START"], "only the service ends it"
    assert "doubling" in (played.named("call").child_arn or "")


def test_a_plain_function_is_called_and_answers() -> None:
    played = told_by_both(calling("plain", [1, 2]), others=OTHERS)
    assert played.value == [7, {"got": [1, 2]}]
    assert played.named("call").child_arn is None


@pytest.mark.parametrize("function", ["failing", "broken"])
def test_a_failed_function_fails_the_call(function: str) -> None:
    expected = {"failing": ("LookupError", "no such order"), "broken": ("RuntimeError", "it broke")}
    assert outcome_of(function) == ["InvokeError", *expected[function]]


def test_a_function_that_takes_too_long_fails_the_call() -> None:
    kind, error_type, message = outcome_of("sleeping")
    assert (kind, error_type) == ("InvokeError", "ChainedInvoke.Timeout")
    assert "timed out" in message


def test_a_function_that_is_stopped_fails_the_call() -> None:
    """Whoever looks after the callback inside stops the execution that it stands in."""

    def stop_it(stage: Stage, arn: Arn) -> None:
        error = ErrorObject(type="Operator", message="not needed any more")
        stage.hand.run(stage.service.submit(arn, Stop(error=error)))

    stopped: list[ExecutionStatus] = []

    def outside(stage: Stage, operation: Operation) -> None:
        if operation.child_arn is not None:
            stop_it(stage, operation.child_arn)
            stopped.append(ExecutionStatus.STOPPED)

    assert outcome_of("asking", outside=outside) == ["InvokeError", "Operator", "not needed any more"]
    assert len(stopped) == 4


def test_an_unknown_function_fails_the_call() -> None:
    kind, error_type, _ = outcome_of("nobody")
    assert kind == "InvokeError"
    assert error_type


def test_a_call_may_have_serializers_of_its_own() -> None:
    class Boxed(SerDes[Any]):
        def serialize(self, value: Any, serdes_context: SerDesContext) -> str:
            return json.dumps({"boxed": value})

        def deserialize(self, data: str, serdes_context: SerDesContext) -> Any:
            return list(json.loads(data).items())

    config: InvokeConfig[Any, Any] = InvokeConfig(serdes_payload=Boxed(), serdes_result=Boxed())
    assert outcome_of("plain", 1, config) == [["got", {"boxed": 1}]]


def test_a_payload_over_its_limit_fails_and_does_not_go_round_in_circles() -> None:
    played = told_by_both(calling("plain", "x" * 2_000), others=OTHERS, limits=Limits(invoke_payload_bytes_max=1_000))
    assert played.status is ExecutionStatus.FAILED
    assert played.invocations == 1
