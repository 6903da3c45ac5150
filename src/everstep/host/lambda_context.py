"""The context that Lambda hands to a handler beside its event."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CognitoIdentity:
    """Who called through Cognito; nobody does here."""

    cognito_identity_id: str | None = None
    cognito_identity_pool_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaContext:
    """What a handler can ask about its invocation; names as in Lambda's Python runtime."""

    aws_request_id: str
    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    """The moment, on `clock`, at which the invocation is killed."""
    tenant_id: str | None = None
    client_context: object | None = None
    identity: CognitoIdentity = field(default_factory=CognitoIdentity)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is killed; 0 when that is overdue."""
        return max(0, int((self.deadline - self.clock()) * 1000))

    def log(self, msg: object) -> None:
        """Write to the log as it is, without a line end."""
        sys.stdout.write(str(msg))
        sys.stdout.flush()
