"""The invoke route: what it takes for a function's name, and how answers look."""

import asyncio
import http.client
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from everstep.core.model import ErrorObject
from everstep.host.server import function_name, host_app, response_of, route, serve
from everstep.service.http.serve import PortInUseError, Server, bind
from everstep.service.ports import FunctionAnswer
from tests.host.apps import Running, running, write

ARN = "arn:aws:lambda:us-east-1:000000000000:function:place"
APP = """
    def place(event, context):
        if event.get("fail"):
            raise ValueError("card declined")
        print("placed", event, context.tenant_id)
        return {"placed": event}
"""


@pytest.mark.parametrize(
    "identifier",
    ["place", "place:$LATEST", "place:7", "000000000000:function:place", ARN, f"{ARN}:live"],
)
def test_a_function_may_be_named_in_every_way_that_lambda_allows(identifier: str) -> None:
    assert function_name(identifier) == "place"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (b"/2015-03-31/functions/place/invocations", "place"),
        (b"/2015-03-31/functions/place%3A%24LATEST/invocations", "place:$LATEST"),
        (b"/2015-03-31/functions//invocations", None),
        (b"/2015-03-31/functions/place", None),
        (b"/", None),
    ],
)
def test_only_the_invoke_route_names_a_function(path: bytes, name: str | None) -> None:
    assert route(path) == name


def test_an_error_of_the_function_is_a_200_with_a_header() -> None:
    error = ErrorObject(type="ValueError", message="no", stack_trace=("line",))
    response = response_of(FunctionAnswer(error=error), "r-1")
    assert response.status == 200
    assert ("X-Amz-Function-Error", "Unhandled") in response.headers
    assert json.loads(response.body) == {"errorMessage": "no", "errorType": "ValueError", "stackTrace": ["line"]}


def test_calls_are_answered_as_lambda_answers_them(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", APP)

    async def talk(_: Running, port: int) -> None:
        invoke = "/2015-03-31/functions/place%3A%24LATEST/invocations?Qualifier=7"
        status, headers, body = await call(port, "POST", invoke, b'{"book": 1}')
        assert (status, json.loads(body)) == (200, {"placed": {"book": 1}})
        assert "x-amz-function-error" not in headers

        status, headers, body = await call(port, "POST", invoke, b'{"fail": 1}')
        assert (status, headers["x-amz-function-error"]) == (200, "Unhandled")
        assert json.loads(body)["errorType"] == "ValueError"

        assert (await call(port, "GET", "/health"))[0] == 200
        for method, path, sent, expected, code in [
            ("POST", "/2015-03-31/functions/nobody/invocations", b"{}", 404, "ResourceNotFoundException"),
            ("POST", invoke, b"{oops", 400, "InvalidRequestContentException"),
            ("GET", invoke, None, 405, "MethodNotAllowedException"),
            ("POST", "/elsewhere", b"", 404, "ResourceNotFoundException"),
        ]:
            status, headers, body = await call(port, method, path, sent)
            assert (status, headers["x-amzn-errortype"]) == (expected, code)
            assert json.loads(body)["__type"] == code

    hosting(app, talk)


def test_an_event_is_accepted_and_runs_and_a_dry_run_does_not(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", APP)

    async def talk(host: Running, port: int) -> None:
        invoke = "/2015-03-31/functions/place/invocations"
        dry = {"X-Amz-Invocation-Type": "DryRun"}
        assert (await call(port, "POST", invoke, b'{"n": 1}', dry))[0] == 204
        event = {"X-Amz-Invocation-Type": "Event", "X-Amz-Tenant-Id": "acme"}
        assert (await call(port, "POST", invoke, b'{"n": 2}', event))[0::2] == (202, b"")
        assert (await host.line()).text == "placed {'n': 2} acme"

    hosting(app, talk)


def test_a_port_in_use_is_one_sentence_before_anything_is_served() -> None:
    async def nothing(*_: object) -> None:
        raise AssertionError("served")

    with bind("127.0.0.1", 0) as taken, pytest.raises(PortInUseError):
        asyncio.run(serve(nothing, "127.0.0.1", taken.getsockname()[1]))


def hosting(app: Path, talk: Callable[[Running, int], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with running(f"{app}:place") as host:
            server = Server(host_app(host.pool), bind("127.0.0.1", 0))
            serving = asyncio.create_task(server.run())
            try:
                await asyncio.wait_for(talk(host, server.port), 30)
            finally:
                server.stop()
                await serving

    asyncio.run(scenario())


async def call(
    port: int, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    def blocking() -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()

    return await asyncio.to_thread(blocking)
