"""A service of canned answers on a real socket, for the tests of what talks to one."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answers = Mapping[str, tuple[int, object]]


@dataclass(slots=True)
class Canned:
    """What was asked, in order: `METHOD target body`."""

    endpoint: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def canned_service(answers: Answers) -> Iterator[Canned]:
    """Answers `METHOD target` with (status, body); bytes go out as they are, anything else as JSON."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer("")

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        def answer(self, body: str) -> None:
            canned.asked.append(f"{self.command} {self.path} {body}".rstrip())
            status, content = answers.get(f"{self.command} {self.path}", (404, {"message": "no such route"}))
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    canned = Canned(endpoint=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield canned
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
