"""The service's API and page inside a host's ASGI application.

request of the host --mount point taken off--> who may ask --> the same routes as of `everstep serve`
"""

from collections.abc import Callable
from urllib.parse import quote

from everstep.engine.errors import EngineClosedError
from everstep.engine.serving import Serving
from everstep.service.house import House
from everstep.service.http.access import Access, guarded
from everstep.service.http.api import application
from everstep.service.http.asgi import AsgiApp, Receive, Scope, Send, json_response, refusal_response, send_response


def mounted(serving: Serving, *, token: str | None) -> AsgiApp:
    """The application; each time that the engine is opened there is a new house behind it.

    The names under which the host is reached are its own affair. Pages of other origins are refused all the same:
    cookies that let a user into the host must not let other sites stop executions.
    """
    access = Access(token=token, any_host=True)
    current: tuple[House, AsgiApp] | None = None

    def app_of(house: House) -> AsgiApp:
        nonlocal current
        if current is None or current[0] is not house:
            api = application(house.service, page=house.page)
            current = house, guarded(api, access, refusal_response, lambda _scope: False)
        return current[1]

    return _door(lambda: app_of(serving.house))


def _door(find: Callable[[], AsgiApp]) -> AsgiApp:
    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # a server that asks for more than HTTP takes silence for no
        try:
            app = find()
        except EngineClosedError as error:
            await send_response(send, json_response(503, {"error": {"code": "EngineClosed", "message": str(error)}}))
            return
        await app(_below_mount(scope), receive, send)

    return door


def _below_mount(scope: Scope) -> Scope:
    """The scope with the mount point taken off its path, as routes know it."""
    root: str = scope.get("root_path", "")
    path: str = scope["path"]
    raw_path: bytes = scope.get("raw_path") or quote(path).encode()
    if root and (path == root or path.startswith(root + "/")):  # older frameworks have taken it off already
        path, raw_path = path[len(root) :], raw_path.removeprefix(quote(root).encode())
    return {**scope, "path": path or "/", "raw_path": raw_path or b"/"}
