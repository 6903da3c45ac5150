"""Answers that change nothing: pages of the state and of the history.

A page of the state leaves out what the function need not know: everything inside a context that is completed, unless
its body must run again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from everstep.core.events import Event
from everstep.core.limits import LIMITS, PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX
from everstep.core.machine.delta import Begun
from everstep.core.machine.life import execution_operation
from everstep.core.machine.state import Execution
from everstep.core.messages import Envelope, StatePage
from everstep.core.model import Arn, Kind, Operation, OperationId
from everstep.core.refusal import Code, Refused, invalid, stale_token
from everstep.core.sizes import text_bytes
from everstep.core.wire.text import dump
from everstep.service.ports import Store

_FRAME_BYTES = 500
"""Ids, moments and punctuation around an operation's texts."""
_SHORT_CHARS = 64


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


def envelope(execution: Execution, begun: Begun, bytes_max: int = LIMITS.page_bytes_max) -> Envelope:
    """The event of an invocation that has begun."""
    page = _page(execution, after=None, limit=None, bytes_max=bytes_max)
    return Envelope(
        arn=execution.arn,
        token=begun.token,
        operations=page.operations,
        next_marker=page.next_marker,
        updated_operation_ids=begun.updated_operation_ids,
    )


def state_page(
    execution: Execution, marker: str | None, max_items: int, bytes_max: int = LIMITS.page_bytes_max
) -> StatePage:
    """The state after the marker; without one from its beginning. Raises Refused for a marker that is not ours."""
    after = _number(marker) if marker else None
    return _page(execution, after=after, limit=page_size(max_items), bytes_max=bytes_max)


def _page(execution: Execution, *, after: int | None, limit: int | None, bytes_max: int) -> StatePage:
    """Visible operations that started after the `after`-th, as many as fit; None begins with the EXECUTION itself.

    There is at least one on every page, however large it is: an empty page would be asked for again and again.
    """
    taken = [execution_operation(execution.origin, execution.head)] if after is None else []
    budget = bytes_max - sum(map(_size, taken))
    last = after or 0
    for operation in _visible(execution):
        if operation.seq <= last:
            continue
        budget -= _size(operation)
        if taken and (len(taken) == limit or budget < 0):
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
    """About how many bytes it takes in an envelope; at least as many as it does."""
    size = _FRAME_BYTES + _text_size(operation.name) + _text_size(operation.callback_id)
    size += _text_size(operation.result) + _text_size(operation.input)
    error = operation.error
    if error is not None:
        size += sum(map(_text_size, (error.message, error.type, error.data, *(error.stack_trace or ()))))
    return size


def _text_size(text: str | None) -> int:
    """Bytes of a text within JSON, where a quote costs two and a control character six."""
    if not text:
        return 0
    if len(text) <= _SHORT_CHARS:
        return 6 * len(text)  # the worst case, without looking
    return text_bytes(dump(text))


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


def page_of(events: Sequence[Event], marker: str | None, max_items: int, *, newest_first: bool) -> HistoryPage:
    """The same page of a history that is at hand whole, oldest event first."""
    limit = page_size(max_items)
    after = _number(marker) if marker else None
    ordered = reversed(events) if newest_first else events
    beyond = (
        one for one in ordered if after is None or (one.event_id < after if newest_first else one.event_id > after)
    )
    found = tuple(islice(beyond, limit + 1))
    if len(found) <= limit:
        return HistoryPage(events=found)
    return HistoryPage(events=found[:limit], next_marker=str(found[limit - 1].event_id))


def _number(marker: str) -> int:
    if not (marker.isascii() and marker.isdigit() and len(marker) <= 18):
        raise invalid("Invalid Marker")
    return int(marker)
