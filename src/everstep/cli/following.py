"""One execution in a service of its own, followed from its first event to its last."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from everstep.cli.failure import Failure
from everstep.cli.progress import line_of
from everstep.cli.screen import Screen, screen
from everstep.cli.workers import Pools, hosting
from everstep.core.events import Event
from everstep.core.model import Arn
from everstep.service.app import Settings, running
from everstep.service.ports import Summary
from everstep.service.service import Service, StartCommand


async def run_to_end(app: str, command: StartCommand, store: str, *, silent: bool) -> Summary:
    """Start the execution, or go on with it, and wait for its end; the function of the command is that of the app.

    Raises AppError, Failure, StoreError and Refused before anything has happened.
    """
    functions: list[str] = []

    def on_ready(pools: Pools) -> None:
        functions.extend(pools.functions)
        if len(functions) > 1:
            raise Failure(f"{app} has several functions ({', '.join(functions)}); write {app}:{functions[0]}")

    hosted = hosting([app], as_json=False, reload=False, on_ready=on_ready)
    async with running(Settings(store=store, port=0), hosted) as here:
        started = await here.service.start(replace(command, function=functions[0]))
        summary = await here.service.get(started.arn)
        if not silent and not summary.head.status.is_closed:
            with screen() as on:
                await follow(here.service, started.arn, on)
        return await here.service.closed(started.arn)


async def follow(service: Service, arn: Arn, on: Screen) -> None:
    """Tell every event of an execution, those of before first, until it is closed."""
    changes: asyncio.Queue[tuple[Sequence[Event], bool]] = asyncio.Queue()
    service.listen(
        lambda delta: changes.put_nowait((delta.events, delta.head.status.is_closed)) if delta.arn == arn else None
    )
    # Listening began before this look, so nothing falls between; what comes twice is told once.
    summary = await service.get(arn)
    events, is_closed, last = await _history(service, arn, up_to=summary.head.events), summary.head.status.is_closed, 0
    while True:
        for event in events:
            if event.event_id > last and (line := line_of(event)):
                on.tell(line, summary.origin.started_at)
            last = max(last, event.event_id)
        if is_closed:
            return
        events, is_closed = await changes.get()


async def _history(service: Service, arn: Arn, *, up_to: int) -> Sequence[Event]:
    events: list[Event] = []
    marker: str | None = None
    while len(events) < up_to:
        page = await service.history(arn, marker=marker, max_items=1000)
        events += page.events
        marker = page.next_marker
        if marker is None:
            break
    return events[:up_to]
