"""The handlers of histories that somebody brings along to look at. No execution changes, so read-only mode has them."""

from everstep.core.model import Arn
from everstep.core.refusal import Code, Refused
from everstep.core.wire.exports import NotHistoryError, decode_exported
from everstep.core.wire.text import Json, JsonObject
from everstep.service.http.asgi import Response, json_response
from everstep.service.http.desk import Call, Desk
from everstep.service.http.own import shapes
from everstep.service.http.own.looking import page_of


async def begin(desk: Desk, call: Call) -> Response:
    """POST /everstep/v1/imports"""
    imports = page_of(desk).imports
    try:
        handle = imports.add(decode_exported(call.json()))
    except NotHistoryError as error:
        raise Refused(Code.VALIDATION, f"the body {error}") from error
    return json_response(201, {"arn": handle, "events": len(imports.events(handle))})


async def extend(desk: Desk, call: Call) -> Response:
    """POST /everstep/v1/imports/{arn}"""
    imports, handle = page_of(desk).imports, Arn(call.subject)
    try:
        imports.extend(handle, decode_exported(call.json()).events)
    except NotHistoryError as error:
        raise Refused(Code.VALIDATION, f"the body {error}") from error
    return json_response(200, {"arn": handle, "events": len(imports.events(handle))})


async def listed(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/imports"""
    imports = page_of(desk).imports
    told: list[Json] = []
    for handle in imports.handles():
        view = imports.view(handle)
        assert view.imported is not None, handle
        line: JsonObject = shapes.a_line(view.line, view.imported.until)
        told.append({**line, "imported": shapes.an_import(view.imported)})
    return json_response(200, {"imports": told})


async def remove(desk: Desk, call: Call) -> Response:
    """DELETE /everstep/v1/imports/{arn}"""
    page_of(desk).imports.remove(Arn(call.subject))
    return json_response(200, {})
