"""Every route of a real service, fuzzed by schemathesis from the description that the service publishes.

    make fuzz [EXAMPLES=100]

schemathesis lives in an environment of its own (`--st`), because nothing else here needs it. Exit code 1 when any
answer was a 5xx, when the process died, or when it holds much more memory afterwards than before.
"""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from tests.hostile.connections import resident_megabytes, service
from tests.hostile.served import ECHO, ask

OUTPUT = json.dumps({"Status": "SUCCEEDED", "Result": "7"}).encode()
CHECKS = "not_a_server_error,content_type_conformance"
MEGABYTES_MORE_MAX = 200
"""Executions stay in memory in this run, some of them with megabytes of input."""
ANSWERS = re.compile(r'everstep_http_answers_total\{status="(\d+)"\} (\d+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    answers: dict[int, int]
    """How many answers had which status."""
    failed_checks: bool
    is_alive: bool
    before: float
    after: float
    """Megabytes."""

    @property
    def is_good(self) -> bool:
        defects = sum(count for status, count in self.answers.items() if status >= 500)
        grown = self.after - self.before
        return self.is_alive and not self.failed_checks and defects == 0 and grown < MEGABYTES_MORE_MAX


async def fuzz(st: str, examples: int) -> Outcome:
    """Run schemathesis against a service whose functions succeed at once."""
    async with quick_functions() as endpoint, service(endpoint, "memory:") as (port, pid):
        await ask(port, "POST", ECHO, b"7")
        before = resident_megabytes(pid)
        url = f"http://127.0.0.1:{port}/everstep/v1/openapi.json"
        # A random address of functions would let every later Invoke wait for functions that do not answer.
        chosen = ("--exclude-operation-id", "UpdateLambdaEndpoint", "--phases", "examples,coverage,fuzzing")
        limits = ("--suppress-health-check", "all", "--request-timeout", "20", "--continue-on-failure")
        amount = ("--max-examples", str(examples), "--workers", "1")
        process = await asyncio.create_subprocess_exec(
            st, "run", url, "--checks", CHECKS, "--warnings", "off", "--no-color", *chosen, *limits, *amount
        )
        failed = await process.wait() != 0
        is_alive = (await ask(port, "GET", "/health")).status == 200
        metrics = (await ask(port, "GET", "/metrics")).body.decode()
        answers = {int(status): int(count) for status, count in ANSWERS.findall(metrics)}
        after = resident_megabytes(pid)
    return Outcome(answers=answers, failed_checks=failed, is_alive=is_alive, before=before, after=after)


@asynccontextmanager
async def quick_functions() -> AsyncIterator[str]:
    """An endpoint at which every function succeeds at once."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0]))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(OUTPUT), OUTPUT))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--st", required=True, help="the program of schemathesis")
    parser.add_argument("--examples", type=int, default=100, help="per route and phase")
    given = parser.parse_args()
    outcome = asyncio.run(fuzz(given.st, given.examples))
    by_status = ", ".join(f"{status}: {count}" for status, count in sorted(outcome.answers.items()))
    defects = sum(count for status, count in outcome.answers.items() if status >= 500)
    print(  # noqa: T201 - it is a command
        f"requests answered: {sum(outcome.answers.values())} ({by_status})\n5xx: {defects}\n"
        f"crashes: {0 if outcome.is_alive else 1}\n"
        f"memory: {outcome.before:.0f} MB before, {outcome.after:.0f} MB after"
    )
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
