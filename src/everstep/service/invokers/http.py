"""Calls functions over HTTP: Lambda's own Invoke, spoken to anything that answers like Lambda.

`everstep host`, the runtime interface emulator in aws-sam-cli's containers, LocalStack. They do not quite agree on
how a failure looks; `interpret` knows all of their ways.

| answer | meaning |
| --- | --- |
| 200 with X-Amz-Function-Error | the function failed (Lambda, `everstep host`) |
| 200 with errorType and errorMessage | the same (runtime interface emulator) |
| 200, text "Task timed out after …" | the function's timeout (runtime interface emulator) |
| 502 with errorType | the process ended (runtime interface emulator) |
| 404 | there is no such function |
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote
from weakref import WeakValueDictionary

from everstep.core.model import ErrorObject
from everstep.service.invokers.http1 import BrokenOff, HttpAnswer, HttpClient, NotSent
from everstep.service.ports import FunctionAnswer, FunctionCall

TIMEOUT_SECONDS = 900
UNREACHABLE = "Service.Unreachable"
"""Not a `Sandbox.` error: no sandbox died, so trying again at once would not help."""

_TIMED_OUT = re.compile(r"Task timed out after [0-9.]+ seconds")


class HttpInvoker:
    """An `Invoker` over HTTP, unsigned.

    `timeout_seconds` is how long an answer may take. A qualifier is not sent, because the runtime interface emulator
    knows its function by the bare name only. `endpoint` may be changed at any time; calls under way keep theirs.
    `one_at_a_time` lets a function at an endpoint finish before it is called again: two calls at once crash the
    runtime interface emulator. `close` lets go of idle connections.
    """

    def __init__(self, endpoint: str, *, timeout_seconds: float = TIMEOUT_SECONDS, one_at_a_time: bool = False) -> None:
        self.endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        self._turns = Turns() if one_at_a_time else None
        self._client = HttpClient()

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        endpoint = (call.endpoint or self.endpoint).rstrip("/")
        url = f"{endpoint}/2015-03-31/functions/{quote(call.function, safe='')}/invocations"
        if self._turns is None:
            return await self._call(url, call)
        async with self._turns.turn(url):  # the time in the queue is not the function's
            return await self._call(url, call)

    async def _call(self, url: str, call: FunctionCall) -> FunctionAnswer:
        headers = {
            "Content-Type": "application/json",
            "X-Amz-Invocation-Type": "RequestResponse",
            "X-Dex-Handler-Invoke": "true",
        }
        if call.tenant_id is not None:
            headers["X-Amz-Tenant-Id"] = call.tenant_id
        if call.trace_header is not None:
            headers["X-Amzn-Trace-Id"] = call.trace_header
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return interpret(await self._client.post(url, call.payload, headers))
        except NotSent as error:
            return _error(UNREACHABLE, str(error))
        except BrokenOff as error:
            return _error("Runtime.ExitError", f"RequestId: {call.request_id} Error: the connection broke off: {error}")
        except TimeoutError:
            message = f"Task timed out after {self._timeout_seconds:.2f} seconds"
            return _error("Sandbox.Timedout", f"RequestId: {call.request_id} Error: {message}")

    async def close(self) -> None:
        await self._client.close()


class Turns:
    """Who may go next, for each of many doors: one at a time, in order of asking."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, door: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(door, asyncio.Lock())
        async with lock:
            yield


def interpret(answer: HttpAnswer) -> FunctionAnswer:
    """What an answer to Invoke says about the function."""
    text = answer.body.decode(errors="replace")
    if answer.status == 404:
        return _error("ResourceNotFoundException", _message(_members(text)) or "there is no such function")
    if not 200 <= answer.status < 300:
        return _refused(answer, text)
    marked = answer.headers.get("x-amz-function-error")
    if marked is not None:
        return _function_error(_members(text) or {"errorMessage": text}, unnamed=marked)
    if _TIMED_OUT.fullmatch(text.strip()):
        return _error("Sandbox.Timedout", text.strip())
    # The same two members could be a plain function's result; a durable function's always has a Status.
    if '"errorType"' in text and "errorMessage" in (members := _members(text)) and "Status" not in members:
        return _function_error(members, unnamed="Unhandled")
    return FunctionAnswer(payload=answer.body)


def _refused(answer: HttpAnswer, text: str) -> FunctionAnswer:
    members = _members(text)
    if "errorType" in members:
        return _function_error(members, unnamed="Unhandled")
    code = answer.headers.get("x-amzn-errortype") or members.get("__type") or members.get("Type")
    kind = str(code).partition(":")[0].rpartition("#")[2] if code else UNREACHABLE
    return _error(kind, _message(members) or f"the endpoint answered {answer.status}: {text[:200]}")


def _function_error(members: dict[str, object], *, unnamed: str) -> FunctionAnswer:
    message = str(members.get("errorMessage") or "")
    kind = str(members.get("errorType") or ("Sandbox.Timedout" if _TIMED_OUT.search(message) else unnamed))
    stack = members.get("stackTrace") or members.get("trace")
    lines = tuple(str(line) for line in stack) if isinstance(stack, list) else None
    return FunctionAnswer(error=ErrorObject(type=kind, message=message, stack_trace=lines))


def _members(text: str) -> dict[str, object]:
    """The members of a JSON object; none for any other text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _message(members: dict[str, object]) -> str | None:
    found = members.get("Message") or members.get("message") or members.get("errorMessage")
    return str(found) if found else None


def _error(kind: str, message: str) -> FunctionAnswer:
    return FunctionAnswer(error=ErrorObject(type=kind, message=message))
