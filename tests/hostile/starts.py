"""Fifty thousand executions that nobody can run yet: how many are taken in, and what they cost in memory.

    python -m tests.hostile.starts [--starts 50000]

The service is a process of its own whose functions never answer. Exit code 1 when more are taken in than the bound
says, or when they take more memory than `MEGABYTES_MAX`.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter

from everstep.service.http.admission import BOUNDS
from tests.hostile.connections import resident_megabytes, service, silent_functions
from tests.hostile.served import ECHO, read_answer

CLIENTS = 32
MEGABYTES_MAX = 400
BODY = b'{"order": "' + b"x" * 1000 + b'"}'
REQUEST = (
    f"POST {ECHO} HTTP/1.1\r\nHost: localhost\r\nX-Amz-Invocation-Type: Event\r\nContent-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY


async def flood(starts: int) -> tuple[Counter[int], float, float]:
    """The answers by status, and the memory before and after, in megabytes."""
    calls: asyncio.Queue[bytes] = asyncio.Queue()
    async with silent_functions(calls) as endpoint, service(endpoint, "memory:") as (port, pid):
        before = resident_megabytes(pid)
        shares = await asyncio.gather(*(client(port, starts // CLIENTS) for _ in range(CLIENTS)))
        after = resident_megabytes(pid)
    return sum(shares, Counter()), before, after


async def client(port: int, starts: int) -> Counter[int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    statuses: Counter[int] = Counter()
    for _ in range(starts):
        writer.write(REQUEST)
        statuses[(await read_answer(reader)).status] += 1
    writer.close()
    return statuses


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=50_000)
    starts = parser.parse_args().starts
    begun = time.perf_counter()
    statuses, before, after = asyncio.run(flood(starts))
    seconds = time.perf_counter() - begun
    print(  # noqa: T201 - it is a command
        f"{starts} starts in {seconds:.0f} s: {statuses[202]} taken in, {statuses[429]} put off, "
        f"others {sum(statuses.values()) - statuses[202] - statuses[429]}\n"
        f"memory: {before:.0f} MB before, {after:.0f} MB after (at most {MEGABYTES_MAX} MB)"
    )
    # Those that are decided upon at the same moment do not see each other yet.
    is_bounded = statuses[202] <= BOUNDS.queued_max + CLIENTS
    return 0 if is_bounded and after < MEGABYTES_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
