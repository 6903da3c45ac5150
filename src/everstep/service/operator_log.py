"""What an operator wants to read of executions: one record of the log for each thing that happened, never a payload.

Records have their facts as fields (`extra`): `event` says what happened, `arn`, `function` and `name` to what. Whoever
starts the service decides how they are written.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from everstep.core.events import Event, EventType
from everstep.core.machine.delta import Delta
from everstep.core.model import Arn, ExecutionStatus, Millis
from everstep.core.names import parse_arn
from everstep.core.refusal import Refused
from everstep.service.ports import StoreError
from everstep.service.service import Service

logger = logging.getLogger(__name__)

STARTS_KNOWN_MAX = 20_000
"""Executions whose start is remembered; of older ones the store is asked."""
_LEVELS = {ExecutionStatus.SUCCEEDED: logging.INFO, ExecutionStatus.STOPPED: logging.INFO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One record."""

    level: int
    event: str
    text: str
    fields: dict[str, object] = field(default_factory=dict)


class OperatorLog:
    """Listens to a service, and writes the log. Belongs to one event loop."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._starts: OrderedDict[Arn, Millis] = OrderedDict()
        self._asking: set[asyncio.Task[None]] = set()

    def note(self, delta: Delta) -> None:
        """A change is durable."""
        if delta.origin is not None:
            self._starts[delta.arn] = delta.origin.started_at
            if len(self._starts) > STARTS_KNOWN_MAX:
                self._starts.popitem(last=False)
        for fact in facts_of(delta):
            _write(delta.arn, fact)
        if delta.head.status.is_closed and any(event.type.value.startswith("Execution") for event in delta.events):
            started_at = self._starts.pop(delta.arn, None)
            if started_at is not None:
                _write(delta.arn, end_of(delta, started_at))
            else:
                task = asyncio.get_running_loop().create_task(self._ask(delta))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)

    async def close(self) -> None:
        """Write what is still asked for."""
        await asyncio.gather(*self._asking)

    async def _ask(self, delta: Delta) -> None:
        """An execution of before this process has ended: the store knows when it began."""
        try:
            started_at: Millis | None = (await self._service.get(delta.arn)).origin.started_at
        except (Refused, StoreError):
            started_at = None
        _write(delta.arn, end_of(delta, started_at))


def facts_of(delta: Delta) -> Iterator[Fact]:
    """What the change means for an operator, its end apart. Pure."""
    for event in delta.events:
        match event.type:
            case EventType.EXECUTION_STARTED:
                yield Fact(level=logging.INFO, event="execution_started", text="started")
            case EventType.EXECUTION_PAUSED:
                yield Fact(level=logging.INFO, event="execution_paused", text="is paused")
            case EventType.EXECUTION_RESUMED:
                yield Fact(level=logging.INFO, event="execution_resumed", text="goes on")
            case EventType.INVOCATION_COMPLETED if event.error is not None:
                yield _invocation_failed(event)
            case EventType.CALLBACK_TIMED_OUT:
                yield Fact(
                    level=logging.WARNING,
                    event="callback_timed_out",
                    text=f"callback {event.name or event.id or ''} timed out",
                    fields={"operation": event.name, "operation_id": event.id},
                )
            case _:
                pass


def end_of(delta: Delta, started_at: Millis | None) -> Fact:
    """How the execution ended. Pure."""
    head = delta.head
    ended_at = head.ended_at if head.ended_at is not None else head.changed_at
    took = ended_at - started_at if started_at is not None else None
    error = head.error.type if head.error is not None else None
    after = f" after {took / 1000:.3f} s" if took is not None else ""
    return Fact(
        level=_LEVELS.get(head.status, logging.WARNING),
        event="execution_ended",
        text=f"{head.status.value}{after}{f', {error}' if error else ''}",
        fields={
            "status": head.status.value,
            "duration_ms": took,
            "error_type": error,
            "invocations": head.invocations,
            "operations": head.operations,
        },
    )


def _invocation_failed(event: Event) -> Fact:
    error = event.error.type if event.error is not None else None
    return Fact(
        level=logging.WARNING,
        event="invocation_failed",
        text=f"an invocation failed, {error or 'without a reason'}",
        fields={"request_id": event.request_id, "error_type": error},
    )


def _write(arn: Arn, fact: Fact) -> None:
    if not logger.isEnabledFor(fact.level):
        return
    name = parse_arn(arn)
    called, function = (name.name, name.function) if name is not None else (arn, None)
    extra = {"event": fact.event, "arn": arn, "function": function, "execution": called, **fact.fields}
    logger.log(fact.level, "%s %s", called, fact.text, extra=extra)
