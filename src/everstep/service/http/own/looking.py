"""The handlers that only look."""

from everstep.core.machine.state import is_waiting
from everstep.core.model import Arn, ErrorObject, ExecutionStatus, Millis, Operation, OperationId
from everstep.core.refusal import not_found
from everstep.core.sizes import text_bytes
from everstep.core.wire.errors import encode_error
from everstep.core.wire.events import encode_event
from everstep.core.wire.executions import encode_execution
from everstep.core.wire.text import Json, JsonObject, dump
from everstep.service.catalogue import in_order_of_ripening
from everstep.service.http.asgi import Response, json_response
from everstep.service.http.desk import Call, Desk
from everstep.service.http.own import reading, shapes
from everstep.service.http.own.reading import wrong
from everstep.service.page.imports import is_imported
from everstep.service.page.page import Page
from everstep.service.page.story import View
from everstep.version import __version__

WAITS_MAX = 100
EVENTS_DEFAULT = 200
LOGS_DEFAULT = 500
BUCKETS_DEFAULT, BUCKETS_MAX = 60, 500
API_VERSION = 1


def page_of(desk: Desk) -> Page:
    """What answers. Raises Refused where the service has no page."""
    if desk.page is None:
        raise not_found("this service answers the Lambda API alone")
    return desk.page


async def server(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/server"""
    page = page_of(desk)
    return json_response(
        200,
        {
            "version": __version__,
            "api": API_VERSION,
            "dialect": desk.dialect.value,
            "read_only": page.settings.read_only,
            "now": page.clock.now(),
            "started_at": page.started_at,
            "region": desk.service.place.region,
            "account": desk.service.place.account,
            "logs": {"lines_max": page.settings.log_lines},
            "stream": page.feed.stream,
        },
    )


# --------------------------------------------------------------------------- executions
async def executions(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/executions"""
    page = page_of(desk)
    found = await page.catalogue.search(
        reading.search_of(call),
        limit=reading.limit(call),
        after=call.query.text("cursor"),
        oldest_first=reading.choice(call, "order", ("newest", "oldest")) == "oldest",
    )
    now = page.clock.now()
    return json_response(200, {"executions": [shapes.a_line(line, now) for line in found.lines], "next": found.next})


async def counts(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/counts"""
    found = await page_of(desk).catalogue.counts(reading.search_of(call))
    return json_response(200, {"total": sum(found.values()), "by_status": shapes.by_status(found)})


async def histogram(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/histogram"""
    catalogue, search = page_of(desk).catalogue, reading.search_of(call)
    first, last = reading.moment(call.query.text("from"), "from"), reading.moment(call.query.text("to"), "to")
    if first is None or last is None:
        span = await catalogue.span(search) or (first or last or Millis(0), last or first or Millis(0))
    start = span[0] if first is None else first
    end = Millis(span[1] + 1) if last is None else last
    if end < start:
        raise wrong("to", "must not be before from")
    buckets = reading.integer(call.query.text("buckets"), "buckets", BUCKETS_DEFAULT, 1, BUCKETS_MAX)
    width_ms = max(1, -(-(end - start) // buckets))
    rows: dict[int, dict[str, Json]] = {}
    for each in await catalogue.histogram(search, start=start, width_ms=width_ms, buckets=buckets):
        rows.setdefault(each.number, {})[each.status.value] = each.count
    told = [
        {"at": start + number * width_ms, "total": sum(map(_whole, by_status.values())), "by_status": by_status}
        for number, by_status in sorted(rows.items())
    ]
    return json_response(200, {"from": start, "to": end, "bucket_ms": width_ms, "buckets": told})


def _whole(value: Json) -> int:
    assert isinstance(value, int), value
    return value


async def functions(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/functions"""
    page = page_of(desk)
    now = page.clock.now()
    return json_response(200, {"functions": [shapes.a_function(view, now) for view in await page.functions()]})


# --------------------------------------------------------------------------- one execution
async def execution(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/executions/{arn}"""
    page = page_of(desk)
    view = await page.view(Arn(call.subject))
    waits = in_order_of_ripening([one for one in view.tree.all if is_waiting(one)]) if view.line.waits else []
    now = view.imported.until if view.imported is not None else page.clock.now()
    return json_response(200, shapes.an_execution(view, now, waits[:WAITS_MAX], actions(page, view)))


def actions(page: Page, view: View) -> list[str]:
    """What can be done about it now."""
    if page.settings.read_only or view.imported is not None:
        return []
    head = view.summary.head
    found = ["rerun"] + (["fork"] if view.tree.all else [])
    match head.status:
        case ExecutionStatus.RUNNING:
            found += ["stop", "pause"]
        case ExecutionStatus.PAUSING | ExecutionStatus.PAUSED:
            found += ["stop", "resume"]
        case ExecutionStatus.DELETING:
            return found
        case _:
            return [*found, "delete"]
    return [*found, "retry"] if head.invoke_at is not None or view.tree.waits() else found


async def operations(desk: Desk, call: Call) -> Response:
    """GET …/{arn}/operations"""
    arn = Arn(call.subject)
    view = await page_of(desk).view(arn)
    after, parent = reading.cursor(call), call.query.text("parent")
    if reading.flag(call, "flat", default=False):
        page = view.tree.flat(after, reading.limit(call, 1000))
    else:
        if parent is not None:
            _operation(view, parent)
        page = view.tree.page(OperationId(parent) if parent is not None else None, after, reading.limit(call, 200))
    attempts, copied = await page_of(desk).attempts(arn, page.operations), _copied(view)
    told = [shapes.an_operation(one, view.tree, attempts.get(one.id, ()), copied) for one in page.operations]
    goes_on = str(page.next) if page.next is not None else None
    return json_response(200, {"parent": parent, "operations": told, "next": goes_on})


async def operation(desk: Desk, call: Call) -> Response:
    """GET …/{arn}/operation?id=…"""
    arn = Arn(call.subject)
    view = await page_of(desk).view(arn)
    found = _operation(view, call.query.text("id"))
    attempts = (await page_of(desk).attempts(arn, [found])).get(found.id, ())
    path: list[Json] = [{"id": one.id, "name": one.name, "sub_type": one.sub_type} for one in view.tree.path(found)]
    told = shapes.an_operation(found, view.tree, attempts, _copied(view))
    return json_response(200, {**told, "error": shapes.whole_error(found.error), "path": path})


def _operation(view: View, id_: str | None) -> Operation:
    if not id_:
        raise wrong("id", "is required")
    found = view.tree.get(OperationId(id_))
    if found is None:
        raise not_found("Operation does not exist")
    return found


def _copied(view: View) -> int:
    source = view.summary.origin.source
    return source.copied if source is not None else 0


async def invocations(desk: Desk, call: Call) -> Response:
    """GET …/{arn}/invocations"""
    view = await page_of(desk).view(Arn(call.subject))
    origin, head = view.summary.origin, view.summary.head
    story = await page_of(desk).story(Arn(call.subject))
    told = shapes.invocations(story.invocations, head, origin.version)
    after, limit = reading.cursor(call), reading.limit(call, 200)
    shown = told[after : after + limit]
    goes_on = str(after + limit) if len(told) > after + limit else None
    return json_response(200, {"invocations": shown, "next": goes_on})


async def events(desk: Desk, call: Call) -> Response:
    """GET …/{arn}/events"""
    page, arn = page_of(desk), Arn(call.subject)
    await page.line(arn)
    newest_first = reading.choice(call, "order", ("oldest", "newest")) == "newest"
    found = await page.history(
        arn,
        marker=call.query.text("cursor"),
        max_items=reading.limit(call, EVENTS_DEFAULT),
        newest_first=newest_first,
    )
    include_data = reading.flag(call, "data", default=False)
    told = [encode_event(event, include_data=include_data) for event in found.events]
    return json_response(200, {"events": told, "next": found.next_marker})


async def payload(desk: Desk, call: Call) -> Response:
    """GET …/{arn}/payload"""
    part, id_ = reading.choice(call, "part", ("input", "result", "error")), call.query.text("operation")
    if id_ is None:
        summary = await page_of(desk).summary(Arn(call.subject))
        text = _part(part, summary.origin.input, summary.head.result, summary.head.error)
    else:
        one = _operation(await page_of(desk).view(Arn(call.subject)), id_)
        text = _part(part, one.input, one.result, one.error)
    if text is None:
        raise not_found(f"there is no {part}")
    return json_response(200, {"text": text, "bytes": text_bytes(text)})


def _part(part: str, input_: str | None, result: str | None, error: ErrorObject | None) -> str | None:
    if part == "error":
        return None if error is None else dump(encode_error(error))
    return input_ if part == "input" else result


async def logs(desk: Desk, call: Call) -> Response:
    """GET …/{arn}/logs"""
    page, after = page_of(desk), reading.cursor(call)
    await page.line(Arn(call.subject))
    found = await page.said(
        Arn(call.subject),
        limit=reading.limit(call, LOGS_DEFAULT),
        after=after,
        operation_id=call.query.text("operation"),
    )
    told = [shapes.a_saying(number, said) for number, said in found.said]
    goes_on = str(found.said[-1][0] if found.said else after)
    return json_response(200, {"logs": told, "next": goes_on, "dropped": found.dropped})


async def related(desk: Desk, call: Call) -> Response:
    """GET …/{arn}/related"""
    page = page_of(desk)
    now = page.clock.now()
    parent, children, source, forks = await page.related(await page.line(Arn(call.subject)))
    return json_response(
        200,
        {
            "parent": shapes.a_line(parent[0], now) if parent else None,
            "children": [shapes.a_line(line, now) for line in children],
            "source": shapes.a_line(source[0], now) if source else None,
            "forks": [shapes.a_line(line, now) for line in forks],
        },
    )


async def export(desk: Desk, call: Call) -> Response:
    """GET …/{arn}/export"""
    page, arn = page_of(desk), Arn(call.subject)
    found = await page.summary(arn)
    imported = page.imports.view(arn).imported if is_imported(arn) else None
    told = [encode_event(event, include_data=True) for event in await page.events(arn)]
    execution = encode_execution(found.origin, found.head, include_data=True)
    content: JsonObject = {
        "Execution": execution if imported is None else {**execution, "DurableExecutionArn": imported.arn},
        "Events": [*told],
    }
    name = f"{found.origin.name}-{found.origin.execution_id}.json"
    return json_response(200, content, (("content-disposition", f'attachment; filename="{name}"'),))


async def bulk(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/bulk/{id}"""
    found = page_of(desk).bulks.get(call.subject)
    if found is None:
        raise not_found("there is no such act")
    return json_response(200, shapes.a_bulk(found))
