"""The API of the world outside: complete, fail or keep alive a callback that a function waits for.

| route | body | means |
| --- | --- | --- |
| …/succeed | any UTF-8 text, kept byte for byte; empty: no result | SUCCEEDED |
| …/fail | the error itself, or nothing | FAILED |
| …/heartbeat | nothing | still at work |
"""

from typing import TypeAlias

from everstep.core.machine.commands import CallbackFailure, CallbackHeartbeat, CallbackSuccess
from everstep.core.model import ErrorObject
from everstep.core.refusal import Code, Refused, invalid, not_found
from everstep.core.wire.errors import decode_error
from everstep.service.http.asgi import Response, json_response
from everstep.service.http.desk import Call, Desk

Answer: TypeAlias = CallbackSuccess | CallbackFailure | CallbackHeartbeat


async def succeed(desk: Desk, call: Call) -> Response:
    """POST /2025-12-01/durable-execution-callbacks/{CallbackId}/succeed"""
    return await _answer(desk, call, CallbackSuccess(payload=_text(call.body) or None))


async def fail(desk: Desk, call: Call) -> Response:
    """POST /2025-12-01/durable-execution-callbacks/{CallbackId}/fail"""
    error = decode_error(call.json()) if call.body else ErrorObject()
    return await _answer(desk, call, CallbackFailure(error=error))


async def heartbeat(desk: Desk, call: Call) -> Response:
    """POST /2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat"""
    return await _answer(desk, call, CallbackHeartbeat())


async def _answer(desk: Desk, call: Call, answer: Answer) -> Response:
    try:
        await desk.service.answer_callback(call.subject, answer)
    except Refused as refused:
        message = desk.manners.closed_callback.get(type(answer))
        if refused.code is Code.CALLBACK_TIMEOUT and message is not None:
            raise not_found(message.format(id=call.subject)) from refused
        raise
    return json_response(200, {})


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise invalid("The result of a callback must be UTF-8 text.") from error
