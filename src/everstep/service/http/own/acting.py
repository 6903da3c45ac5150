"""The handlers that change something. Each is refused in read-only mode."""

from everstep.core.limits import PAGE_ITEMS_MAX
from everstep.core.machine.commands import (
    CallbackFailure,
    CallbackHeartbeat,
    CallbackSuccess,
    Command,
    Delete,
    Pause,
    Resume,
    Stop,
)
from everstep.core.model import Arn, ErrorObject
from everstep.core.names import is_execution_name
from everstep.core.refusal import not_found
from everstep.service.http.asgi import Response, json_response
from everstep.service.http.desk import Call, Desk
from everstep.service.http.functions import function_of
from everstep.service.http.own import shapes
from everstep.service.http.own.looking import page_of
from everstep.service.http.own.reading import Body, search_in, wrong
from everstep.service.page.bulk import BulkAction
from everstep.service.page.page import Page
from everstep.service.service import StartCommand


def _writable(desk: Desk, call: Call) -> Page:
    page = page_of(desk)
    page.check_writable(call.subject)
    return page


# --------------------------------------------------------------------------- births
async def start(desk: Desk, call: Call) -> Response:
    """POST /everstep/v1/executions"""
    page, body = _writable(desk, call), Body.of(call)
    function = function_of(body.need_text("function"), body.text("version"))
    started = await page.start(
        StartCommand(
            function=function.name,
            qualifier=function.qualifier,
            name=_name(body),
            input=body.json("input"),
            is_async=True,
        )
    )
    return json_response(201, {"arn": started.arn, "existing": started.existing})


async def rerun(desk: Desk, call: Call) -> Response:
    """POST …/{arn}/rerun"""
    page, body = _writable(desk, call), Body.of(call)
    started = await page.rerun(Arn(call.subject), name=_name(body), input=body.json("input"))
    return json_response(201, {"arn": started.arn, "existing": started.existing})


async def fork(desk: Desk, call: Call) -> Response:
    """POST …/{arn}/fork"""
    page, body = _writable(desk, call), Body.of(call)
    started, copied = await page.fork(Arn(call.subject), body.need_text("operation_id"), name=_name(body))
    return json_response(201, {"arn": started.arn, "copied": copied})


def _name(body: Body) -> str | None:
    name = body.text("name") or None
    if name is not None and not is_execution_name(name):
        raise wrong("name", "has 1 to 64 letters, digits, hyphens and underscores")
    return name


# --------------------------------------------------------------------------- one execution
async def stop(desk: Desk, call: Call) -> Response:
    """POST …/{arn}/stop"""
    return await _act(desk, call, Stop(error=Body.of(call).error()))


async def pause(desk: Desk, call: Call) -> Response:
    """POST …/{arn}/pause"""
    body = Body.of(call)
    asked = Pause(reason=body.text("reason"), timeout_paused=body.flag("timeout_paused", default=True))
    return await _act(desk, call, asked)


async def resume(desk: Desk, call: Call) -> Response:
    """POST …/{arn}/resume"""
    return await _act(desk, call, Resume(reason=Body.of(call).text("reason")))


async def _act(desk: Desk, call: Call, command: Command) -> Response:
    page = _writable(desk, call)
    return json_response(200, shapes.a_line(await page.act(Arn(call.subject), command), page.clock.now()))


async def retry(desk: Desk, call: Call) -> Response:
    """POST …/{arn}/retry"""
    page = _writable(desk, call)
    line = await page.hurry(Arn(call.subject), Body.of(call).text("operation_id"))
    return json_response(200, shapes.a_line(line, page.clock.now()))


async def delete(desk: Desk, call: Call) -> Response:
    """DELETE …/{arn}"""
    _writable(desk, call)
    await desk.service.submit(Arn(call.subject), Delete())
    return json_response(202, {})


# --------------------------------------------------------------------------- callbacks
async def succeed(desk: Desk, call: Call) -> Response:
    """POST /everstep/v1/callbacks/{id}/succeed"""
    return await _answer(desk, call, CallbackSuccess(payload=Body.of(call).json("result")))


async def fail(desk: Desk, call: Call) -> Response:
    """POST /everstep/v1/callbacks/{id}/fail"""
    return await _answer(desk, call, CallbackFailure(error=Body.of(call).error() or ErrorObject()))


async def heartbeat(desk: Desk, call: Call) -> Response:
    """POST /everstep/v1/callbacks/{id}/heartbeat"""
    return await _answer(desk, call, CallbackHeartbeat())


async def _answer(desk: Desk, call: Call, answer: CallbackSuccess | CallbackFailure | CallbackHeartbeat) -> Response:
    _writable(desk, call)
    await desk.service.answer_callback(call.subject, answer)
    return json_response(200, {})


# --------------------------------------------------------------------------- many at once
_ACTIONS = {action.value: action for action in BulkAction}


async def begin_bulk(desk: Desk, call: Call) -> Response:
    """POST /everstep/v1/bulk"""
    page, body = _writable(desk, call), Body.of(call)
    action = _ACTIONS.get(body.need_text("action"))
    if action is None:
        raise wrong("action", f"must be one of {', '.join(_ACTIONS)}")
    wanted = body.object("filter")
    if ("arns" in body) is (wanted is not None):
        raise wrong("arns", "or filter must be given, one of the two")
    arns = body.texts("arns")
    if len(arns) > 10 * PAGE_ITEMS_MAX:
        raise wrong("arns", f"may be {10 * PAGE_ITEMS_MAX} at most; use a filter for more")
    bulk = await page.bulks.begin(action, search_in(wanted) if wanted is not None else [Arn(arn) for arn in arns])
    return json_response(202, shapes.a_bulk(bulk))


async def break_off_bulk(desk: Desk, call: Call) -> Response:
    """DELETE /everstep/v1/bulk/{id}"""
    page = _writable(desk, call)
    await page.bulks.break_off(call.subject)
    bulk = page.bulks.get(call.subject)
    if bulk is None:
        raise not_found("there is no such act")
    return json_response(200, shapes.a_bulk(bulk))
