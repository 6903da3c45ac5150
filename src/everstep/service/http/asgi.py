"""A request comes in, a response goes out: the little of ASGI that our HTTP sides need.

    scope, receive  --read_request-->  Request  --Handler-->  Response  --send_response-->  send

A handler sees whole bodies and the path as it was sent, because ARNs and callback ids carry encoded slashes that
must be split before they are decoded. The service and the function host both stand on this module; neither knows
the web server beneath it.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from everstep.core.refusal import Code, Refused
from everstep.core.wire.errors import encode_refusal

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
"""ASGI leaves the members of its messages untyped; nothing beyond this module sees them."""

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "1"
DRAINED_BYTES_MAX = 64 * 1024 * 1024
"""How much of a body over its limit is still read: a client that is cut off while it sends sees a broken
connection instead of our answer."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    raw_path: bytes
    """As it was sent, still percent-encoded, without the query."""
    query: str
    """Without the question mark, still encoded."""
    headers: Mapping[str, str]
    """By lower-case name; of a repeated header the last one."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    """Without content-length, which is added."""


@dataclass(frozen=True, slots=True)
class Streamed(Response):
    """A response whose body comes bit by bit, until the chunks end or the client leaves."""

    chunks: AsyncIterator[bytes] | None = None


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
Refuse: TypeAlias = Callable[[Refused], Response]
Lifespan: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]


class ClientGone(Exception):
    """The client closed its connection before its request was complete; there is nobody to answer."""


def json_response(status: int, value: object, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A response with a JSON body."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, (("content-type", "application/json"), *headers))


def refusal_response(refused: Refused, *, type_is_code: bool = False) -> Response:
    """The answer that every AWS client can read: the code in the header and the body, the message in both spellings.

    It names the execution that stands in the way, where there is one.
    """
    headers = [("x-amzn-ErrorType", refused.code.value)]
    if refused.code is Code.TOO_MANY:
        headers.append(("Retry-After", RETRY_AFTER_SECONDS))
    if refused.code is Code.UNRECOGNIZED_CLIENT:
        headers.append(("WWW-Authenticate", "Bearer"))
    if refused.arn is not None:
        headers.append(("X-Amz-Durable-Execution-Arn", refused.arn))
    body = encode_refusal(refused, type_is_code=type_is_code)
    return json_response(refused.code.http_status, body, tuple(headers))


def asgi_app(
    handler: Handler, body_bytes_max: int, *, refuse: Refuse = refusal_response, lifespan: Lifespan | None = None
) -> AsgiApp:
    """The handler as an ASGI application.

    A `Refused`, whether raised by the handler or by a body over its limit, is answered by `refuse`; any other
    exception is logged and answered as a ServiceException. A client that leaves does not end its handler: work
    that was asked for is carried out. `lifespan` is entered when the server starts and left when it stops.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(lifespan, receive, send)
            return
        try:
            request = await read_request(scope, receive, body_bytes_max)
            response = await handler(request)
        except ClientGone:
            return
        except Refused as refused:
            response = refuse(refused)
        except asyncio.CancelledError:
            # The server stops and its grace is over. This is the outermost frame of the task: answer, then end.
            response = refuse(Refused(Code.SERVICE, "the service is shutting down; try again"))
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            response = refuse(Refused(Code.SERVICE, "an internal error occurred; the service's log has the details"))
        if isinstance(response, Streamed):
            await send_stream(receive, send, response)
        else:
            await send_response(send, response)

    return app


async def read_request(scope: Scope, receive: Receive, body_bytes_max: int) -> Request:
    """The whole request. Raises Refused (TOO_LARGE) for a longer body, ClientGone when it never became complete."""
    body = await _read_body(receive, body_bytes_max)
    return Request(
        method=scope["method"],
        raw_path=scope.get("raw_path") or quote(scope["path"]).encode(),
        query=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
    )


async def send_response(send: Send, response: Response) -> None:
    """Send it; a client that has gone is no error of ours."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.status not in (204, 304):  # they have no body, and HTTP forbids them a length
        headers.append((b"content-length", str(len(response.body)).encode()))
    try:
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})
    except OSError:
        logger.debug("the client left before its answer", exc_info=True)


async def send_stream(receive: Receive, send: Send, response: Streamed) -> None:
    """Send chunk after chunk; the end of the client, or of the server, is the end of the chunks too."""
    assert response.chunks is not None, response
    sending = asyncio.create_task(_send_chunks(send, response, response.chunks))
    leaving = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        logger.debug("a stream ends with the server")
    finally:
        sending.cancel()
        leaving.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send_chunks(send: Send, response: Streamed, chunks: AsyncIterator[bytes]) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    try:
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        async for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except OSError:
        logger.debug("the client left in the middle of a stream", exc_info=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read_body(receive: Receive, body_bytes_max: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        more = message.get("more_body", False) and size <= DRAINED_BYTES_MAX
        if size <= body_bytes_max:
            chunks.append(chunk)
    if size > body_bytes_max:
        raise Refused(Code.TOO_LARGE, f"Request must be smaller than {body_bytes_max} bytes")
    return b"".join(chunks)


async def _live(lifespan: Lifespan | None, receive: Receive, send: Send) -> None:
    """Follow the server's start and stop."""
    async with AsyncExitStack() as stack:
        await receive()
        if lifespan is not None:
            try:
                await stack.enter_async_context(lifespan())
            except Exception as error:
                logger.exception("the service did not start")
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                return
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
