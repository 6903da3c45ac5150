"""Errors that no operation recorded: the caller's mistakes, and what ends an invocation or the execution.

They are raised anew each time, so each invocation must come to the very same error.
"""

from collections.abc import Callable
from typing import Any

import pytest

from everstep import (
    DurableContext,
    DurableFunction,
    RetryDecision,
    StepConfig,
    StepSemantics,
    durable_execution,
)
from everstep.core.messages import CheckpointRequest, InvocationStatus, StatePage
from everstep.core.model import Arn, CheckpointToken
from everstep.core.names import operation_id
from everstep.errors import (
    CheckpointError,
    DurableExecutionsError,
    ExecutionError,
    GetExecutionStateError,
    InvalidStateError,
    InvocationError,
    NonDeterministicExecutionError,
    PluginLoadError,
    RetryableSerDesError,
    ServiceError,
    StepError,
    StepInterruptedError,
    SuspendExecution,
    TerminationReason,
    UnrecoverableError,
    ValidationError,
)
from everstep.sdk.serdes import JsonSerDes, SerDesContext
from tests.sdk.drive.fake_service import FakeService
from tests.sdk.drive.plots import Plot, Telling, both_drivers
from tests.sdk.operations.stories import Story, seven


def facts(error: BaseException) -> dict[str, Any]:
    return {"type": type(error), "args": error.args, **vars(error)}


def caught_twice(told: Telling, ask: Callable[[Any], Any]) -> dict[str, Any]:
    """What the author's own `except` sees, in two invocations of one execution."""
    seen: list[dict[str, Any]] = []

    def plot(event: Any, context: Any) -> Story:
        try:
            yield ask(context)
        except DurableExecutionsError as error:
            seen.append(facts(error))
        yield context.wait(60, "night")

    service = FakeService()
    for _ in range(2):
        service.invoke(told(plot))
        service.let_time_pass()
    first, second = seen
    assert first == second
    return first


def ended_twice(told: Telling, plot: Plot, service: FakeService) -> dict[str, Any]:
    """What comes out of two invocations that cannot go on."""
    seen: list[dict[str, Any]] = []
    for _ in range(2):
        with pytest.raises(InvocationError) as raised:
            service.invoke(told(plot))
        seen.append({**facts(raised.value), "retryable": raised.value.is_retryable()})
    first, second = seen
    assert first == second
    return first


# --------------------------------------------------------------------------- caught by the author
@both_drivers
def test_a_mistake_is_the_same_mistake_each_time(told: Telling) -> None:
    assert caught_twice(told, lambda context: context.wait(0))["type"] is ValidationError


@both_drivers
def test_what_the_service_does_not_give_is_missed_each_time(told: Telling) -> None:
    """The little service of these tests makes no ids for callbacks."""
    assert caught_twice(told, lambda context: context.create_callback("approval"))["type"] is InvalidStateError


@both_drivers
def test_an_interrupted_step_is_interrupted_for_the_strategy_and_failed_for_the_author(told: Telling) -> None:
    judged: list[Exception] = []

    def judge(error: Exception, attempts: int) -> RetryDecision:
        judged.append(error)
        return RetryDecision.no_retry()

    seen: list[dict[str, Any]] = []

    def plot(event: Any, context: Any) -> Story:
        def leave(step: Any) -> None:
            raise SystemExit(137)

        once = StepConfig(retry_strategy=judge, step_semantics=StepSemantics.AT_MOST_ONCE_PER_RETRY)
        try:
            yield context.step(leave, "pay", once)
        except StepError as error:
            seen.append(facts(error))
        yield context.wait(60, "night")

    service = FakeService()
    with pytest.raises(SystemExit):
        service.invoke(told(plot))
    for _ in range(2):
        service.invoke(told(plot))
    (interrupted,) = judged
    assert isinstance(interrupted, StepInterruptedError)
    assert interrupted.step_id == operation_id(None, 1)
    assert seen[0] == seen[1]
    assert seen[0]["error_type"] == "everstep.errors.StepInterruptedError"


# --------------------------------------------------------------------------- the end of the execution
ENDS: dict[str, Callable[[], UnrecoverableError]] = {
    "ExecutionError": lambda: ExecutionError("never"),
    "NonDeterministicExecutionError": lambda: NonDeterministicExecutionError("another", "step-1"),
    "UnrecoverableError": lambda: UnrecoverableError("no", TerminationReason.UNHANDLED_ERROR),
}


@both_drivers
@pytest.mark.parametrize(("name", "make"), ENDS.items(), ids=ENDS)
def test_an_author_may_end_the_execution(told: Telling, name: str, make: Callable[[], UnrecoverableError]) -> None:
    def plot(event: Any, context: Any) -> Story:
        yield context.step(seven, "seven")
        raise make()

    service = FakeService()
    first, second = (service.invoke(told(plot)) for _ in range(2))
    assert first == second
    assert first.status is InvocationStatus.FAILED
    assert first.error is not None
    assert (first.error.type, first.error.message) == (f"everstep.errors.{name}", str(make()))


@both_drivers
def test_code_that_left_its_history_leaves_it_each_time(told: Telling) -> None:
    def before(event: Any, context: Any) -> Story:
        yield context.wait(1, "pause")

    service = FakeService()
    service.invoke(told(before))
    seen = []

    def after(event: Any, context: Any) -> Story:
        try:
            yield context.step(seven, "pause")
        except NonDeterministicExecutionError as error:
            seen.append(facts(error))
            raise

    outputs = [service.invoke(told(after)) for _ in range(2)]
    assert seen[0] == seen[1]
    assert seen[0]["step_id"] == operation_id(None, 1)
    assert outputs[0].error == outputs[1].error


# --------------------------------------------------------------------------- the end of the invocation
BROKEN = CheckpointError("the service is away", code="ServiceException", status=503)


@both_drivers
def test_a_refused_call_ends_each_invocation_with_what_the_service_said(told: Telling) -> None:
    def refuse(request: CheckpointRequest) -> None:
        raise BROKEN

    def plot(event: Any, context: Any) -> Story:
        yield context.step(seven, "seven")

    end = ended_twice(told, plot, FakeService(before=refuse))
    assert end == {**facts(BROKEN), "retryable": True}


@both_drivers
def test_a_state_that_cannot_be_read_ends_each_invocation(told: Telling) -> None:
    class Forgetful(FakeService):
        def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
            raise GetExecutionStateError("no pages today", code="ServiceException", status=500)

    def plot(event: Any, context: Any) -> Story:
        yield context.step(seven, "seven")
        yield context.wait(60, "night")

    before, service = FakeService(), Forgetful(page_items=1)
    before.invoke(told(plot))
    service.operations.update(before.operations)
    end = ended_twice(told, plot, service)
    assert (end["type"], end["code"], end["status"]) == (GetExecutionStateError, "ServiceException", 500)


@both_drivers
@pytest.mark.parametrize(
    "error", [InvocationError("try again"), ServiceError("busy", code="X", status=429)], ids=["invocation", "service"]
)
def test_an_author_may_ask_for_another_invocation(told: Telling, error: InvocationError) -> None:
    def plot(event: Any, context: Any) -> Story:
        yield context.step(seven, "seven")
        raise error

    assert ended_twice(told, plot, FakeService()) == {**facts(error), "retryable": True}


@both_drivers
def test_so_may_a_serializer(told: Telling) -> None:
    class Moody(JsonSerDes[Any]):
        def serialize(self, value: Any, serdes_context: SerDesContext) -> str:
            raise RetryableSerDesError("the disk is away")

    def plot(event: Any, context: Any) -> Story:
        yield context.step(seven, "seven", StepConfig(serdes=Moody()))

    expected = {**facts(RetryableSerDesError("the disk is away")), "retryable": True}
    assert ended_twice(told, plot, FakeService()) == expected


# --------------------------------------------------------------------------- neither
def test_a_plugin_that_cannot_be_used_is_named_each_time() -> None:
    def define() -> DurableFunction[Any]:
        @durable_execution(plugins=[17])  # type: ignore[list-item]  # what the test is about
        def handler(event: Any, context: DurableContext) -> None:
            """Never runs."""

        return handler

    seen = []
    for _ in range(2):
        with pytest.raises(PluginLoadError) as raised:
            define()
        seen.append(str(raised.value))
    assert seen[0] == seen[1]


def test_a_suspension_is_the_same_each_time_and_no_exception() -> None:
    seen: list[BaseException] = []

    @durable_execution
    def handler(event: Any, context: DurableContext) -> None:
        try:
            context.wait(60, "night")
        except BaseException as suspension:
            seen.append(suspension)
            raise

    service = FakeService()
    assert [service.invoke(handler).status for _ in range(2)] == [InvocationStatus.PENDING] * 2
    assert [type(each) for each in seen] == [SuspendExecution] * 2
    assert seen[0].args == seen[1].args
    assert not isinstance(seen[0], Exception)
