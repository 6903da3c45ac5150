"""Requirements 10-x: plugins that hear of the life of invocations, operations and attempts.

Every record is one line of JSON on stdout. What a plugin hears it tells as it is: members that the SDK does not have
are left out, and the requirement says which must be there.
"""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from aws_durable_execution_sdk_python import DurableContext, ParallelBranch, StepContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration, JitterStrategy, ParallelConfig, StepConfig
from aws_durable_execution_sdk_python.plugin import (
    DurableInstrumentationPlugin,
    InvocationEndInfo,
    InvocationStartInfo,
    OperationEndInfo,
    OperationInfo,
    OperationStartInfo,
    OperationType,
    UserFunctionEndInfo,
    UserFunctionStartInfo,
)
from aws_durable_execution_sdk_python.retries import RetryPresets, RetryStrategyConfig, create_retry_strategy

NAME = "CONFPLUGIN"


class Teller(DurableInstrumentationPlugin):
    """Writes records in its name; what it hears is up to those that derive from it."""

    def __init__(self, name: str, arn: str | None) -> None:
        self._name = name
        self._arn = arn

    def tell(self, hook: str, **members: object) -> None:
        known = {key: value for key, value in members.items() if value is not None}
        write({"plugin": self._name, "hook": hook, **known, "durableExecutionArn": self._arn})


def write(record: Mapping[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(record)}\n")  # in one piece, because branches write from threads of their own
    sys.stdout.flush()


class Factory:
    """Makes a plugin for each invocation."""

    def __init__(self, make: Callable[[str, str | None], Teller], name: str = NAME) -> None:
        self._make = make
        self._name = name

    def create_plugin(self, info: InvocationStartInfo, /) -> Teller:
        return self._make(self._name, info.execution_arn)


def observed_by(*factories: Factory) -> Callable[[Callable[[Any, DurableContext], Any]], Callable[[Any, Any], Any]]:
    """`durable_execution` with plugins; its own types do not know that it may be called without a function."""
    return partial(durable_execution, plugins=list(factories))


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def is_step(info: OperationInfo) -> bool:
    return info.operation_type is OperationType.STEP


class OfInvocations(Teller):
    def on_invocation_start(self, info: InvocationStartInfo) -> None:
        self.tell("invocation-start", first=info.is_first_invocation)

    def on_invocation_end(self, info: InvocationEndInfo) -> None:
        self.tell("invocation-end", status=info.status.value)


class OfAttempts(Teller):
    def on_user_function_start(self, info: UserFunctionStartInfo) -> None:
        if is_step(info):
            self.tell("attempt-start", n=info.attempt, op=info.operation_id)

    def on_user_function_end(self, info: UserFunctionEndInfo) -> None:
        if is_step(info):
            self.tell("attempt-end", n=info.attempt, outcome=info.outcome.value, op=info.operation_id)


class OfUpdates(Teller):
    def on_invocation_start(self, info: InvocationStartInfo) -> None:
        for operation in info.updated_operations.values():
            if operation.operation_type is OperationType.WAIT:
                status, first = operation.status.value, info.is_first_invocation
                self.tell("updated-on-invoke", op=operation.operation_id, status=status, first=first)


class OfEnds(Teller):
    def on_operation_end(self, info: OperationEndInfo) -> None:
        parent = info.parent_id or "NONE"
        self.tell("operation-end", op=info.operation_id, parent=parent, status=info.status.value)


class OfSteps(Teller):
    def on_operation_start(self, info: OperationStartInfo) -> None:
        if is_step(info):
            self.tell("operation-start", op=info.operation_id, replay=info.is_replayed)

    def on_operation_end(self, info: OperationEndInfo) -> None:
        if is_step(info):
            self.tell("operation-end", op=info.operation_id, status=info.status.value)


class OfStepsAndAttempts(OfSteps, OfAttempts):
    """Every hook around a step."""


class OfEverything(OfInvocations, OfSteps, OfAttempts):
    """Every hook around an invocation and a step."""


class Faulty(OfEverything):
    """Tells what it hears, and fails each time."""

    def tell(self, hook: str, **members: object) -> None:
        super().tell(hook)
        raise RuntimeError(f"the plugin fails at {hook}")


class DumpOfInvocations(Teller):
    def on_invocation_start(self, info: InvocationStartInfo) -> None:
        self.tell(
            "invocation-start",
            isFirstInvocation=info.is_first_invocation,
            requestId=info.request_id,
            operationsCount=len(info.operations),
            updatedOperationsCount=len(info.updated_operations),
            executionStartTimestamp=iso(info.execution_start_time),
        )

    def on_invocation_end(self, info: InvocationEndInfo) -> None:
        self.tell(
            "invocation-end",
            isFirstInvocation=info.is_first_invocation,
            requestId=info.request_id,
            operationsCount=len(info.operations),
            executionStartTimestamp=iso(info.execution_start_time),
            status=info.status.value,
            terminal=info.status.value in ("SUCCEEDED", "FAILED"),
            executionError=info.error.message if info.error is not None else None,
        )


def dump(info: OperationInfo) -> dict[str, Any]:
    return {
        "id": info.operation_id,
        "name": info.name,
        "type": info.operation_type.value,
        "subType": str(info.sub_type) if info.sub_type is not None else None,
        "parentId": info.parent_id,
        "startTimestamp": iso(info.start_time),
        "endTimestamp": iso(info.end_time),
        "isReplay": info.is_replayed,
        "attempt": info.attempt,
    }


class DumpOfAttempts(Teller):
    def on_user_function_start(self, info: UserFunctionStartInfo) -> None:
        if is_step(info):
            self.tell("attempt-start", **dump(info))

    def on_user_function_end(self, info: UserFunctionEndInfo) -> None:
        if is_step(info):
            error = info.error.message if info.error is not None else None
            self.tell("attempt-end", **dump(info), outcome=info.outcome.value, error=error)


class DumpOfContexts(Teller):
    def on_operation_start(self, info: OperationStartInfo) -> None:
        if info.operation_type is OperationType.CONTEXT:
            self.tell("operation-start", **dump(info))

    def on_user_function_start(self, info: UserFunctionStartInfo) -> None:
        if info.operation_type is OperationType.CONTEXT:
            self.tell("fn-start", **dump(info), isReplayingChildren=info.is_replay_children)


def greet(event: str, context: DurableContext) -> str:
    arn = context.execution_context.durable_execution_arn

    def greeting(_: StepContext) -> str:
        write({"message": f"Greeting step running for: {event}", "executionArn": arn})
        return f"Hello, {event}!"

    return context.step(greeting)


def failing_until(attempt: int, step: StepContext, result: str = "Operation succeeded") -> str:
    if step.attempt < attempt:
        raise RuntimeError("not yet")
    return result


def soon(attempts: int) -> StepConfig:
    strategy = RetryStrategyConfig(
        max_attempts=attempts, initial_delay=Duration.from_seconds(1), jitter_strategy=JitterStrategy.NONE
    )
    return StepConfig(retry_strategy=create_retry_strategy(strategy))


@observed_by(Factory(OfInvocations))
def plugin_10_1(event: str, context: DurableContext) -> str:
    return greet(event, context)


@observed_by(Factory(OfAttempts))
def plugin_10_3(event: None, context: DurableContext) -> str:
    return context.step(lambda step: failing_until(2, step), config=soon(2))


@observed_by(Factory(OfInvocations, f"{NAME}-A"), Factory(OfInvocations, f"{NAME}-B"))
def plugin_10_5(event: str, context: DurableContext) -> str:
    return greet(event, context)


@observed_by(Factory(OfInvocations))
def plugin_10_7(event: None, context: DurableContext) -> str:
    return context.step(lambda step: failing_until(99, step), config=StepConfig(retry_strategy=RetryPresets.none()))


@observed_by(Factory(OfUpdates))
def plugin_10_9(event: None, context: DurableContext) -> None:
    context.wait(Duration.from_seconds(2))


@observed_by(Factory(OfEnds))
def plugin_10_11(event: str, context: DurableContext) -> str:
    return context.run_in_child_context(lambda child: greet(event, child))


@observed_by(Factory(OfSteps))
def plugin_10_13(event: None, context: DurableContext) -> str:
    context.step(lambda _: "A")
    return context.step(lambda step: failing_until(2, step), config=soon(2))


@observed_by(Factory(OfStepsAndAttempts))
def plugin_10_15(event: None, context: DurableContext) -> str:
    return context.step(lambda step: failing_until(99, step), config=soon(2))


@observed_by(Factory(Faulty, f"{NAME}-FAULTY"), Factory(OfEverything, f"{NAME}-HEALTHY"))
def plugin_10_17(event: str, context: DurableContext) -> str:
    return greet(event, context)


@observed_by(Factory(DumpOfInvocations))
def plugin_10_19(event: str, context: DurableContext) -> str:
    context.wait(Duration.from_seconds(2))
    return f"done-{event}"


@observed_by(Factory(DumpOfAttempts))
def plugin_10_21(event: None, context: DurableContext) -> str:
    return context.step(lambda step: failing_until(2, step, "ok"), name="flaky", config=soon(2))


@observed_by(Factory(DumpOfContexts))
def plugin_10_23(event: None, context: DurableContext) -> list[str]:
    def branch_a(branch: DurableContext) -> str:
        branch.step(lambda _: "x", name="inner")
        branch.wait(Duration.from_seconds(2))
        return "a-done"

    branches: list[ParallelBranch[str]] = [
        ParallelBranch(branch_a, name="branch-a"),
        ParallelBranch(lambda _: "b-done", name="branch-b"),
    ]
    return context.parallel(branches, name="ctx", config=ParallelConfig(max_concurrency=1)).get_results()
