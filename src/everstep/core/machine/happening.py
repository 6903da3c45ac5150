"""What an event tells, before it gets its number and its moment."""

from everstep.core.events import EventType
from everstep.core.model import ErrorObject
from everstep.core.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """The part of an event that the rules of a kind know."""

    type: EventType
    result: str | None = None
    error: ErrorObject | None = None
    input: str | None = None
    attempt: int | None = None
    next_attempt_delay_seconds: int | None = None
    function_name: str | None = None
    tenant_id: str | None = None
    executed_version: str | None = None
