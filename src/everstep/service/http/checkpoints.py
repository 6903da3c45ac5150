"""The API of a running function: report progress, read the recorded state.

Neither call knows a 404: an execution that does not exist, or is closed, has no valid token.
"""

from everstep.core.wire.requests import decode_checkpoint_request, encode_checkpoint_reply, encode_state_page
from everstep.service.http.asgi import Response, json_response
from everstep.service.http.desk import Call, Desk
from everstep.service.http.executions import arn_of


async def checkpoint(desk: Desk, call: Call) -> Response:
    """POST …/durable-executions/{arn}/checkpoint"""
    arn = arn_of(desk.manners, call)
    reply = await desk.service.checkpoint(arn, decode_checkpoint_request(call.json()))
    return json_response(200, encode_checkpoint_reply(reply))


async def state(desk: Desk, call: Call) -> Response:
    """GET …/durable-executions/{arn}/state"""
    arn = arn_of(desk.manners, call)
    token, query = call.query.checkpoint_token(), call.query
    page = await desk.service.state(arn, token, marker=query.text("Marker"), max_items=query.max_items())
    return json_response(200, encode_state_page(page))
