"""Every error of the tree that an author can catch is the same on the first run and on a replay: type, message, data,
stack trace, cause. Those that end an invocation are the same each time it is tried.
"""

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

from everstep import (
    BatchCompletionError,
    CallbackConfig,
    CallbackExternalError,
    CallbackSubmitterError,
    CallbackTimeoutError,
    ChildConfig,
    ChildContextError,
    CompletionConfig,
    InvokeError,
    MapConfig,
    RetryPresets,
    StepConfig,
    StepError,
    WaitForCallbackConfig,
    WaitForConditionConfig,
    WaitForConditionError,
    errors,
)
from everstep.core.machine.commands import CallbackFailure
from everstep.core.model import ErrorObject, Operation
from everstep.errors import CallbackError, DurableExecutionsError, DurableOperationError, SerDesError
from everstep.sdk.replay.completion import (
    CompletionDecision,
    CompletionOutcome,
    CompletionStatus,
    complete_batch,
    continue_batch,
)
from everstep.sdk.serdes import SerDes, SerDesContext
from everstep.sdk.waits import WaitStrategies
from tests.sdk.operations.stage import Stage
from tests.sdk.operations.stories import Story, like, seven, value_of

GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
REFUSED = ErrorObject(type="Refused", message="not today", data='{"by":"boss"}', stack_trace=("line 1", "line 2"))
Ask = Callable[[Any], Any]


class Declined(Exception):
    """An author's own."""


class Deaf(SerDes[Any]):
    """Reads nothing."""

    def serialize(self, value: Any, serdes_context: SerDesContext) -> str:
        return json.dumps(value)

    def deserialize(self, data: str, serdes_context: SerDesContext) -> Any:
        raise SerDesError("cannot read", "app.Unreadable", "some data", ["a line"])


def decline(*_: Any) -> None:
    raise Declined("no funds")


def failing_room(room: Any) -> Story:
    yield room.step(decline, "decline", GIVE_UP)


def step(context: Any) -> Any:
    return context.step(decline, "decline", GIVE_UP)


def unreadable(context: Any) -> Any:
    return context.step(seven, "seven", StepConfig(serdes=Deaf(), retry_strategy=RetryPresets.none()))


def unwritable(context: Any) -> Any:
    return context.step(lambda step: object(), "object", GIVE_UP)


def child(context: Any) -> Any:
    return context.run_in_child_context(like(context, failing_room), "room")


def virtual_child(context: Any) -> Any:
    return context.run_in_child_context(like(context, failing_room), "room", ChildConfig(is_virtual=True))


def condition(context: Any) -> Any:
    strategy: Any = WaitStrategies.fixed(lambda _: False)
    return context.wait_for_condition(decline, WaitForConditionConfig(strategy, None), "poll")


def exhausted(context: Any) -> Any:
    strategy: Any = WaitStrategies.fixed(lambda _: False, max_attempts=2)
    return context.wait_for_condition(lambda state, _: state, WaitForConditionConfig(strategy, None), "poll")


def invoke(context: Any) -> Any:
    return context.invoke("broken", None, "call")


def refused_callback(context: Any) -> Any:
    return context.wait_for_callback(lambda *_: None, "approval")


def late_callback(context: Any) -> Any:
    return context.wait_for_callback(lambda *_: None, "late", WaitForCallbackConfig(timeout=5))


def lost_callback(context: Any) -> Any:
    config = WaitForCallbackConfig(retry_strategy=RetryPresets.none())
    return context.wait_for_callback(decline, "lost", config)


CASES: dict[str, tuple[Ask, type[DurableExecutionsError], str]] = {
    "step": (step, StepError, f"{__name__}.Declined"),
    "step whose result cannot be read": (unreadable, SerDesError, "everstep.errors.SerDesError"),
    "step whose result cannot be written": (unwritable, SerDesError, "everstep.errors.SerDesError"),
    "child": (child, ChildContextError, "everstep.errors.StepError"),
    "virtual child": (virtual_child, ChildContextError, "everstep.errors.StepError"),
    "condition": (condition, WaitForConditionError, f"{__name__}.Declined"),
    "condition without end": (exhausted, WaitForConditionError, "everstep.errors.WaitForConditionError"),
    "invoke": (invoke, InvokeError, "RuntimeError"),
    "refused callback": (refused_callback, CallbackExternalError, "everstep.errors.CallbackExternalError"),
    "late callback": (late_callback, CallbackTimeoutError, "everstep.errors.CallbackTimeoutError"),
    "lost callback": (lost_callback, CallbackSubmitterError, "everstep.errors.StepError"),
}


def facts(error: BaseException | None) -> Any:
    """Everything that an author can see of an error, and of what it says to come from."""
    if error is None:
        return None
    assert isinstance(error, DurableOperationError | SerDesError), error
    seen = {"type": type(error).__qualname__, "args": list(error.args), **vars(error)}
    return {**seen, "cause": facts(error.__cause__)}


def broken(event: Any) -> None:
    raise RuntimeError("it broke")


def refuse(stage: Stage, operation: Operation) -> None:
    if operation.name in ("approval create callback id", "asked"):
        stage.answer(operation, CallbackFailure(error=REFUSED))


def seen_twice(ask: Ask) -> Any:
    """What is seen of the error where it came up. The next invocation must see the same, from history."""
    runs: list[Any] = []

    def plot(event: Any, context: Any) -> Story:
        try:
            yield from ask(context)
        except (DurableOperationError, SerDesError) as error:
            runs.append(facts(error))
        yield context.wait(60, "night")
        return "done"

    assert value_of(plot, others={"broken": broken}, outside=refuse) == "done"
    live, replayed = runs[::2], runs[1::2]
    assert len(live) == len(replayed) == 4, "of each telling, `def` and `async def`, near and far"
    assert live == replayed
    return live[0]


@pytest.mark.parametrize(("ask", "kind", "error_type"), CASES.values(), ids=CASES)
def test_an_error_is_the_same_at_once_and_on_replay(
    ask: Ask, kind: type[DurableExecutionsError], error_type: str
) -> None:
    def asking(context: Any) -> Story:
        yield ask(context)

    seen = seen_twice(asking)
    assert (seen["type"], seen["error_type"]) == (kind.__qualname__, error_type)
    assert seen["message"]
    assert seen["cause"]["message"] == seen["message"]


def test_a_batch_that_was_decided_is_the_same_error_on_replay() -> None:
    def fail_after_the_first(so_far: CompletionStatus) -> CompletionDecision:
        return complete_batch(CompletionOutcome.FAILED) if so_far.success_count else continue_batch()

    def asking(context: Any) -> Story:
        def branch(room: Any, *_: Any) -> Story:
            return (yield room.step(seven, "seven"))

        completion = CompletionConfig(should_complete=fail_after_the_first)
        config: MapConfig[int] = MapConfig(max_concurrency=1, completion_config=completion)
        batch = yield context.map([1, 2], like(context, branch), "batch", config)
        batch.throw_if_error()

    seen = seen_twice(asking)
    assert (seen["type"], seen["completion_reason"]) == ("BatchCompletionError", "CUSTOM_COMPLETION_FAILED")


@pytest.mark.parametrize(("name", "kind"), [("asked", CallbackExternalError), ("ignored", CallbackTimeoutError)])
def test_a_callbacks_result_raises_the_same_each_time(name: str, kind: type[CallbackError]) -> None:
    def asking(context: Any) -> Story:
        callback = yield context.create_callback(name, CallbackConfig(timeout=5))
        yield callback.result()

    seen = seen_twice(asking)
    assert seen["type"] == kind.__qualname__
    if name == "asked":
        assert (seen["data"], seen["stack_trace"]) == ('{"by":"boss"}', ["line 1", "line 2"])


def test_a_failed_steps_stack_trace_names_the_authors_lines() -> None:
    def asking(context: Any) -> Story:
        yield step(context)

    seen = seen_twice(asking)
    assert "in decline" in seen["stack_trace"][-1]


def test_no_error_of_operations_is_left_out() -> None:
    shown = {kind for _, kind, _ in CASES.values()} | {BatchCompletionError}
    tree = {kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, DurableOperationError)}
    assert tree - shown == {DurableOperationError, CallbackError}, "these two are only the families"
    assert {kind.__name__ for kind in shown} <= set(dir(errors))
