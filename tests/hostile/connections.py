"""Ten thousand connections, a thousand of them slow, and a checkpoint that must not notice.

    python -m tests.hostile.connections [--open 10000] [--slow 1000] [--checkpoints 200]

The service is a process of its own. `--slow` clients send the head of a request one byte per second; the others are
open and silent. Meanwhile one function reports, checkpoint by checkpoint. Exit code 1 when the slowest one in a
hundred takes longer than 100 ms.
"""

import argparse
import asyncio
import json
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.hostile.served import EXECUTIONS, Answer, read_answer

LIMIT_SECONDS = 0.1
HEAD = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 1000
FILES_KEPT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    open: int
    slow: int
    checkpoints: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    open: int
    """Connections that the service had taken when the checkpoints began."""
    seconds: tuple[float, ...]
    """Of each checkpoint."""
    megabytes: float
    """Memory of the service with all of them."""

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.seconds, n=100)[98]


class Report:
    """A function that reports steps over one connection, as the SDK does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._number = 0

    async def begin(self, function: asyncio.Queue[bytes]) -> None:
        self._reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        await self._call("POST", "/2015-03-31/functions/silent/invocations", b"{}", "X-Amz-Invocation-Type: Event\r\n")
        envelope = json.loads(await function.get())
        self._path = f"{EXECUTIONS}/{quote(envelope['DurableExecutionArn'], safe='')}/checkpoint"
        self._token = envelope["CheckpointToken"]

    async def checkpoint(self) -> float:
        """How long one step takes to be saved."""
        self._number += 1
        updates = [{"Id": f"step-{self._number}", "Type": "STEP", "Action": act} for act in ("START", "SUCCEED")]
        body = json.dumps({"CheckpointToken": self._token, "Updates": updates}).encode()
        begun = time.perf_counter()
        answer = await self._call("POST", self._path, body)
        assert answer.status == 200, answer
        self._token = answer.json["CheckpointToken"]
        return time.perf_counter() - begun

    async def _call(self, method: str, path: str, body: bytes, headers: str = "") -> Answer:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        return await read_answer(self._reader)


async def measure(crowd: Crowd, store: str = "memory:") -> Outcome:
    """Bring them all, then report."""
    functions: asyncio.Queue[bytes] = asyncio.Queue()
    async with silent_functions(functions) as endpoint, service(endpoint, store) as (port, pid):
        writers = await connect(port, crowd.open)
        slow = asyncio.create_task(drip(writers[: crowd.slow]))
        report = Report(port)
        await report.begin(functions)
        seconds = []
        for _ in range(crowd.checkpoints):
            seconds.append(await report.checkpoint())
            await asyncio.sleep(0.005)
        outcome = Outcome(open=len(writers), seconds=tuple(seconds), megabytes=resident_megabytes(pid))
        slow.cancel()
        for writer in (*writers, report.writer):
            writer.transport.abort()
        return outcome


async def connect(port: int, count: int) -> list[asyncio.StreamWriter]:
    writers: list[asyncio.StreamWriter] = []
    while len(writers) < count:
        some = (asyncio.open_connection("127.0.0.1", port) for _ in range(min(250, count - len(writers))))
        writers += [writer for _, writer in await asyncio.gather(*some)]
    return writers


async def drip(writers: list[asyncio.StreamWriter]) -> None:
    """One byte per second to each of them."""
    for index in range(len(HEAD)):
        for writer in writers:
            with suppress(OSError):
                writer.write(HEAD[index : index + 1])
        await asyncio.sleep(1)


@asynccontextmanager
async def silent_functions(called: asyncio.Queue[bytes]) -> AsyncIterator[str]:
    """An endpoint that takes invocations and does not answer them."""

    gone = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            called.put_nowait(await reader.readexactly(length))
            await reader.read()  # until the service has gone
        writer.close()
        gone.set()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await gone.wait()
    finally:
        server.close()


@asynccontextmanager
async def service(functions: str, store: str) -> AsyncIterator[tuple[int, int]]:
    """`everstep serve` as a process: its port and its id."""
    options = ("--port", "0", "--store", store, "--lambda-endpoint", functions, "--json", "--drain-seconds", "0")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "everstep", "serve", *options, "--quotas", "off", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        said = json.loads(await process.stdout.readline())
        yield int(said["endpoint"].rpartition(":")[2]), process.pid
    finally:
        process.kill()
        await process.wait()


def resident_megabytes(pid: int) -> float:
    """Memory of a process; 0 where there is no /proc."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def open_files() -> int:
    """Let this process have as many connections as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most - FILES_KEPT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=1_000)
    parser.add_argument("--checkpoints", type=int, default=200)
    crowd = Crowd(**vars(parser.parse_args()))
    if crowd.open > open_files():
        print(f"this process may not open {crowd.open} connections (ulimit -n)", file=sys.stderr)  # noqa: T201
        return 2
    outcome = asyncio.run(measure(crowd))
    median = statistics.median(outcome.seconds)
    print(  # noqa: T201 - it is a command
        f"{outcome.open} connections, {crowd.slow} of them slow, service at {outcome.megabytes:.0f} MB\n"
        f"{len(outcome.seconds)} checkpoints: median {median * 1000:.1f} ms, p99 {outcome.p99 * 1000:.1f} ms, "
        f"slowest {max(outcome.seconds) * 1000:.1f} ms (p99 must be under {LIMIT_SECONDS * 1000:.0f} ms)"
    )
    return 0 if outcome.p99 < LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
