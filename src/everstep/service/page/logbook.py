"""What functions wrote, kept beside the executions that they worked on.

A line comes from a worker with the id of the request that it was serving, and perhaps as a record of the SDK's logger,
which names the execution and the operation. Lines gather for a moment and are then written together. It is a
convenience and no record: lines that come faster than a store takes them are dropped, and nothing waits for them.
"""

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Callable

from everstep.core.machine.delta import Begun, Delta
from everstep.core.model import Arn
from everstep.core.wire.text import Json, JsonObject, NotJsonError, dump, load
from everstep.service.catalogue import Catalogue, Said
from everstep.service.ports import Clock, StoreError

logger = logging.getLogger(__name__)

LINES_KEPT = 2_000
"""Of one execution, unless the service was started with another number."""
LINE_CHARS_MAX = 8_000
GATHER_SECONDS = 0.2
WAITING_LINES_MAX = 20_000
REQUESTS_KNOWN_MAX = 20_000
_OWN_FIELDS = frozenset({"level", "message", "timestamp", "executionArn", "operationId", "operationName", "attempt",
                         "requestId", "parentId", "logger"})  # fmt: skip


class Logbook:
    """Owns the lines that are not written yet. Belongs to one event loop."""

    def __init__(
        self, catalogue: Catalogue, clock: Clock, *, keep: int = LINES_KEPT, on_said: Callable[[Arn, int], None]
    ) -> None:
        self.keep = keep
        self.dropped = 0
        """Lines that came too fast."""
        self._catalogue = catalogue
        self._clock = clock
        self._on_said = on_said
        self._executions: OrderedDict[str, Arn] = OrderedDict()
        """By the id of the request that works, or worked, on it."""
        self._waiting: defaultdict[Arn, list[Said]] = defaultdict(list)
        self._lines = 0
        self._writing: asyncio.Task[None] | None = None

    def note(self, delta: Delta) -> None:
        """A change is durable: perhaps an invocation has begun."""
        if isinstance(delta.response, Begun):
            self._executions[delta.response.invocation.id] = delta.arn
            if len(self._executions) > REQUESTS_KNOWN_MAX:
                self._executions.popitem(last=False)

    def hear(self, text: str, stream: str, request_id: str | None) -> None:
        """A function wrote a line."""
        if not self.keep or not text:
            return
        record = _record(text)
        named = record.get("executionArn")
        arn = Arn(named) if isinstance(named, str) else self._executions.get(request_id or "")
        if arn is None:
            return
        if self._lines >= WAITING_LINES_MAX:
            self.dropped += 1
            return
        said = Said(at=self._clock.now(), message=text[:LINE_CHARS_MAX], stream=stream, request_id=request_id)
        self._waiting[arn].append(_said(said, record) if record else said)
        self._lines += 1
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def close(self) -> None:
        """Write what was heard."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            waiting, self._waiting, self._lines = self._waiting, defaultdict(list), 0
            for arn, said in waiting.items():
                try:
                    number = await self._catalogue.say(arn, said, keep=self.keep)
                except StoreError as error:
                    self.dropped += len(said)
                    logger.warning("%d lines of %s are lost: %s", len(said), arn, error)
                else:
                    self._on_said(arn, number)
        self._writing = None


def _record(text: str) -> JsonObject:
    """The line as a record of a logger; empty when it is none."""
    if not text.startswith("{"):
        return {}
    try:
        value = load(text)
    except NotJsonError:
        return {}
    return value if isinstance(value, dict) and "message" in value and "level" in value else {}


def _said(plain: Said, record: JsonObject) -> Said:
    more = {key: value for key, value in record.items() if key not in _OWN_FIELDS}
    attempt = record.get("attempt")
    return Said(
        at=plain.at,
        message=str(record["message"])[:LINE_CHARS_MAX],
        stream=plain.stream,
        level=_text(record["level"]),
        operation_id=_text(record.get("operationId")),
        operation_name=_text(record.get("operationName")),
        attempt=attempt if isinstance(attempt, int) else None,
        request_id=plain.request_id,
        fields=dump(more)[:LINE_CHARS_MAX] if more and len(dump(more)) <= LINE_CHARS_MAX else None,
    )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
