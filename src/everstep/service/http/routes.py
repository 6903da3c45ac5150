"""Every route of the API, in one table.

A new route is one more row, its description included (`about`): `GET /everstep/v1/openapi.json` shows it by itself.
Our own routes live under /everstep/v1/.

A path belongs to the rows whose shape it has; among shapes, the longest suffix wins (`…/{arn}/stop` is not the
execution `{arn}/stop`). No row: 404. Rows, but none for the method: 405.
"""

from typing import Final

from everstep.core.refusal import Code, Refused
from everstep.service.http import callbacks, checkpoints, descriptions, executions, invoke, local, openapi
from everstep.service.http.answers import WrongMethodError
from everstep.service.http.asgi import Response, json_response
from everstep.service.http.desk import Call, Desk
from everstep.service.http.own import rows as own
from everstep.service.http.paths import Shape, decode
from everstep.service.http.route import Route
from everstep.service.http.table import Table

_INVOCATIONS = Shape("/2015-03-31/functions/", "/invocations")
_OF_FUNCTION = Shape("/2025-12-01/functions/", "/durable-executions")
_EXECUTIONS = "/2025-12-01/durable-executions"


def _execution(suffix: str = "") -> Shape:
    return Shape(f"{_EXECUTIONS}/", suffix)


def _callback(suffix: str) -> Shape:
    return Shape("/2025-12-01/durable-execution-callbacks/", suffix)


async def describe(desk: Desk, call: Call) -> Response:
    """GET /everstep/v1/openapi.json"""
    return json_response(200, openapi.document(ROUTES))


ROUTES: Final = (
    Route("POST", _INVOCATIONS, invoke.invoke, descriptions.INVOKE),
    Route("POST", _execution("/checkpoint"), checkpoints.checkpoint, descriptions.CHECKPOINT),
    Route("GET", _execution("/state"), checkpoints.state, descriptions.STATE),
    Route("GET", _execution(), executions.get, descriptions.GET),
    Route("GET", _execution("/history"), executions.history, descriptions.HISTORY),
    Route("POST", _execution("/stop"), executions.stop, descriptions.STOP),
    Route("POST", _execution("/pause"), executions.pause, descriptions.PAUSE),
    Route("POST", _execution("/resume"), executions.resume, descriptions.RESUME),
    Route("DELETE", _execution(), executions.delete, descriptions.DELETE),
    Route("POST", _callback("/succeed"), callbacks.succeed, descriptions.SUCCEED),
    Route("POST", _callback("/fail"), callbacks.fail, descriptions.FAIL),
    Route("POST", _callback("/heartbeat"), callbacks.heartbeat, descriptions.HEARTBEAT),
    Route("GET", _OF_FUNCTION, executions.list_of_function, descriptions.LIST_OF_FUNCTION),
    Route("GET", Shape(_EXECUTIONS), executions.list_all, descriptions.LIST_ALL),
    Route("POST", Shape("/start-durable-execution"), local.start, descriptions.START),
    Route("PUT", Shape("/lambda-endpoint"), local.move_functions, descriptions.MOVE_FUNCTIONS),
    Route("GET", Shape("/health"), local.health, descriptions.HEALTH),
    Route("GET", Shape("/ready"), local.ready, descriptions.READY),
    Route("GET", Shape("/metrics"), local.metrics, descriptions.METRICS),
    Route("GET", Shape(openapi.PATH), describe, descriptions.OPENAPI),
    *own.ROUTES,
)


_TABLE: Final = Table(ROUTES)


def find(method: str, raw_path: bytes) -> tuple[Route, str]:
    """The route of a request and the decoded subject of its path. Raises Refused for 404 and 405."""
    rows, subject = _TABLE.rows(raw_path)
    for route in rows:
        if route.method == method:
            return route, decode(subject)
    shown = raw_path.decode("ascii", "backslashreplace")
    if not rows:
        raise Refused(Code.NOT_FOUND, f"there is no route {method} {shown}")
    allowed = ", ".join(sorted({route.method for route in rows}))
    raise WrongMethodError(f"{shown} does not answer {method}, only {allowed}", allowed)


def is_open(raw_path: bytes) -> bool:
    """Whether the path asks for no token: what probes call."""
    rows, _ = _TABLE.rows(raw_path)
    return any(route.about.open for route in rows)
