"""A history in a file: what `everstep executions export` writes, or an answer of GetDurableExecutionHistory.

{"Execution": {"DurableExecutionArn": …, …}, "Events": […]}
{"Events": […]}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from everstep.core.events import Event
from everstep.core.model import Arn
from everstep.core.wire.events import decode_event
from everstep.core.wire.fields import MalformedError


class NotHistoryError(ValueError):
    """It is no whole history. The message is the second half of a sentence: `is no history: …`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A whole history."""

    arn: Arn | None
    """None where the file does not say whose history it is."""
    events: tuple[Event, ...]
    """Oldest first."""


def decode_exported(content: Any) -> Exported:
    """The history in the content of a file. Raises NotHistoryError."""
    if not isinstance(content, Mapping) or not isinstance(content.get("Events"), list):
        raise NotHistoryError('is no history: it has no list of "Events"')
    if content.get("NextMarker"):
        raise NotHistoryError("is only the first page of a history; export all of it")
    try:
        events = [decode_event(event) for event in content["Events"]]
    except MalformedError as error:
        raise NotHistoryError(f"is no history: {error.message}") from error
    execution = content.get("Execution")
    arn = execution.get("DurableExecutionArn") if isinstance(execution, Mapping) else content.get("DurableExecutionArn")
    return Exported(
        arn=Arn(arn) if isinstance(arn, str) else None, events=tuple(sorted(events, key=lambda one: one.event_id))
    )
