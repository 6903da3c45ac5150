"""A small HTTP server of the standard library, a thread per connection: where the bench plays somebody's other side."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Respond = Callable[[str, bytes], bytes]
"""(path, body) -> the body of the answer, which is always JSON and status 200."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def server(respond: Respond, port: int = 0) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # head and body leave together

        def do_POST(self) -> None:
            body = respond(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody wants to read it."""

    return _Server(("127.0.0.1", port), Handler)


@contextmanager
def serving(respond: Respond) -> Iterator[str]:
    """Answers until the end of the block; its endpoint."""
    here = server(respond)
    threading.Thread(target=here.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{here.server_address[1]}"
    finally:
        here.shutdown()
        here.server_close()
