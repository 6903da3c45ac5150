"""The management API: look at executions, stop, pause, resume and delete them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from everstep.core.events import Event, EventType
from everstep.core.limits import PAGE_ITEMS_MAX
from everstep.core.machine.commands import Delete, Pause, Resume
from everstep.core.model import Arn, ErrorObject
from everstep.core.names import ARN_PATTERN, parse_arn
from everstep.core.refusal import Code, Refused, not_found
from everstep.core.wire.errors import read_error
from everstep.core.wire.events import encode_history
from everstep.core.wire.executions import (
    EXECUTION_NAME,
    QUALIFIER,
    decode_pause,
    decode_resume,
    encode_execution,
    encode_summary,
)
from everstep.core.wire.fields import Fields
from everstep.core.wire.operations import Moments
from everstep.core.wire.text import JsonObject
from everstep.service.http.asgi import Response, json_response
from everstep.service.http.desk import Call, Desk
from everstep.service.http.dialect import Manners
from everstep.service.http.functions import function_of
from everstep.service.http.query import violation
from everstep.service.ports import ListQuery, SummaryPage

INCLUDE_DATA: Final = "IncludeExecutionData"


async def get(desk: Desk, call: Call) -> Response:
    """GET …/durable-executions/{arn}"""
    include_data = call.query.flag(INCLUDE_DATA, default=True)
    with execution_of(desk.manners, call) as arn:
        found = await desk.service.get(arn)
    return json_response(200, encode_execution(found.origin, found.head, include_data=include_data))


async def history(desk: Desk, call: Call) -> Response:
    """GET …/durable-executions/{arn}/history"""
    include_data = call.query.flag(INCLUDE_DATA, default=True)
    newest_first = call.query.flag("ReverseOrder", default=False)
    is_whole = desk.manners.whole_history and call.query.text("MaxItems") is None
    max_items = PAGE_ITEMS_MAX if is_whole else call.query.max_items()
    marker = call.query.text("Marker")
    events: list[Event] = []
    with execution_of(desk.manners, call) as arn:
        while True:
            page = await desk.service.history(arn, marker=marker, max_items=max_items, newest_first=newest_first)
            events += page.events
            marker = page.next_marker
            if not (is_whole and marker):
                break
    worded = [_worded(event, desk.manners) for event in events]
    return json_response(200, encode_history(worded, marker, include_data=include_data))


async def stop(desk: Desk, call: Call) -> Response:
    """POST …/durable-executions/{arn}/stop"""
    error = read_stop_error(call)
    with execution_of(desk.manners, call) as arn:
        stopped_at = await desk.service.stop(arn, error)
    return json_response(200, {"StopTimestamp": Moments.SECONDS.write(stopped_at)})


async def pause(desk: Desk, call: Call) -> Response:
    """POST …/durable-executions/{arn}/pause"""
    return await _ask(desk, call, decode_pause(call.json() if call.body else {}))


async def resume(desk: Desk, call: Call) -> Response:
    """POST …/durable-executions/{arn}/resume"""
    return await _ask(desk, call, decode_resume(call.json() if call.body else {}))


async def _ask(desk: Desk, call: Call, command: Pause | Resume) -> Response:
    with execution_of(desk.manners, call) as arn:
        await desk.service.submit(arn, command)
    return json_response(202, {})


async def delete(desk: Desk, call: Call) -> Response:
    """DELETE …/durable-executions/{arn}: it has the status DELETING until it is gone, in a moment"""
    with execution_of(desk.manners, call) as arn:
        delta, _ = await desk.service.submit(arn, Delete())
    assert delta.head.expires_at is not None, delta
    return json_response(202, {"DeletionRequestTimestamp": Moments.SECONDS.write(delta.head.expires_at)})


async def list_of_function(desk: Desk, call: Call) -> Response:
    """GET /2025-12-01/functions/{FunctionName}/durable-executions"""
    function = function_of(call.subject, call.query.text("Qualifier", QUALIFIER))
    version = None if function.qualifier is None else function.version
    query = replace(read_list_query(call), function=function.name, version=version)
    page = await desk.service.list(query)
    # What was listed once stays readable after the function is gone; only a name that nobody knows is an error.
    if not page.items and desk.service.function(function.name) is None:
        raise not_found(f"Function not found: {function.arn}")
    return _listed(page)


async def list_all(desk: Desk, call: Call) -> Response:
    """GET /2025-12-01/durable-executions, which only the official emulator has: the executions of every function"""
    query = replace(read_list_query(call), function=call.query.text("FunctionName"))
    return _listed(await desk.service.list(query))


@contextmanager
def execution_of(manners: Manners, call: Call) -> Iterator[Arn]:
    """The execution that the path names; inside, one that does not exist is refused in the words of the dialect."""
    arn = arn_of(manners, call)
    try:
        yield arn
    except Refused as refused:
        if refused.code is Code.NOT_FOUND:
            raise not_found(manners.unknown_execution.format(arn=arn)) from refused
        raise


def arn_of(manners: Manners, call: Call) -> Arn:
    if manners.lost_version:
        return Arn(call.subject.replace(":/durable-execution/", ":$LATEST/durable-execution/", 1))
    if parse_arn(call.subject) is None and not manners.any_arn:
        pattern = f"Member must satisfy regular expression pattern: {ARN_PATTERN}"
        raise violation(call.subject, "DurableExecutionArn", pattern)
    return Arn(call.subject)


def read_list_query(call: Call) -> ListQuery:
    query = call.query
    return ListQuery(
        name=query.text("DurableExecutionName", EXECUTION_NAME),
        statuses=query.statuses(),
        started_after=query.moment("StartedAfter"),
        started_before=query.moment("StartedBefore"),
        oldest_first=query.flag("ReverseOrder", default=False),
        after=query.text("Marker"),
        limit=query.max_items(),
    )


def read_stop_error(call: Call) -> ErrorObject | None:
    """The body is the error itself; the official emulator's clients wrap it in a member `Error`."""
    if not call.body:
        return None
    fields = Fields(call.json())
    return read_error(fields.object("Error") or fields)


def _worded(event: Event, manners: Manners) -> Event:
    if (event.type, event.attempt, event.next_attempt_delay_seconds) == (EventType.STEP_SUCCEEDED, 1, None):
        return replace(event, next_attempt_delay_seconds=manners.first_attempt_delay_seconds)
    return event


def _listed(page: SummaryPage) -> Response:
    body: JsonObject = {"DurableExecutions": [encode_summary(item.origin, item.head) for item in page.items]}
    if page.next is not None:
        body["NextMarker"] = page.next
    return json_response(200, body)
