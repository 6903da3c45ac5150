"""A service on a real socket that answers as it was told, and remembers what it was asked."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up_after: bool = False
    """Close the connection without having said so, as a server does that is restarted."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Close the connection instead of answering."""


Deed: TypeAlias = Reply | HangUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int
    """Counts from 1."""


class ScriptedService:
    """Does one deed after the other; the last one again and again."""

    def __init__(self, deeds: list[Deed]) -> None:
        self.asked: list[Asked] = []
        self._deeds = deeds
        self._connections = count(1)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator["ScriptedService"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def _next_deed(self) -> Deed:
        return self._deeds[min(len(self.asked), len(self._deeds)) - 1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                self.number = next(service._connections)

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.asked.append(
                    Asked(
                        method=self.command,
                        target=self.path,
                        headers=dict(self.headers),
                        body=body,
                        connection=self.number,
                    )
                )
                match service._next_deed():
                    case HangUp():
                        self.close_connection = True
                    case Reply() as reply:
                        self._send(reply)

            do_POST = do_GET  # noqa: N815 - the name that the base class looks for

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)
                if reply.hang_up_after:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        return Handler


@contextmanager
def scripted(*deeds: Deed) -> Iterator[ScriptedService]:
    with ScriptedService(list(deeds)).running() as service:
        yield service
