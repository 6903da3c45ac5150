"""Calls of the service as a driver makes them: whole answers, and one kind of error."""

from collections.abc import Iterator
from dataclasses import replace

from everstep.core.limits import PAGE_ITEMS_MAX
from everstep.core.messages import CheckpointReply, CheckpointRequest
from everstep.core.model import Arn, CheckpointToken, Operation
from everstep.errors import InvocationError
from everstep.sdk.clients.port import DurableClient


def checkpoint(client: DurableClient, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
    """Save the updates; the reply with all its pages. Raises InvocationError, whatever goes wrong."""
    try:
        reply = client.checkpoint(arn, request)
        if not (reply.token and reply.next_marker):
            return reply
        rest = read_pages(client, arn, reply.token, reply.next_marker)
        return replace(reply, operations=(*reply.operations, *rest), next_marker=None)
    except InvocationError:
        raise
    except Exception as error:
        # An adapter that lets its own exceptions out must not leave anybody waiting for ever.
        raise InvocationError(f"the client failed to save progress: {type(error).__name__}: {error}") from error


def read_pages(client: DurableClient, arn: Arn, token: CheckpointToken, marker: str | None) -> Iterator[Operation]:
    """The state from `marker` on, page by page; nothing where there is no marker. Raises GetExecutionStateError."""
    while marker:
        page = client.get_state(arn, token, marker, PAGE_ITEMS_MAX)
        yield from page.operations
        marker = page.next_marker
