"""The stream of changes, as server-sent events."""

from collections.abc import AsyncIterator

from everstep.core.model import Arn
from everstep.core.names import parse_arn
from everstep.service.http.asgi import Response, Streamed
from everstep.service.http.desk import Call, Desk
from everstep.service.http.own.looking import page_of
from everstep.service.http.own.shapes import a_note, sent_event
from everstep.service.page.feed import News
from everstep.service.page.page import Page
from everstep.version import __version__

_HEADERS = (("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no"))
_ALIVE = b": alive\n\n"


async def changes(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/events"""
    page, arn = page_of(desk), call.query.text("execution")
    after = call.headers.get("last-event-id") or call.query.text("last_event_id")
    return Streamed(200, headers=_HEADERS, chunks=_told(page, after, Arn(arn) if arn is not None else None))


async def _told(page: Page, after: str | None, arn: Arn | None) -> AsyncIterator[bytes]:
    watching = page.feed.watch(after, arn)
    first = await anext(watching)
    # Whoever has heard the hello can look at what there is: whatever happens from here on is told.
    yield sent_event("hello", {"now": page.clock.now(), "version": __version__})
    yield _chunk(first)
    async for news in watching:
        yield _chunk(news)


def _chunk(news: News) -> bytes:
    if news.is_reset:
        return sent_event("reset", {}, news.id)
    told = []
    for index, note in enumerate(news.notes, 1):
        name = parse_arn(note.arn)
        data = a_note(note, name.name if name else note.arn, name.function if name else "")
        # Only the last of what comes together says from where to go on.
        told.append(sent_event(note.kind.value, data, news.id if index == len(news.notes) else None))
    return b"".join(told) or _ALIVE
