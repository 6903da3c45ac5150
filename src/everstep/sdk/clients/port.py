"""What the SDK needs of a service: two calls.

Every adapter raises `everstep.errors.CheckpointError` or `GetExecutionStateError` for whatever goes wrong; their
`is_retryable()` says whether another invocation may succeed (see wire contract: handler error versus invocation
error).
"""

from typing import Protocol

from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Arn, CheckpointToken


class DurableClient(Protocol):
    @property
    def is_local(self) -> bool:
        """Answers at once, without a network: a driver may call it where it must not block, and need not linger
        to gather updates or poll while it waits."""
        ...

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        """Save the updates; blocks until they are durable."""
        ...

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        """The next page of the state after `marker`."""
        ...
