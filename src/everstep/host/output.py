"""What a worker process prints, line by line, and the news of its end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

LINE_BYTES_MAX = 256 * 1024
"""Longer lines are cut: the pool must not hold without end what a function prints."""

_STREAMS = {1: "stdout", 2: "stderr"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line that a worker wrote."""

    text: str
    stream: str
    """`stdout` or `stderr`."""
    pid: int
    function: str | None = None
    """Of the invocation during or after which it came; None before the first."""
    request_id: str | None = None


OnLog: TypeAlias = Callable[[LogLine], None]
OnLine: TypeAlias = Callable[[str, str], None]
"""Called with the stream's name and the text."""


class Output(asyncio.SubprocessProtocol):
    """Cuts the two streams of a process into lines.

    `exited` is done when the process has ended, `closed` when its streams have ended too: a process that it forked
    may keep them open for longer.
    """

    def __init__(self, on_line: OnLine) -> None:
        loop = asyncio.get_running_loop()
        self.pid = 0
        self.exited: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._on_line = on_line
        self._rest = dict.fromkeys(_STREAMS, b"")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport has the methods, but not the base class.
        self.pid = cast(asyncio.SubprocessTransport, transport).get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        *lines, rest = (self._rest[fd] + data).split(b"\n")
        while len(rest) > LINE_BYTES_MAX:
            lines.append(rest[:LINE_BYTES_MAX])
            rest = rest[LINE_BYTES_MAX:]
        self._rest[fd] = rest
        for line in lines:
            self._emit(fd, line)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if rest := self._rest.pop(fd, b""):
            self._emit(fd, rest)

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)

    def _emit(self, fd: int, line: bytes) -> None:
        self._on_line(_STREAMS[fd], line.rstrip(b"\r").decode(errors="replace"))
