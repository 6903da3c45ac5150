"""One worker process, seen from the pool: start it, give it a job, end it.

The worker calls back to a port that listens for it alone and proves with a secret that it is ours. It leads a
process group of its own, so that Ctrl+C in a terminal reaches the pool only, and so that whatever the author's code
starts ends together with it.
"""

import asyncio
import os
import secrets
import signal
import sys
from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from everstep.host.app import AppError
from everstep.host.frames import Done, Hello, Job, encode_job, read_done, read_hello
from everstep.host.lifetime import Lifetime
from everstep.host.output import LogLine, OnLog, Output
from everstep.host.worker import PORT_VARIABLE, SECRET_VARIABLE

IMPORT_SECONDS_MAX = 60
"""An app that takes longer to import hangs."""
EXIT_SECONDS_MAX = 2
LAST_WORDS_SECONDS_MAX = 0.2
"""How long an answer, or output, may trail behind the end of its process."""

_Caller: TypeAlias = tuple[StreamReader, StreamWriter]
_Connection: TypeAlias = tuple[Hello, StreamReader, StreamWriter]


class WorkerDied(Exception):
    """The process ended before its answer; the message says how, in Lambda's words."""


class WorkerProcess:
    """A started worker. It owns its process: `kill` or `retire` must be called in the end."""

    def __init__(self, on_log: OnLog, generation: int = 0) -> None:
        self.functions: Mapping[str, Lifetime] = {}
        self.inputs: Mapping[str, Mapping[str, Any]] = {}
        self.generation = generation
        """Which state of the author's code it has; the pool counts."""
        self._on_log = on_log
        self._output = Output(self._on_line)
        self._job: Job | None = None
        self._transport: asyncio.SubprocessTransport | None = None
        self._connection: _Connection | None = None

    @property
    def pid(self) -> int:
        return self._output.pid

    @property
    def is_alive(self) -> bool:
        return not self._output.exited.done()

    async def start(self, app: str, environment: Mapping[str, str]) -> None:
        """Start the process and wait until it has imported the app. Raises AppError when it cannot."""
        secret = secrets.token_urlsafe()
        callers: asyncio.Queue[_Caller] = asyncio.Queue()
        server = await asyncio.start_server(lambda *caller: callers.put_nowait(caller), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            self._transport, _ = await asyncio.get_running_loop().subprocess_exec(
                lambda: self._output,
                *(sys.executable, "-P", "-m", "everstep.host.worker", app),
                stdin=asyncio.subprocess.DEVNULL,
                env={**environment, PORT_VARIABLE: str(port), SECRET_VARIABLE: secret},
                start_new_session=True,
            )
            self._connection = await self._welcome(app, secret, callers)
        except BaseException:
            await self.kill()
            raise
        finally:
            server.close()
        self.functions = self._connection[0].functions
        self.inputs = self._connection[0].inputs

    async def run(self, job: Job) -> Done:
        """Give it the job and wait for the answer. Raises WorkerDied when the process ends first."""
        assert self._connection is not None, "not started"
        _, reader, writer = self._connection
        self._job = job
        reading = asyncio.create_task(read_done(reader))
        try:
            with suppress(ConnectionError):  # then it is dead, which `reading` finds out as well
                writer.write(encode_job(job))
                await writer.drain()
            # A process that the author's code has forked may hold the connection open after the worker's death, so
            # the end of the process is waited for as well.
            either: set[asyncio.Future[Any]] = {reading, self._output.exited}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                await asyncio.wait({reading}, timeout=LAST_WORDS_SECONDS_MAX)
            if reading.done() and reading.exception() is None:
                return reading.result()
        finally:
            reading.cancel()
        await asyncio.wait({self._output.exited}, timeout=EXIT_SECONDS_MAX)
        await self.kill()
        raise WorkerDied(self._how_it_ended())

    async def retire(self) -> None:
        """Let a worker without a job end by itself; kill it when it does not."""
        if self._connection is not None:
            self._connection[2].close()
        await asyncio.wait({self._output.exited}, timeout=EXIT_SECONDS_MAX)
        await self.kill()

    async def kill(self) -> None:
        """End the process and all that it started, now, and collect what is left of it."""
        if self._transport is None:
            return
        with suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(self.pid, signal.SIGKILL)
            else:
                self._transport.kill()
        await asyncio.wait({self._output.exited})
        await asyncio.wait({self._output.closed}, timeout=LAST_WORDS_SECONDS_MAX)
        self._transport.close()
        if self._connection is not None:
            self._connection[2].close()

    async def _welcome(self, app: str, secret: str, callers: "asyncio.Queue[_Caller]") -> _Connection:
        greeting = asyncio.create_task(_greeting(secret, callers))
        exited = self._output.exited
        either: set[asyncio.Future[Any]] = {greeting, exited}
        try:
            await asyncio.wait(either, timeout=IMPORT_SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED)
            if exited.done() and not greeting.done():
                await asyncio.wait({greeting}, timeout=LAST_WORDS_SECONDS_MAX)
        finally:
            greeting.cancel()
        if greeting.done():
            hello, _, writer = greeting.result()
            if hello.problem is None:
                return greeting.result()
            writer.close()
            raise AppError(hello.problem)
        if exited.done():
            raise AppError(f"{app} ended its process while it was imported; what it wrote before may tell why")
        raise AppError(f"{app} still imports after {IMPORT_SECONDS_MAX} seconds; move what takes long into a function")

    def _on_line(self, stream: str, text: str) -> None:
        job = self._job
        self._on_log(
            LogLine(
                text=text,
                stream=stream,
                pid=self.pid,
                function=job.function if job else None,
                request_id=job.request_id if job else None,
            )
        )

    def _how_it_ended(self) -> str:
        code = self._transport.get_returncode() if self._transport else None
        if not code:
            return "Runtime exited without providing a reason"
        how = f"signal: {(signal.strsignal(-code) or str(-code)).lower()}" if code < 0 else f"exit status {code}"
        return f"Runtime exited with error: {how}"


async def _greeting(secret: str, callers: "asyncio.Queue[_Caller]") -> _Connection:
    """The hello of the one caller that knows the secret."""
    while True:
        reader, writer = await callers.get()
        is_ours = False
        try:
            hello = await read_hello(reader)
            is_ours = secrets.compare_digest(hello.secret.encode(), secret.encode())
        except (EOFError, ValueError):
            continue
        finally:
            if not is_ours:
                writer.close()
        if is_ours:
            return hello, reader, writer
