"""Routes of the service's own, which the AWS API does not have: the official emulator's, by the same names."""

from urllib.parse import urlsplit

from everstep.core.refusal import invalid, not_found
from everstep.core.wire.executions import decode_start_request
from everstep.core.wire.fields import Fields
from everstep.service.http.asgi import Response, json_response
from everstep.service.http.desk import Call, Desk
from everstep.service.http.functions import function_of
from everstep.service.service import StartCommand


async def start(desk: Desk, call: Call) -> Response:
    """POST /start-durable-execution: begin an execution and answer before its function runs

    The same name starts a new execution every time: this route promises no idempotency.
    """
    wanted = decode_start_request(call.json())
    function = function_of(wanted.function, wanted.qualifier)
    started = await desk.service.start(
        StartCommand(
            function=function.name,
            qualifier=function.qualifier,
            name=wanted.name,
            input=wanted.input,
            tenant_id=wanted.tenant_id,
            trace_header=wanted.trace_header,
            timeout_seconds=wanted.timeout_seconds,
            retention_days=wanted.retention_days,
            endpoint=wanted.endpoint,
            unique=False,
            must_be_known=False,
        )
    )
    return json_response(201, {"ExecutionArn": started.arn})


async def move_functions(desk: Desk, call: Call) -> Response:
    """PUT /lambda-endpoint: invoke functions somewhere else from now on; calls under way end where they began

    The service has one region, so RegionName is accepted and means nothing.
    """
    if desk.redirect is None:
        raise not_found("this service's functions run at no address that could be changed")
    fields = Fields(call.json())
    url = fields.text("EndpointUrl")
    fields.check()
    if not url:
        raise invalid("EndpointUrl is required")
    if not _is_address(url):
        raise invalid("EndpointUrl must be an http or https address")
    desk.redirect(url)
    return json_response(200, {"message": f"functions are invoked at {url}"})


async def health(desk: Desk, call: Call) -> Response:
    """GET /health: the process answers"""
    return json_response(200, {"status": "healthy"})


async def ready(desk: Desk, call: Call) -> Response:
    """GET /ready: the service should be sent work, or 503 and the reason why not"""
    trouble = await desk.vitals.trouble() if desk.vitals is not None else None
    if trouble is not None:
        return json_response(503, {"status": "not ready", "reason": trouble})
    return json_response(200, {"status": "ready"})


async def metrics(desk: Desk, call: Call) -> Response:
    """GET /metrics: what was done and what is owed, as Prometheus text"""
    text = await desk.vitals.metrics(desk.answers) if desk.vitals is not None else ""
    return Response(200, text.encode(), (("content-type", "text/plain; version=0.0.4; charset=utf-8"),))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
