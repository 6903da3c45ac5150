"""Runs one durable function to its end, in no time.

with DurableFunctionTestRunner(handler) as runner:
    result = runner.run({"order": 17})
assert result.status is InvocationStatus.SUCCEEDED
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from everstep.core.events import Event, EventType
from everstep.core.limits import LIMITS, Limits
from everstep.core.messages import InvocationStatus
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Operation
from everstep.core.wire.text import dump, load
from everstep.sdk.config import DurationLike, to_seconds
from everstep.sdk.handler import DurableFunction
from everstep.testing.world import World

_YEAR_SECONDS = 366 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DurableFunctionTestResult:
    """How an execution ended, and how it came to that."""

    arn: Arn
    execution_status: ExecutionStatus
    result: str | None
    """JSON text, as the official test result has it; `value` is the same, parsed."""
    error: ErrorObject | None
    operations: tuple[Operation, ...]
    """In start order."""
    events: tuple[Event, ...]
    """The history, oldest first."""

    @property
    def status(self) -> InvocationStatus:
        """SUCCEEDED, or FAILED for every other end."""
        succeeded = self.execution_status is ExecutionStatus.SUCCEEDED
        return InvocationStatus.SUCCEEDED if succeeded else InvocationStatus.FAILED

    @property
    def value(self) -> Any:
        """The handler's result; None where there is none."""
        return None if self.result is None else load(self.result)

    @property
    def invocations(self) -> int:
        """How often the function was invoked."""
        return sum(event.type is EventType.INVOCATION_COMPLETED for event in self.events)

    def named(self, name: str) -> Iterator[Operation]:
        """The operations of this name, in start order."""
        return (operation for operation in self.operations if operation.name == name)


class DurableFunctionTestRunner:
    """A durable function in a world of its own, with virtual time.

    `execution_timeout` is virtual as well. Use a new runner, or another name, for each execution.
    """

    def __init__(
        self,
        handler: DurableFunction[Any],
        *,
        execution_timeout: DurationLike = _YEAR_SECONDS,
        limits: Limits = LIMITS,
    ) -> None:
        self._function = handler.name
        self._world = World(
            {handler.name: handler},
            limits=limits,
            execution_timeout_seconds=to_seconds(execution_timeout, "execution_timeout"),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing is held that would have to be let go of."""

    def run(self, input: Any = None, name: str | None = None) -> DurableFunctionTestResult:  # noqa: A002 - official
        """Run an execution with this input to its end. Raises StuckError when it has none."""
        arn = self._world.start(self._function, None if input is None else dump(input), name)
        summary = self._world.run_until_closed(arn)
        return DurableFunctionTestResult(
            arn=arn,
            execution_status=summary.head.status,
            result=summary.head.result,
            error=summary.head.error,
            operations=tuple(self._world.execution(arn).operations),
            events=self._world.history(arn),
        )
