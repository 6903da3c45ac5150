"""The API and the page inside a host's ASGI application."""

import asyncio
from typing import Any

from everstep.engine import Engine
from everstep.service.http.asgi import AsgiApp
from tests.engine.functions import double

MOUNT = "/tools/everstep"


async def ask(app: AsgiApp, path: str, headers: tuple[tuple[bytes, bytes], ...] = (), *, method: str = "GET") -> Any:
    """The status of the answer, as a framework that mounts the application would hear it."""
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    full = MOUNT + path
    scope = {
        "type": "http",
        "method": method,
        "path": full,
        "raw_path": full.encode(),
        "root_path": MOUNT,
        "query_string": b"",
        "headers": [(b"host", b"shop.example"), *headers],
    }
    await app(scope, receive, send)
    return said[0]["status"]


def test_routes_are_found_below_the_mount_point_while_the_engine_is_open() -> None:
    async def main() -> None:
        engine = Engine("memory:", [double])
        app = engine.asgi()
        assert await ask(app, "/everstep/v1/executions") == 503
        for _ in range(2):
            async with engine:
                handle = await engine.start(double, {"n": 1})
                assert await ask(app, "/everstep/v1/executions") == 200
                assert await ask(app, f"/2025-12-01/durable-executions/{handle.arn.replace('/', '%2F')}") == 200
                assert await ask(app, "/nowhere") == 404

    asyncio.run(main())


def test_pages_of_other_origins_and_who_has_not_got_the_token_are_refused() -> None:
    async def main() -> None:
        async with Engine("memory:", [double]) as engine:
            elsewhere = (b"origin", b"https://evil.example")
            assert await ask(engine.asgi(), "/everstep/v1/executions", (elsewhere,)) == 403
            guarded = engine.asgi(token="secret")
            assert await ask(guarded, "/everstep/v1/executions") == 401
            assert await ask(guarded, "/everstep/v1/executions", ((b"authorization", b"Bearer secret"),)) == 200

    asyncio.run(main())
