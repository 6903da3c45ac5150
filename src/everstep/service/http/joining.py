"""The head of an answer leaves together with its body.

The web server beneath writes them one after the other, which is two system calls, two packets, and two times that the
client wakes up. A head is held back until the next write, or until the event loop comes round, whichever is first.
"""

import asyncio
from typing import Any

_HEAD = b"HTTP/1."


class JoiningTransport:
    """A transport that joins a head with what is written next; all else is the transport's."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        elif data.startswith(_HEAD):
            self._held = data
            self._loop.call_soon(self.flush)
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Write what is held back."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def abort(self) -> None:
        self._held = b""
        self._transport.abort()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
