"""Answers that change nothing: pages of the state and of the history.

A page of the state leaves out what the function need not know: everything inside a context that is completed, unless
its body must run again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from everstep.core.events import Event
from everstep.core.limits import ENVELOPE_BYTES_MAX, PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX
from everstep.core.machine.delta import Begun
from everstep.core.machine.life import execution_operation
from everstep.core.machine.state import Execution
from everstep.core.messages import Envelope, StatePage
from everstep.core.model import Arn, Kind, Operation, OperationId
from everstep.core.refusal import Code, Refused, invalid, stale_token
from everstep.core.sizes import error_bytes, text_bytes
from everstep.service.ports import Store

_FRAME_BYTES = 500
"""Names, moments and punctuation around an operation's payloads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    events: tuple[Event, ...]
    next_marker: str | None = None


def as_token_refusal(refused: Refused) -> Refused:
    """Checkpoint and state know no 404: a token of an execution that is gone is a stale token."""
    return stale_token() if refused.code is Code.NOT_FOUND else refused


def page_size(max_items: int) -> int:
    """How many items a caller means who asks for `max_items`; 0 asks for the default."""
    return min(max_items, PAGE_ITEMS_MAX) if max_items > 0 else PAGE_ITEMS_DEFAULT


def envelope(execution: Execution, begun: Begun) -> Envelope:
    """The event of an invocation that has begun."""
    first = execution_operation(execution.origin, execution.head)
    page = _page(execution, after=0, limit=None, budget=ENVELOPE_BYTES_MAX - _size(first))
    return Envelope(
        arn=execution.arn,
        token=begun.token,
        operations=(first, *page.operations),
        next_marker=page.next_marker,
        updated_operation_ids=begun.updated_operation_ids,
    )


def state_page(execution: Execution, marker: str | None, max_items: int) -> StatePage:
    """The state after the marker; without one from its beginning. Raises Refused for a marker that is not ours."""
    limit = page_size(max_items)
    if marker:
        return _page(execution, after=_number(marker), limit=limit, budget=ENVELOPE_BYTES_MAX)
    first = execution_operation(execution.origin, execution.head)
    page = _page(execution, after=0, limit=limit - 1, budget=ENVELOPE_BYTES_MAX - _size(first))
    return StatePage(operations=(first, *page.operations), next_marker=page.next_marker)


def _page(execution: Execution, *, after: int, limit: int | None, budget: int) -> StatePage:
    """Visible operations that started after the `after`-th, as many as fit; at least one if any may be."""
    taken: list[Operation] = []
    last = after
    for operation in _visible(execution):
        if operation.seq <= after:
            continue
        budget -= _size(operation)
        if len(taken) == limit or (budget < 0 and (taken or after == 0)):
            return StatePage(operations=tuple(taken), next_marker=str(last))
        taken.append(operation)
        last = operation.seq
    return StatePage(operations=tuple(taken))


def _visible(execution: Execution) -> Iterator[Operation]:
    """In start order, so a parent comes before its children."""
    hides_children: set[OperationId] = set()
    for operation in execution.operations:
        is_hidden = operation.parent_id in hides_children
        is_done = operation.kind is Kind.CONTEXT and operation.status.is_terminal and not operation.replay_children
        if is_hidden or is_done:
            hides_children.add(operation.id)
        if not is_hidden:
            yield operation


def _size(operation: Operation) -> int:
    payloads = text_bytes(operation.result) + text_bytes(operation.input) + error_bytes(operation.error)
    return _FRAME_BYTES + payloads


async def history_page(
    store: Store, arn: Arn, marker: str | None, max_items: int, *, newest_first: bool
) -> HistoryPage:
    """Events beyond the marker. Raises Refused for a marker that is not ours."""
    limit = page_size(max_items)
    after = _number(marker) if marker else None
    events = await store.events(arn, limit=limit + 1, after=after, newest_first=newest_first)
    if len(events) <= limit:
        return HistoryPage(events=tuple(events))
    return HistoryPage(events=tuple(events[:limit]), next_marker=str(events[limit - 1].event_id))


def _number(marker: str) -> int:
    if not (marker.isascii() and marker.isdigit() and len(marker) <= 18):
        raise invalid("Invalid Marker")
    return int(marker)
