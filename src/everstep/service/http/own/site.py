"""The page's own files. They hold no secrets, so they ask for no token: the page itself asks for one.

GET /                         the page
GET /everstep/page/{name}     what it is made of
"""

from everstep.core.refusal import not_found
from everstep.page import assets
from everstep.service.http.asgi import Response
from everstep.service.http.desk import Call, Desk


async def index(desk: Desk, call: Call) -> Response:
    """GET /"""
    return _sent(assets.INDEX, call)


async def asset(desk: Desk, call: Call) -> Response:
    """GET /everstep/page/{name}"""
    return _sent(call.subject, call)


def _sent(name: str, call: Call) -> Response:
    found = assets.find(name)
    if found is None:
        raise not_found(f"the page has no file {name}")
    if call.headers.get("if-none-match") == found.tag:
        return Response(304, b"", found.headers)
    return Response(200, found.content, found.headers)
