"""What a kind of operation consists of: a table of legal moves, and the few functions that fill it with life.

A kind is one file that ends with its `Rules`. The checkpoint's logic is the same for all of them and lives in
`checkpoint`; it knows no kind by name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from everstep.core.limits import Limits
from everstep.core.machine.commands import Target
from everstep.core.machine.draft import Draft
from everstep.core.machine.happening import Happening
from everstep.core.machine.state import Origin
from everstep.core.model import Action, Millis, Operation, Status, Update
from everstep.core.refusal import Refused, invalid
from everstep.core.sizes import text_bytes

Table: TypeAlias = Mapping[tuple[Status | None, Action], Status]
"""(status before; None: not yet known, action) -> status after. What has no row is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One kind of operation, as the service sees it."""

    transitions: Table
    wrong_action: str
    """What is said to an action that the kind does not have."""
    wrong_state: Mapping[Action, str]
    """What is said to an action that comes at the wrong time."""
    check: Callable[[Update], None]
    """Refuses members that do not fit the action."""
    when_reported: Callable[[Operation, Update, Millis], Operation]
    """The operation after the update; its status is already the one of the table's row."""
    told_by: Callable[[Operation, Update], Happening] | None
    """What the history says of it; None where `pursue` does the telling."""
    when_due: Callable[[Operation, Millis], tuple[Operation, Happening | None]]
    """The operation after its time has come, and what the history says of that."""
    introduce: Callable[[Operation, Origin], Operation] | None = None
    """What the service itself adds to a new operation."""
    pursue: Callable[[Draft, Operation, Mapping[str, Target]], None] | None = None
    """What else follows from a report: effects, or an immediate end."""
    payload_name: str = ""
    """What the payload is called when it is too large."""
    payload_bytes_max: Callable[[Limits], int] | None = None
    """How large the payload may be; None: as large as the wire allows."""

    def next_status(self, before: Status | None, action: Action) -> Status:
        """The status after the action. Raises Refused when the table has no row."""
        after = self.transitions.get((before, action))
        if after is None:
            raise self._refusal(action)
        return after

    def refuse_oversize(self, update: Update, limits: Limits) -> None:
        if self.payload_bytes_max is None:
            return
        limit = self.payload_bytes_max(limits)
        if text_bytes(update.payload) > limit:
            raise invalid(f"{self.payload_name} payload size must be less than or equal to {limit} bytes.")

    def _refusal(self, action: Action) -> Refused:
        known = any(action is column for _, column in self.transitions)
        return invalid(self.wrong_state[action] if known else self.wrong_action)


def never_due(operation: Operation, now: Millis) -> NoReturn:
    """For kinds without a clock."""
    raise AssertionError(operation)


def refuse_misplaced(update: Update) -> None:
    """Payloads belong to success, errors to failure; true for every kind."""
    if update.action is Action.FAIL and update.payload is not None:
        raise invalid("Cannot provide a Payload for FAIL action.")
    if update.action is Action.SUCCEED and update.error is not None:
        raise invalid("Cannot provide an Error for SUCCEED action.")
