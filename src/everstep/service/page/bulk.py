"""One act on many executions, in the background, with its progress."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from everstep.core.machine.commands import Command, Delete, Pause, Resume, Stop
from everstep.core.model import Arn
from everstep.core.refusal import Refused
from everstep.service.catalogue import Catalogue, Search
from everstep.service.ports import Clock, StoreError
from everstep.service.service import Service

AT_ONCE = 32
"""Enough for a store to write them in groups, and few enough for others to be served in between."""
KEPT_MAX = 20
ERRORS_SHOWN_MAX = 20


class BulkAction(StrEnum):
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    DELETE = "delete"


@dataclass(slots=True, kw_only=True)
class Bulk:
    """One such act; only `Bulks` changes it."""

    id: str
    action: BulkAction
    total: int
    done: int = 0
    """How many were looked at, the refused ones included."""
    refused: int = 0
    errors: list[tuple[Arn, str]] = field(default_factory=list)
    """Of the first that were refused."""
    is_over: bool = False


class Bulks:
    """Owns the acts, and keeps the last of them to be asked about."""

    def __init__(self, service: Service, catalogue: Catalogue, clock: Clock) -> None:
        self._service = service
        self._catalogue = catalogue
        self._clock = clock
        self._bulks: OrderedDict[str, Bulk] = OrderedDict()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._count = 0

    def get(self, id_: str) -> Bulk | None:
        return self._bulks.get(id_)

    async def begin(self, action: BulkAction, which: Sequence[Arn] | Search) -> Bulk:
        """Executions that are born from now on are left alone."""
        if isinstance(which, Search):
            which = replace(which, started_before=which.started_before or self._clock.now())
            total = sum((await self._catalogue.counts(which)).values())
        else:
            total = len(which)
        self._count += 1
        bulk = self._bulks[str(self._count)] = Bulk(id=str(self._count), action=action, total=total)
        while len(self._bulks) > KEPT_MAX and next(iter(self._bulks.values())).is_over:
            self._bulks.popitem(last=False)
        self._tasks[bulk.id] = asyncio.create_task(self._run(bulk, which))
        return bulk

    async def over(self, id_: str) -> None:
        """Wait for its end."""
        task = self._tasks.get(id_)
        if task is not None:
            await asyncio.wait((task,))

    async def break_off(self, id_: str) -> None:
        task = self._tasks.get(id_)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        for id_ in list(self._tasks):
            await self.break_off(id_)

    async def _run(self, bulk: Bulk, which: Sequence[Arn] | Search) -> None:
        try:
            async for arns in self._portions(which):
                await asyncio.gather(*(self._act(bulk, arn) for arn in arns))
        finally:
            bulk.is_over = True
            self._tasks.pop(bulk.id, None)

    async def _portions(self, which: Sequence[Arn] | Search) -> AsyncIterator[Sequence[Arn]]:
        if not isinstance(which, Search):
            for start in range(0, len(which), AT_ONCE):
                yield which[start : start + AT_ONCE]
            return
        after: str | None = None
        while True:
            # Places stand still while the act changes statuses, so each execution comes by exactly once.
            page = await self._catalogue.search(which, limit=AT_ONCE, after=after, oldest_first=True)
            yield [line.arn for line in page.lines]
            after = page.next
            if after is None:
                return

    async def _act(self, bulk: Bulk, arn: Arn) -> None:
        try:
            await self._service.submit(arn, command_of(bulk.action))
        except (Refused, StoreError) as error:
            bulk.refused += 1
            if len(bulk.errors) < ERRORS_SHOWN_MAX:
                bulk.errors.append((arn, error.message if isinstance(error, Refused) else str(error)))
        bulk.done += 1


def command_of(action: BulkAction) -> Command:
    match action:
        case BulkAction.STOP:
            return Stop()
        case BulkAction.PAUSE:
            return Pause()
        case BulkAction.RESUME:
            return Resume()
        case BulkAction.DELETE:
            return Delete()
        case _:
            assert_never(action)
