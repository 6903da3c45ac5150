"""The Lambda invoke route in front of a worker pool: what `everstep host` serves.

    POST /2015-03-31/functions/{name}/invocations      GET /health

`name` may be a name, `name:qualifier` or an ARN, full or partial, percent-encoded or not. Any service that invokes
functions by Lambda's API can use it, the official emulator among them.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol
from urllib.parse import unquote

from everstep.core.limits import REQUEST_BODY_BYTES_MAX
from everstep.core.model import ErrorObject
from everstep.core.refusal import Code, Refused
from everstep.service.http.asgi import AsgiApp, Request, Response, asgi_app, json_response
from everstep.service.http.serve import Server, bind
from everstep.service.ports import FunctionAnswer

PREFIX = b"/2015-03-31/functions/"
SUFFIX = b"/invocations"


class Runner(Protocol):
    """What runs functions: a WorkerPool."""

    @property
    def functions(self) -> tuple[str, ...]: ...

    async def invoke(
        self,
        function: str,
        payload: bytes,
        request_id: str,
        *,
        version: str = ...,
        tenant_id: str | None = ...,
        trace_header: str | None = ...,
    ) -> FunctionAnswer: ...


def host_app(runner: Runner) -> AsgiApp:
    """The ASGI application. Invocations of type Event that still run when it stops are cancelled."""
    running: set[asyncio.Task[FunctionAnswer]] = set()

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def handle(request: Request) -> Response:
        if request.raw_path == b"/health":
            _require(request, "GET")
            return json_response(200, {"status": "healthy"})
        name = route(request.raw_path)
        if name is None:
            raise Refused(Code.NOT_FOUND, f"Unknown path: {request.method} {request.raw_path.decode('latin-1')}")
        _require(request, "POST")
        function = function_name(name)
        if function not in runner.functions:
            raise Refused(Code.NOT_FOUND, f"Function not found: {function}")
        payload = _json_payload(request.body)
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        if kind == "DryRun":
            return Response(204)
        request_id = str(uuid.uuid4())
        call = runner.invoke(
            function,
            payload,
            request_id,
            tenant_id=request.headers.get("x-amz-tenant-id"),
            trace_header=request.headers.get("x-amzn-trace-id"),
        )
        task = asyncio.ensure_future(call)
        if kind == "Event":
            running.add(task)
            task.add_done_callback(running.discard)
            return Response(202, headers=(("x-amzn-RequestId", request_id),))
        return response_of(await task, request_id)

    return asgi_app(handle, REQUEST_BODY_BYTES_MAX, lifespan=lifespan)


async def serve(app: AsgiApp, host: str, port: int, *, on_started: Callable[[Server], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. Raises PortInUseError at once when the port is taken."""
    server = Server(app, bind(host, port), handle_signals=True)
    await server.run(None if on_started is None else lambda: on_started(server))


def route(raw_path: bytes) -> str | None:
    """The function of an invoke route, decoded once; None for another path."""
    if not raw_path.startswith(PREFIX) or not raw_path.endswith(SUFFIX):
        return None
    name = unquote(raw_path[len(PREFIX) : -len(SUFFIX)].decode("latin-1"))
    return name or None


def function_name(identifier: str) -> str:
    """The bare name in a name, `name:qualifier`, `account:function:name` or a full ARN."""
    parts = identifier.split(":")
    if "function" in parts[:-1]:  # an ARN, partial or full; a qualifier may follow the name
        return parts[parts.index("function") + 1]
    return parts[0]


def response_of(answer: FunctionAnswer, request_id: str) -> Response:
    """What Lambda answers: an error of the function is a 200 with a header."""
    headers = (
        ("content-type", "application/json"),
        ("x-amzn-RequestId", request_id),
        ("X-Amz-Executed-Version", "$LATEST"),
    )
    if answer.error is None:
        return Response(200, answer.payload, headers)
    body = json.dumps(_error_body(answer.error), ensure_ascii=False).encode(errors="backslashreplace")
    return Response(200, body, (*headers, ("X-Amz-Function-Error", "Unhandled")))


def _error_body(error: ErrorObject) -> dict[str, object]:
    body: dict[str, object] = {"errorMessage": error.message or "", "errorType": error.type or "Error"}
    return body if error.stack_trace is None else {**body, "stackTrace": list(error.stack_trace)}


def _json_payload(body: bytes) -> bytes:
    """The body, `{}` for an empty one. Raises Refused when it is not JSON."""
    try:
        json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refused(Code.INVALID_CONTENT, f"Could not parse request body into json: {error}") from error
    return body or b"{}"


def _require(request: Request, method: str) -> None:
    if request.method != method:
        raise Refused(Code.METHOD_NOT_ALLOWED, f"{request.method} is not allowed here; use {method}")
