"""Executions in memory: a product of its own for tests, simulation and local runs.

No method ever waits, so a caller without an event loop may drive its coroutines by hand. Everything kept is frozen,
and every execution handed out has operations of its own: what a caller does with them changes nothing here.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from everstep.core.events import Event
from everstep.core.machine.delta import Delta, Effect
from everstep.core.machine.state import Execution, Head, InvocationPhase, Origin, restore
from everstep.core.model import Arn, ExecutionStatus, Millis, Operation
from everstep.service.catalogue import Bucket, FunctionCount, Line, LinePage, Said, SaidPage, Search
from everstep.service.ports import ListQuery, NameTakenError, StaleVersionError, Summary, SummaryPage
from everstep.service.stores.memory_lines import (
    FoundBy,
    counts_of,
    functions_of,
    histogram_of,
    is_meant,
    line_of,
    span_of,
)
from everstep.service.stores.paging import Place, page_of, read_place, write_place


@dataclass(slots=True, kw_only=True)
class _Kept:
    """One execution; only `MemoryStore.commit` changes it."""

    number: int
    origin: Origin
    head: Head
    operations: dict[int, Operation] = field(default_factory=dict)
    """By `seq`, because an operation keeps its place when it changes."""
    events: list[Event] = field(default_factory=list)
    due_at: Millis | None = None
    found_by: FoundBy = field(default_factory=FoundBy)

    @property
    def place(self) -> Place:
        return Place(self.origin.started_at, self.number)

    @property
    def summary(self) -> Summary:
        return Summary(origin=self.origin, head=self.head)

    @property
    def is_live(self) -> bool:
        return self.head.invocation is not None and self.head.invocation.phase is InvocationPhase.LIVE


class MemoryStore:
    """A `Store` that forgets everything with its process."""

    def __init__(self) -> None:
        self._kept: dict[Arn, _Kept] = {}
        self._births = 0
        self._names: dict[tuple[str, str], Arn] = {}
        self._effects: dict[str, Effect] = {}
        # Both lists are kept sorted, so that a page and a timer cost a bisection and not a walk over all executions.
        self._by_start: list[tuple[Place, Arn]] = []
        self._by_due: list[tuple[Millis, int, Arn]] = []

    async def load(self, arn: Arn) -> Execution | None:
        kept = self._kept.get(arn)
        if kept is None:
            return None
        in_start_order = (operation for _, operation in sorted(kept.operations.items()))
        return restore(kept.origin, kept.head, in_start_order)

    async def summary(self, arn: Arn) -> Summary | None:
        kept = self._kept.get(arn)
        return kept.summary if kept is not None else None

    async def commit(self, delta: Delta) -> None:
        # Whatever can refuse the delta stands before the first change: that makes the commit atomic.
        kept = (
            self._current(delta.arn, delta.base_version)
            if delta.origin is None
            else self._born(delta.origin, delta.head)
        )
        kept.head = delta.head
        kept.operations |= {operation.seq: operation for operation in delta.operations}
        kept.events += delta.events
        kept.found_by.note(delta)
        self._set_due(kept, delta.due_at)
        for effect_id in delta.performed:
            self._effects.pop(effect_id, None)
        for effect in delta.effects:
            self._effects.setdefault(effect.id, effect)

    async def forget(self, arn: Arn, version: int) -> None:
        kept = self._current(arn, version)
        self._set_due(kept, None)
        del self._by_start[bisect_left(self._by_start, (kept.place, arn))]
        if kept.origin.unique_name is not None:
            del self._names[(kept.origin.function, kept.origin.unique_name)]
        del self._kept[arn]

    async def drop(self, effect_id: str) -> None:
        self._effects.pop(effect_id, None)

    async def events(
        self, arn: Arn, *, limit: int, after: int | None = None, newest_first: bool = False
    ) -> Sequence[Event]:
        kept = self._kept.get(arn)
        if kept is None:
            return ()
        if newest_first:
            end = bisect_left(kept.events, after, key=_event_id) if after is not None else len(kept.events)
            return kept.events[max(0, end - limit) : end][::-1]
        start = bisect_right(kept.events, after, key=_event_id) if after is not None else 0
        return kept.events[start : start + limit]

    async def due(self, now: Millis, limit: int) -> Sequence[Arn]:
        ripe = bisect_right(self._by_due, now, key=lambda entry: entry[0])
        return [arn for _, _, arn in self._by_due[: min(ripe, limit)]]

    async def next_due(self) -> Millis | None:
        return self._by_due[0][0] if self._by_due else None

    async def effects(self, limit: int) -> Sequence[Effect]:
        return list(islice(self._effects.values(), limit))

    async def live(self, limit: int) -> Sequence[Arn]:
        return list(islice((arn for arn, kept in self._kept.items() if kept.is_live), limit))

    async def list(self, query: ListQuery) -> SummaryPage:
        after = read_place(query.after) if query.after is not None else None
        found = (kept for kept in self._in_order(after, query.oldest_first) if _matches(kept, query))
        return page_of([(kept.place, kept.summary) for kept in islice(found, query.limit + 1)], query.limit)

    # ------------------------------------------------------------------ what people ask (`Catalogue`)
    async def search(self, search: Search, *, limit: int, after: str | None, oldest_first: bool) -> LinePage:
        place = read_place(after) if after is not None else None
        found = (kept for kept in self._in_order(place, oldest_first) if is_meant(kept, search))
        taken = list(islice(found, limit + 1))
        goes_on = write_place(taken[limit - 1].place) if len(taken) > limit else None
        return LinePage(lines=tuple(map(line_of, taken[:limit])), next=goes_on)

    async def lines(self, arns: Sequence[Arn]) -> Sequence[Line]:
        return [line_of(self._kept[arn]) for arn in arns if arn in self._kept]

    async def counts(self, search: Search) -> Mapping[ExecutionStatus, int]:
        return counts_of(self._meant(search))

    async def span(self, search: Search) -> tuple[Millis, Millis] | None:
        return span_of(self._meant(search))

    async def histogram(self, search: Search, *, start: Millis, width_ms: int, buckets: int) -> Sequence[Bucket]:
        return histogram_of(self._meant(search), start, width_ms, buckets)

    async def by_function(self) -> Sequence[FunctionCount]:
        return list(functions_of(self._kept.values()))

    async def say(self, arn: Arn, said: Sequence[Said], *, keep: int) -> int:
        kept = self._kept.get(arn)
        return kept.found_by.say(said, keep) if kept is not None else 0

    async def said(self, arn: Arn, *, limit: int, after: int = 0, operation_id: str | None = None) -> SaidPage:
        kept = self._kept.get(arn)
        return kept.found_by.said_after(limit, after, operation_id) if kept is not None else SaidPage(said=())

    def _meant(self, search: Search) -> Iterator[_Kept]:
        return (kept for kept in self._kept.values() if is_meant(kept, search))

    async def close(self) -> None:
        """Nothing to let go of."""

    def _current(self, arn: Arn, version: int) -> _Kept:
        kept = self._kept.get(arn)
        if kept is None or kept.head.version != version:
            raise StaleVersionError(f"{arn} is no longer at version {version}")
        return kept

    def _born(self, origin: Origin, head: Head) -> _Kept:
        if origin.arn in self._kept:
            raise StaleVersionError(f"{origin.arn} exists")
        if origin.unique_name is not None:
            owner = self._names.setdefault((origin.function, origin.unique_name), origin.arn)
            if owner != origin.arn:
                raise NameTakenError(owner)
        self._births += 1
        kept = self._kept[origin.arn] = _Kept(number=self._births, origin=origin, head=head)
        insort(self._by_start, (kept.place, origin.arn))
        return kept

    def _set_due(self, kept: _Kept, due_at: Millis | None) -> None:
        if kept.due_at == due_at:
            return
        if kept.due_at is not None:
            del self._by_due[bisect_left(self._by_due, (kept.due_at, kept.number, kept.origin.arn))]
        if due_at is not None:
            insort(self._by_due, (due_at, kept.number, kept.origin.arn))
        kept.due_at = due_at

    def _in_order(self, after: Place | None, oldest_first: bool) -> Iterator[_Kept]:
        if oldest_first:
            start = bisect_right(self._by_start, after, key=_place) if after is not None else 0
            indexes = range(start, len(self._by_start))
        else:
            end = bisect_left(self._by_start, after, key=_place) if after is not None else len(self._by_start)
            indexes = range(end - 1, -1, -1)
        return (self._kept[self._by_start[index][1]] for index in indexes)


def _event_id(event: Event) -> int:
    return event.event_id


def _place(entry: tuple[Place, Arn]) -> Place:
    return entry[0]


def _matches(kept: _Kept, query: ListQuery) -> bool:
    origin = kept.origin
    return (
        (query.function is None or origin.function == query.function)
        and (query.version is None or origin.version == query.version)
        and (query.name is None or origin.name == query.name)
        and (not query.statuses or kept.head.status in query.statuses)
        and (query.started_after is None or origin.started_at > query.started_after)
        and (query.started_before is None or origin.started_at < query.started_before)
    )
