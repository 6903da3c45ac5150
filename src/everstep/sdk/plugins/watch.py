"""Turns what a function does into the hooks of plugins.

    asked     a recorded, unfinished operation is met again       on_operation_start (is_replayed)
              one that ended while nobody was looking             on_operation_end
    script    a START is about to be saved                        on_operation_start
              an end was saved, or heard of while waiting         on_operation_end, on_operation_change
    body      the author's code runs                              on_user_function_start, on_user_function_end
    finish    the ends that no code asked for                     on_operation_end

All hooks of an operation run in the thread or task that carries it out, while no lock of ours is held.
"""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from everstep.core.model import Action, Arn, Operation, OperationId, Status, Update
from everstep.sdk.observer import Inside
from everstep.sdk.plugins.audience import Audience
from everstep.sdk.plugins.infos import (
    OperationChangeInfo,
    OperationEndInfo,
    OperationStartInfo,
    PropagationInput,
    by_id,
    facts,
    moment,
)
from everstep.sdk.plugins.news import News, WatchedJournal
from everstep.sdk.plugins.plugin import DurableInstrumentationPlugin as Plugin
from everstep.sdk.plugins.runs import Run, now
from everstep.sdk.replay.journal import Identity
from everstep.sdk.replay.requests import Enter, Park, Reply, Save, Script, Spawn

T = TypeVar("T")


class Watch:
    """The observer of one invocation that has plugins."""

    def __init__(self, arn: Arn, audience: Audience, journal: WatchedJournal, news: News) -> None:
        self._arn = arn
        self._audience = audience
        self._journal = journal
        self._news = news
        self._tells_changes = audience.listens(Plugin.on_operation_change)
        self._telling = threading.Lock()
        """Held by whoever tells changes, so that plugins hear of them in order."""
        self._begun: set[OperationId] = set()
        """Operations whose start this invocation told."""

    # ------------------------------------------------------------------ operations
    def asked(self, identity: Identity) -> None:
        known = self._journal.get(identity.id)
        if known is None:
            return
        if known.status.is_terminal:
            self._tell_end(known.id)
        elif known.status is not Status.READY and known.id not in self._begun:
            # A step that is READY saves a START of its own at once, and that one is told.
            self._begun.add(known.id)
            self._audience.tell(Plugin.on_operation_start, OperationStartInfo(**facts(known, is_replayed=True)))

    def script(self, script: Script[T]) -> Script[T]:
        reply: Reply = None
        try:
            while True:
                try:
                    request = script.send(reply)
                except StopIteration as finished:
                    value: T = finished.value
                    return value
                match request:
                    case Save(update=update, wait=wait):
                        if update.action is Action.START:
                            self._tell_start(update)
                        reply = yield request
                        if wait:
                            self._hear(update.id)
                    case Park(operation_id=operation_id):
                        reply = yield request
                        self._hear(operation_id)
                    case Spawn(index=index, make=make):
                        reply = yield Spawn(index, partial(self._branch, make))
                    case _:
                        reply = yield request
        finally:
            script.close()

    def _branch(self, make: Callable[[], Script[T]]) -> Script[T]:
        return self.script(make())

    def finish(self) -> None:
        """Tell what is left; nothing runs any more."""
        self._tell_changes()
        self._tell_ends(self._news.take_ends())

    def _hear(self, operation_id: OperationId) -> None:
        self._tell_changes()
        self._tell_end(operation_id)

    def _tell_start(self, update: Update) -> None:
        before = self._journal.get(update.id)
        self._begun.add(update.id)
        info = OperationStartInfo(
            operation_id=update.id,
            operation_type=update.kind,
            sub_type=None if update.sub_type is None else str(update.sub_type),
            name=update.name,
            parent_id=update.parent_id,
            start_time=now() if before is None else moment(before.started_at),
            is_replayed=before is not None,
            status=Status.STARTED,
        )
        self._audience.tell(Plugin.on_operation_start, info)

    def _tell_end(self, operation_id: OperationId) -> None:
        self._tell_ends(self._news.take_end(operation_id))

    def _tell_ends(self, ended: tuple[Operation, ...]) -> None:
        for operation in ended:
            self._audience.tell(Plugin.on_operation_end, OperationEndInfo(**facts(operation)))

    def _tell_changes(self) -> None:
        if not self._tells_changes:
            return
        while self._telling.acquire(blocking=False):
            # Whoever comes meanwhile leaves its news to us; we look again after letting go of the lock.
            try:
                changed = self._news.take_changes()
                if not changed:
                    return
                info = OperationChangeInfo(self._arn, by_id(changed), by_id(self._journal.everything()))
                self._audience.tell(Plugin.on_operation_change, info)
            finally:
                self._telling.release()

    # ------------------------------------------------------------------ the author's code
    def body(self, identity: Identity, attempt: int, body: Callable[[], object]) -> object:
        return Run(self._audience, identity, attempt=attempt).call(body)

    def inside(self, identity: Identity, inside: Inside, *, is_recorded: bool) -> Inside:
        def watched(record: Operation | None) -> Script[object]:
            replays_children = record is not None and record.replay_children
            attempt = 1 if identity.id not in self._journal else None
            run = Run(self._audience, identity, attempt=attempt, replays_children=replays_children)
            tells_end = not is_recorded or replays_children
            # Through the driver, so that it happens where the author's code will run, with its context variables.
            yield Enter(run.begin)
            try:
                value = yield from inside(record)
            except BaseException as error:
                run.end(error)
                if tells_end:
                    run.end_operation(error)
                raise
            run.end()
            if tells_end:
                run.end_operation()
            return value

        return watched

    # ------------------------------------------------------------------ other functions
    def trace_id(self, identity: Identity, function_name: str) -> str | None:
        info = PropagationInput(self._arn, identity.id, function_name, identity.parent_id)
        return self._audience.trace_id(info)

    # ------------------------------------------------------------------ lines
    def log_fields(self) -> Mapping[str, object]:
        return self._audience.log_fields()
