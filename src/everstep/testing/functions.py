"""The functions of a test world: the one under test, and those that it invokes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from everstep.core.limits import SECONDS_MAX
from everstep.core.names import parse_function
from everstep.sdk.handler import DurableFunction
from everstep.service.ports import FunctionConfig
from everstep.testing.errors import DurableFunctionsTestError

Target: TypeAlias = DurableFunction[Any] | Callable[[Any, Any], Any]
"""What can be invoked: a durable function, or a plain one that takes a payload and a Lambda context."""


@dataclass(slots=True, kw_only=True)
class InvocationContext:
    """What a handler is told about its invocation; names as in Lambda's Python runtime, which lets authors set them."""

    aws_request_id: str
    function_name: str | None
    function_version: str | None
    invoked_function_arn: str | None
    remaining_ms: int = 900_000
    memory_limit_in_mb: str | None = "128"
    log_group_name: str | None = "/aws/lambda/test"
    log_stream_name: str | None = "test"
    tenant_id: str | None = None
    trace_header: str | None = None
    """What plugins read from the environment on Lambda; here there is one process for all invocations."""
    client_context: Any | None = None
    identity: Any | None = None

    def get_remaining_time_in_millis(self) -> int:
        """Always the whole time: in tests nothing is killed for being slow."""
        return self.remaining_ms

    def log(self, msg: str) -> None:
        """Nobody reads it."""


class TestFunctions:
    """Owns the functions by name. The service sees their configurations."""

    __test__ = False  # pytest takes the name for that of a test class

    def __init__(self, targets: Mapping[str, Target], timeouts: Mapping[str, int], default_timeout: int | None) -> None:
        self._targets = {_plain(name): target for name, target in targets.items()}
        self._timeouts = {_plain(name): seconds for name, seconds in timeouts.items()}
        self._default_timeout = default_timeout

    def find(self, name: str) -> FunctionConfig | None:
        target = self._targets.get(name)
        if target is None:
            return None
        timeout = self._timeouts.get(name, self._default_timeout)
        return FunctionConfig(
            name=name,
            is_durable=isinstance(target, DurableFunction),
            execution_timeout_seconds=SECONDS_MAX if timeout is None else timeout,
        )

    def target(self, name: str) -> Target | None:
        return self._targets.get(name)

    def is_async(self, name: str) -> bool:
        target = self._targets.get(name)
        return isinstance(target, DurableFunction) and target.is_async

    def is_timed(self, name: str) -> bool:
        """Whether the test said how long executions of this function may take."""
        return name in self._timeouts or self._default_timeout is not None


def durable(handler: object, told_by: str) -> DurableFunction[Any]:
    """The handler, if it is a durable function. Raises DurableFunctionsTestError, with what to do about it."""
    if isinstance(handler, DurableFunction):
        return handler
    name = getattr(handler, "__name__", repr(handler))
    raise DurableFunctionsTestError(
        f"{told_by} takes a durable function, and {name} is none: decorate it with @durable_execution. (A function "
        "that is decorated by the official SDK is none of ours; see everstep.compat.aws_sdk.)"
    )


def _plain(name: str) -> str:
    """The name without qualifier or ARN around it; a lambda's `<lambda>` is as good a name as any here."""
    parsed = parse_function(name)
    return name if parsed is None else parsed.name
