"""More than there is room for: refused with 429 and a time to come back, and clients come back."""

import asyncio
from dataclasses import replace

import pytest

from everstep.core.messages import CheckpointRequest
from everstep.core.model import Action, Arn, CheckpointToken, Kind, OperationId, Update
from everstep.sdk.clients.http import HttpClient
from everstep.sdk.clients.signed import Patience
from everstep.service.app import Settings
from everstep.service.http.access import Access
from everstep.service.http.admission import BOUNDS, Bounds
from everstep.service.http.asgi import Receive, Scope, Send
from tests.hostile.served import ECHO, EXECUTIONS, ask, served

SILENT = ECHO.replace("echo", "silent")
EVENT = {"X-Amz-Invocation-Type": "Event"}
TOKEN = "0123456789abcdef"


def test_starts_beyond_the_bound_are_put_off_while_probes_and_reports_are_not() -> None:
    async def talk() -> None:
        settings = Settings(port=0, bounds=replace(BOUNDS, queued_max=20))
        async with served(settings) as (app, _):
            port = app.server.port
            statuses = [(await ask(port, "POST", SILENT, b"{}", EVENT)).status for _ in range(25)]
            assert statuses == [202] * 20 + [429] * 5

            refused = await ask(port, "POST", SILENT, b"{}", EVENT)
            assert refused.headers["retry-after"] == "1"
            assert refused.headers["x-amzn-errortype"] == refused.json["__type"] == "TooManyRequestsException"
            assert refused.json["Reason"] == "CallerRateLimitExceeded"
            assert (await ask(port, "GET", "/ready")).status == 200
            assert (await ask(port, "GET", EXECUTIONS)).status == 200
            assert b"everstep_requests_turned_away_total 6\n" in (await ask(port, "GET", "/metrics")).body

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (Bounds(calls_max=0), "too many calls are being answered"),
        (Bounds(body_bytes_max=10), "too many large requests are being read"),
    ],
)
def test_calls_and_bodies_beyond_the_bound_are_put_off(bounds: Bounds, reason: str) -> None:
    async def talk() -> None:
        async with served(Settings(port=0, bounds=bounds)) as (app, _):
            answer = await ask(app.server.port, "POST", f"{EXECUTIONS}/x/stop", b"{          }")
            assert (answer.status, answer.json["message"]) == (429, f"{reason}; try again")

    asyncio.run(talk())


def test_our_client_comes_back_when_it_was_told_to_and_sends_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service is too busy for two calls, longer than the client would try by itself; then it has room."""
    monkeypatch.setenv("EVERSTEP_TOKEN", TOKEN)

    async def talk() -> None:
        settings = Settings(port=0, access=Access(token=TOKEN))
        async with served(settings) as (app, invoker):
            port = app.server.port
            began = await ask(port, "POST", SILENT, b"{}", {**EVENT, "X-Amz-Security-Token": TOKEN})
            assert began.status == 202
            await invoker.called.wait()
            busy = Busy(port, times=2)
            async with await asyncio.start_server(busy.serve, "127.0.0.1", 0) as server:
                client = HttpClient(
                    f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}",
                    patience=Patience(tries_max=1, backoff_seconds=0),
                )
                reply = await asyncio.to_thread(client.checkpoint, *a_report(began.headers, invoker.calls[0].payload))
                client.close()
            assert reply.token is not None
            assert busy.asked == 3

    asyncio.run(talk())


def test_a_client_that_is_put_off_for_too_long_gives_up() -> None:
    from tests.sdk.clients.scripted import Reply, ScriptedService

    busy = Reply(status=429, headers={"Retry-After": "3600"})
    with ScriptedService([busy]).running() as service:
        client = HttpClient(service.url, patience=Patience(tries_max=1))
        with pytest.raises(Exception, match="429"):
            client.get_state(Arn("arn"), CheckpointToken("a"), "", 10)
        client.close()
        assert len(service.asked) == 1


class Busy:
    """Stands before a service and says 429 to the first few requests; each has a connection of its own."""

    def __init__(self, port: int, times: int) -> None:
        self._port, self._times = port, times
        self.asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        request = head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + await reader.readexactly(length)
        if self.asked <= self._times:
            writer.write(b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        else:
            service, to_service = await asyncio.open_connection("127.0.0.1", self._port)
            to_service.write(request)
            writer.write(await service.read())
            to_service.close()
        await writer.drain()
        writer.close()


def a_report(headers: object, payload: bytes) -> tuple[Arn, CheckpointRequest]:
    import json

    envelope = json.loads(payload)
    update = Update(id=OperationId("1"), kind=Kind.STEP, action=Action.START)
    request = CheckpointRequest(token=CheckpointToken(envelope["CheckpointToken"]), updates=(update,))
    return Arn(envelope["DurableExecutionArn"]), request


def test_nothing_is_left_counted_when_calls_fail() -> None:
    from everstep.service.http.admission import Admission
    from everstep.service.http.asgi import refusal_response

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("a defect")

    async def never(*_: object) -> None:
        raise AssertionError("nobody is answered")

    async def talk() -> None:
        admission = Admission(BOUNDS, lambda: 0)
        scope: Scope = {"type": "http", "raw_path": b"/x/stop", "headers": [(b"content-length", b"7")]}
        with pytest.raises(RuntimeError):
            await admission.app(app, refusal_response)(scope, never, never)  # type: ignore[arg-type]  # never called
        assert (admission.calls, admission.waiting, admission.body_bytes) == (0, 0, 0)

    asyncio.run(talk())
