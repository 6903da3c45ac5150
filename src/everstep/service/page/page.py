"""What the service's own API answers from: executions as people see them, and what they do about them.

It stands beside the service: it reads the catalogue and the history, acts through the service's one road, and listens
to it. Nothing that a function or a store does depends on it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from everstep.core.events import Event
from everstep.core.machine.commands import Command, Hurry
from everstep.core.machine.forking import past_before
from everstep.core.machine.state import Origin, Source
from everstep.core.model import Arn, ExecutionStatus, Kind, Operation, OperationId
from everstep.core.names import FunctionName, is_execution_name
from everstep.core.refusal import Code, Refused, invalid, not_found
from everstep.service.catalogue import Catalogue, FunctionCount, Line, LinePage, SaidPage, Search
from everstep.service.page.bulk import Bulks
from everstep.service.page.feed import Feed, Note, NoteKind
from everstep.service.page.imports import Imports, is_imported
from everstep.service.page.logbook import LINES_KEPT, Logbook
from everstep.service.page.story import Attempt, Story, Tree, View, only_attempt
from everstep.service.ports import Clock, FunctionConfig, Ids, Store, Summary
from everstep.service.queries import HistoryPage, page_of
from everstep.service.service import Service, StartCommand, Started

EVENTS_AT_ONCE = 1_000
OPERATIONS_REMEMBERED_MAX = 100_000
"""Of all executions that somebody looks at, together."""
RELATED_MAX = 100
RECENT = 100
"""How many closed executions of a function are looked at for its durations."""
FAILURES_SHOWN = 5
_FAILED = frozenset({ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT})
_CLOSED = frozenset(status for status in ExecutionStatus if status.is_closed)


class Library(Store, Catalogue, Protocol):
    """A store in which people can look things up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workforce:
    """The workers of one app, as they are now."""

    app: str
    functions: tuple[str, ...]
    idle: int
    busy: int
    max: int
    generation: int
    """How often the code was reloaded, the first time included."""
    reloaded_at: float | None = None
    """Seconds since 1970; None: never."""
    problem: str | None = None
    """Why the newest code is not in use."""
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """JSON Schema of what functions take, by name, where their authors say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """How the page's API behaves."""

    read_only: bool = False
    log_lines: int = LINES_KEPT
    """How many lines of logs are kept of each execution; 0: none."""
    roster: Callable[[], Sequence[Workforce]] = lambda: ()
    """The workers of this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionView:
    """A function, and how it fares."""

    name: str
    config: FunctionConfig | None
    workforce: Workforce | None
    counts: Sequence[FunctionCount]
    recent: Sequence[Line]
    """Its last closed executions, newest first."""
    failures: Sequence[Line]


class Page:
    """Owns what is kept for people: views of executions, the feed, the logbook, acts in progress."""

    def __init__(
        self, service: Service, library: Library, clock: Clock, ids: Ids, settings: PageSettings | None = None
    ) -> None:
        settings = settings or PageSettings()
        catalogue: Catalogue = library
        self.settings = settings
        self.catalogue = catalogue
        self.started_at = clock.now()
        self.feed = Feed(ids.new()[:8])
        self.bulks = Bulks(service, catalogue, clock)
        self.imports = Imports(clock, ids)
        self.logbook = Logbook(catalogue, clock, keep=settings.log_lines, on_said=self._said)
        self.clock = clock
        self._service = service
        self._store: Store = library
        self._remembered: OrderedDict[Arn, tuple[int, Tree, Story]] = OrderedDict()
        """By execution: the version that the tree shows."""
        service.listen(self.feed.note)
        service.listen(self.logbook.note)

    async def close(self) -> None:
        """End the streams and what is in progress; write what was heard."""
        self.feed.close()
        await self.bulks.close()
        await self.logbook.close()

    def _said(self, arn: Arn, number: int) -> None:
        self.feed.tell(Note(kind=NoteKind.LOG, arn=arn, number=number))

    # ------------------------------------------------------------------ looking
    async def line(self, arn: Arn) -> Line:
        """Raises Refused NOT_FOUND."""
        if is_imported(arn):
            return self.imports.view(arn).line
        lines = await self.catalogue.lines([arn])
        if not lines:
            raise not_found()
        return lines[0]

    async def view(self, arn: Arn) -> View:
        """The execution with its tree. Raises Refused NOT_FOUND."""
        if is_imported(arn):
            return self.imports.view(arn)
        summary, tree, _ = await self._look(arn)
        return View(summary=summary, line=await self.line(arn), tree=tree)

    async def story(self, arn: Arn) -> Story:
        """What its history tells. Raises Refused NOT_FOUND."""
        if is_imported(arn):
            return self.imports.story(arn)
        _, _, story = await self._look(arn)
        story.hear(await self.events(arn, after=story.last_event_id))
        return story

    async def _look(self, arn: Arn) -> tuple[Summary, Tree, Story]:
        """As it is now; the story as far as somebody has asked for it."""
        summary = await self._service.get(arn)
        known = self._remembered.pop(arn, None)
        version, tree, story = known if known is not None else (0, Tree(()), Story())
        if version != summary.head.version:
            execution = await self._service.look(arn)
            version, tree = execution.head.version, Tree(execution.operations)
            summary = Summary(origin=execution.origin, head=execution.head)
        self._remembered[arn] = version, tree, story
        while len(self._remembered) > 1 and self._weight() > OPERATIONS_REMEMBERED_MAX:
            self._remembered.popitem(last=False)
        return summary, tree, story

    async def attempts(self, arn: Arn, operations: Iterable[Operation]) -> Mapping[OperationId, Sequence[Attempt]]:
        """The attempts of the steps among these operations, oldest first. The history is read if it must be."""
        only = {one.id: only_attempt(one) for one in operations if one.kind is Kind.STEP}
        story = await self.story(arn) if None in only.values() else None
        return {
            id_: (one,) if one is not None else story.attempts(id_) if story is not None else ()
            for id_, one in only.items()
        }

    async def summary(self, arn: Arn) -> Summary:
        """The execution without its operations. Raises Refused NOT_FOUND."""
        return self.imports.view(arn).summary if is_imported(arn) else await self._service.get(arn)

    def _weight(self) -> int:
        return sum(len(tree.all) for _, tree, _ in self._remembered.values())

    async def events(self, arn: Arn, *, after: int = 0) -> list[Event]:
        """The whole history beyond `after`, oldest first."""
        if is_imported(arn):
            return [event for event in self.imports.events(arn) if event.event_id > after]
        found: list[Event] = []
        while True:
            page = await self._store.events(arn, limit=EVENTS_AT_ONCE, after=after)
            found += page
            if len(page) < EVENTS_AT_ONCE:
                return found
            after = page[-1].event_id

    async def history(self, arn: Arn, *, marker: str | None, max_items: int, newest_first: bool) -> HistoryPage:
        """A page of the history. Raises Refused NOT_FOUND, and for a marker that is not ours."""
        if is_imported(arn):
            return page_of(self.imports.events(arn), marker, max_items, newest_first=newest_first)
        return await self._service.history(arn, marker=marker, max_items=max_items, newest_first=newest_first)

    async def said(self, arn: Arn, *, limit: int, after: int, operation_id: str | None) -> SaidPage:
        """What its function logged; of an imported history nothing is known."""
        if is_imported(arn):
            return SaidPage(said=())
        return await self.catalogue.said(arn, limit=limit, after=after, operation_id=operation_id)

    async def related(self, line: Line) -> tuple[Sequence[Line], Sequence[Line], Sequence[Line], Sequence[Line]]:
        """Parent, children, source and forks, as far as they still exist."""
        parent = await self.catalogue.lines([line.parent]) if line.parent is not None else ()
        source = await self.catalogue.lines([line.source.arn]) if line.source is not None else ()
        children = await self._lines(Search(parent=line.arn), RELATED_MAX, oldest_first=True)
        forks = await self._lines(Search(source=line.arn), RELATED_MAX, oldest_first=True)
        return parent, children, source, forks

    async def functions(self) -> list[FunctionView]:
        """Every function that is known here or has executions, by name."""
        counts: dict[str, list[FunctionCount]] = {}
        for count in await self.catalogue.by_function():
            counts.setdefault(count.function, []).append(count)
        workforces = {name: workforce for workforce in self.settings.roster() for name in workforce.functions}
        return [
            FunctionView(
                name=name,
                config=self._service.function(name),
                workforce=workforces.get(name),
                counts=counts.get(name, ()),
                recent=await self._lines(Search(function=name, statuses=_CLOSED), RECENT),
                failures=await self._lines(Search(function=name, statuses=_FAILED), FAILURES_SHOWN),
            )
            for name in sorted({*counts, *workforces})
        ]

    async def _lines(self, search: Search, limit: int, *, oldest_first: bool = False) -> Sequence[Line]:
        page: LinePage = await self.catalogue.search(search, limit=limit, after=None, oldest_first=oldest_first)
        return page.lines

    # ------------------------------------------------------------------ acting
    def check_writable(self, subject: str = "") -> None:
        """Raises Refused in read-only mode, and for what was only brought along to look at."""
        if is_imported(subject):
            raise Refused(Code.CONFLICT, f"{subject} is a history that was imported: there is nothing to do but look")
        if self.settings.read_only:
            raise Refused(Code.ACCESS_DENIED, "this service is read-only: look, but start and change nothing")

    async def act(self, arn: Arn, command: Command) -> Line:
        """Carry out the command; how the execution stands then. Raises Refused."""
        await self._service.submit(arn, command)
        return await self.line(arn)

    async def hurry(self, arn: Arn, operation_id: str | None) -> Line:
        return await self.act(arn, Hurry(operation_id=OperationId(operation_id) if operation_id is not None else None))

    async def start(self, command: StartCommand) -> Started:
        return await self._service.start(command)

    async def rerun(self, arn: Arn, *, name: str | None, input: str | None) -> Started:  # noqa: A002 - as users say it
        """A new execution of the same function; None for the same input."""
        wanted, origin = await self._again(arn, name)
        return await self._service.start(
            replace(wanted, input=origin.input if input is None else input, source=Source(arn=arn))
        )

    async def fork(self, arn: Arn, operation_id: str, *, name: str | None) -> tuple[Started, int]:
        """A new execution that knows what this one knew when the operation began, and how much that is.

        Raises Refused: NOT_FOUND for what there is not, ALREADY_STARTED for a name that is taken.
        """
        wanted, origin = await self._again(arn, name)
        at = OperationId(operation_id)
        execution = await self._service.look(arn)
        operations = list(execution.operations)  # before anybody spends the execution
        past = past_before(operations, await self.events(arn), at)
        copied = len(past.operations)
        source = Source(arn=arn, operation_id=at, copied=copied, began_at=origin.began_at)
        started = await self._service.start(replace(wanted, input=origin.input, source=source, past=past))
        if started.existing:
            raise Refused(Code.ALREADY_STARTED, f"there is an execution called {name}: {started.arn}", arn=started.arn)
        return started, copied

    async def _again(self, arn: Arn, name: str | None) -> tuple[StartCommand, Origin]:
        origin = (await self._service.get(arn)).origin
        if name is not None and not is_execution_name(name):
            raise invalid(f"{name!r} is no name: write 1 to 64 letters, digits, hyphens and underscores")
        wanted = StartCommand(
            function=origin.function,
            qualifier=None if origin.version == FunctionName(name=origin.function).version else origin.version,
            name=name,
            is_async=origin.is_async,
            tenant_id=origin.tenant_id,
            timeout_seconds=origin.timeout_seconds,
            retention_days=origin.retention_days,
            endpoint=origin.endpoint,
            must_be_known=False,
        )
        return wanted, origin
