"""What an author's code is handed, and what it may hand in: contexts and small interfaces."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

from everstep.core.names import parse_arn
from everstep.core.records import dataclass

C_contra = TypeVar("C_contra", contravariant=True)


class LoggerInterface(Protocol):
    """The part of a logger that is needed; those of the standard library and of Powertools fit."""

    def debug(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None: ...

    def info(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None: ...

    def warning(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None: ...

    def error(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None: ...

    def exception(self, msg: object, *args: object, extra: Mapping[str, object] | None = None) -> None: ...


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class OperationContext:
    """What the body of every operation is handed."""

    logger: LoggerInterface


@dataclass(frozen=True, slots=True)
class StepContext(OperationContext):
    """What the body of a step is handed; `attempt` counts from 1."""

    attempt: int
    cancelled: Callable[[], bool] = _never

    def is_cancelled(self) -> bool:
        """Whether the body works for nothing, because its branch is not needed any more; then it may as well stop."""
        return self.cancelled()


@dataclass(frozen=True, slots=True)
class WaitForCallbackContext(OperationContext):
    """What a submitter is handed beside the callback's id."""


Submitter: TypeAlias = Callable[[str, WaitForCallbackContext], Any]
"""Hands the id of a callback out; may be `async`."""


@dataclass(frozen=True, slots=True)
class WaitForConditionCheckContext(OperationContext):
    """What a check is handed beside the state; `attempt` counts from 1."""

    attempt: int


class LambdaContext(Protocol):
    """What the Lambda runtime tells a handler about its invocation."""

    aws_request_id: str
    log_group_name: str | None = None
    log_stream_name: str | None = None
    function_name: str | None = None
    memory_limit_in_mb: str | None = None
    function_version: str | None = None
    invoked_function_arn: str | None = None
    tenant_id: str | None = None
    client_context: Any | None = None
    identity: Any | None = None

    def get_remaining_time_in_millis(self) -> int: ...

    def log(self, msg: str) -> None: ...


class SummaryGenerator(Protocol[C_contra]):
    """Makes the text that stands for a result too large to keep."""

    def __call__(self, result: C_contra) -> str: ...


@dataclass(frozen=True, slots=True)
class DurableExecutionArn:
    """The parts of an execution's ARN that an author may want to show."""

    function_name: str
    execution_name: str
    invocation_id: str
    """The last part; despite its name it stays the same for all invocations of one execution."""

    @classmethod
    def from_arn(cls, arn: str) -> "DurableExecutionArn | None":
        """The parts, or None if the text is no ARN of a durable execution."""
        parts = parse_arn(arn)
        if parts is None:
            return None
        return cls(function_name=parts.function, execution_name=parts.name, invocation_id=parts.execution_id)
