"""How much is taken in at once: what is more is refused with 429 and told when to come back.

A service that accepts everything answers nobody in time and dies of memory in the end. Two things are counted: calls
that are being answered, with the bytes of their bodies, and executions that were begun but whose function has not
been called yet. Probes are always let in.

Rule: a refusal costs nothing. It is decided from the head of the request, before its body is read.
"""

from collections.abc import Callable
from dataclasses import dataclass

from everstep.core.limits import MIB, REQUEST_BODY_BYTES_MAX
from everstep.core.refusal import Code, Refused
from everstep.service.http.asgi import AsgiApp, Receive, Refuse, Scope, Send, send_response

_PROBES = frozenset({b"/health", b"/ready", b"/metrics"})
_START = b"/start-durable-execution"
_INVOCATIONS = b"/invocations"
_STREAM = b"/events"
"""Changes as they come: open for as long as somebody watches, and idle mostly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is taken in at once."""

    calls_max: int = 1_000
    """Calls that are answered at once. What waits for its turn beyond them would wait for seconds."""
    waiting_max: int = 20_000
    """Callers at once who wait for a function, or for the end of an execution."""
    body_bytes_max: int = 256 * MIB
    """Bodies of all of them together."""
    queued_max: int = 10_000
    """Effects that wait or are under way (invocations above all) beyond which no further execution is begun."""


BOUNDS = Bounds()


class Admission:
    """Counts who is inside. Belongs to one event loop."""

    def __init__(self, bounds: Bounds, queued: Callable[[], int]) -> None:
        self._bounds = bounds
        self._queued = queued
        self.calls = 0
        self.waiting = 0
        self.body_bytes = 0
        self.refused = 0
        """How many were sent away since the start."""

    def app(self, app: AsgiApp, refuse: Refuse) -> AsgiApp:
        """The application, for as many as there is room for."""

        async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope.get("raw_path") in _PROBES:
                await app(scope, receive, send)
                return
            path: bytes = scope.get("raw_path") or b""
            is_start = path.endswith(_INVOCATIONS) or path == _START
            size = body_bytes(scope)
            if (reason := self._full(is_start, size)) is not None:
                self.refused += 1
                await send_response(send, refuse(Refused(Code.TOO_MANY, reason)))
                return
            is_call = not is_start and not path.endswith(_STREAM)
            self.calls += is_call
            self.waiting += not is_call
            self.body_bytes += size
            try:
                await app(scope, receive, send)
            finally:
                self.calls -= is_call
                self.waiting -= not is_call
                self.body_bytes -= size

        return admitted

    def _full(self, is_start: bool, size: int) -> str | None:
        """Why there is no room."""
        if self.body_bytes + size > self._bounds.body_bytes_max:
            return "too many large requests are being read; try again"
        if not is_start:
            return "too many calls are being answered; try again" if self.calls >= self._bounds.calls_max else None
        if self._queued() >= self._bounds.queued_max:
            return "too many executions wait for their function; try again"
        return "too many callers wait for their result; try again" if self.waiting >= self._bounds.waiting_max else None


def body_bytes(scope: Scope) -> int:
    """What the body may take in memory: what its head says, at most the limit; a chunked one counts in full."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            # The parser has let through nothing but digits, as many as it pleased the client.
            return min(int(value), REQUEST_BODY_BYTES_MAX) if len(value) < 12 else REQUEST_BODY_BYTES_MAX
        if name == b"transfer-encoding":
            return REQUEST_BODY_BYTES_MAX
    return 0
