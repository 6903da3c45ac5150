"""Every route of the API, in one table.

A path belongs to the rows whose shape it has; among shapes, the longest suffix wins (`…/{arn}/stop` is not the
execution `{arn}/stop`). No row: 404. Rows, but none for the method: 405.
"""

from dataclasses import dataclass
from typing import Final

from everstep.core.refusal import Code, Refused
from everstep.service.http import callbacks, checkpoints, executions, invoke, local
from everstep.service.http.answers import WrongMethodError
from everstep.service.http.desk import Answer
from everstep.service.http.paths import Shape, decode


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    shape: Shape
    answer: Answer


_INVOCATIONS = Shape("/2015-03-31/functions/", "/invocations")
_OF_FUNCTION = Shape("/2025-12-01/functions/", "/durable-executions")
_EXECUTIONS = "/2025-12-01/durable-executions"


def _execution(suffix: str = "") -> Shape:
    return Shape(f"{_EXECUTIONS}/", suffix)


def _callback(suffix: str) -> Shape:
    return Shape("/2025-12-01/durable-execution-callbacks/", suffix)


ROUTES: Final = (
    Route("POST", _INVOCATIONS, invoke.invoke),
    Route("POST", _execution("/checkpoint"), checkpoints.checkpoint),
    Route("GET", _execution("/state"), checkpoints.state),
    Route("GET", _execution(), executions.get),
    Route("GET", _execution("/history"), executions.history),
    Route("POST", _execution("/stop"), executions.stop),
    Route("POST", _execution("/pause"), executions.pause),
    Route("POST", _execution("/resume"), executions.resume),
    Route("DELETE", _execution(), executions.delete),
    Route("POST", _callback("/succeed"), callbacks.succeed),
    Route("POST", _callback("/fail"), callbacks.fail),
    Route("POST", _callback("/heartbeat"), callbacks.heartbeat),
    Route("GET", _OF_FUNCTION, executions.list_of_function),
    Route("GET", Shape(_EXECUTIONS), executions.list_all),
    Route("POST", Shape("/start-durable-execution"), local.start),
    Route("PUT", Shape("/lambda-endpoint"), local.move_functions),
    Route("GET", Shape("/health"), local.health),
    Route("GET", Shape("/metrics"), local.metrics),
)


def find(method: str, raw_path: bytes) -> tuple[Route, str]:
    """The route of a request and the decoded subject of its path. Raises Refused for 404 and 405."""
    rows = [(route, subject) for route in ROUTES if (subject := route.shape.subject(raw_path)) is not None]
    longest = max((len(route.shape.suffix) for route, _ in rows), default=0)
    rows = [(route, subject) for route, subject in rows if len(route.shape.suffix) == longest]
    for route, subject in rows:
        if route.method == method:
            return route, decode(subject)
    shown = raw_path.decode("ascii", "backslashreplace")
    if not rows:
        raise Refused(Code.NOT_FOUND, f"there is no route {method} {shown}")
    allowed = ", ".join(sorted({route.method for route, _ in rows}))
    raise WrongMethodError(f"{shown} does not answer {method}, only {allowed}", allowed)
