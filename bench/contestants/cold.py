"""What a cold start costs: a fresh interpreter that imports an SDK, and one that carries out its first invocation.

`share` is the part of a CPU that the program may use, as with the memory size of a Lambda function; see `quota`.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.contestants.quota import quota
from bench.contestants.synthetic import envelope

MODULES = {
    "everstep": "everstep",
    "official": "aws_durable_execution_sdk_python",
    "async_durable": "async_durable_execution",
    "dbos": "dbos",
    "restate": "restate",
}
FIRST = "bench.contestants.first_invocation"


def spent(arguments: Sequence[str], stdin: str = "", share: float | None = None) -> tuple[float, float]:
    """CPU and wall seconds of a Python with these arguments. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    with quota(share) as held:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        held(process.pid)
        assert process.stdin is not None
        process.stdin.write(stdin.encode())
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        assert process.stderr is not None
        raise RuntimeError(process.stderr.read().decode()[-500:])
    return usage.ru_utime + usage.ru_stime, wall


def tasks(sdk: str) -> dict[str, Callable[..., dict[str, Any]]]:
    def importing(times: int) -> dict[str, Any]:
        """Beyond a bare Python, in pairs."""
        line = f"import {MODULES[sdk]}"
        spent(["-c", line])  # whatever is not compiled is now
        pairs = [(spent(["-c", line]), spent(["-c", "pass"])) for _ in range(times)]
        return {
            "cpu_ms": 1000 * statistics.median(full[0] - bare[0] for full, bare in pairs),
            "wall_ms": 1000 * statistics.median(full[1] - bare[1] for full, bare in pairs),
        }

    def first_invocation(times: int, share: float | None = None) -> dict[str, Any]:
        """From the start of the interpreter to its end, with one step, whose checkpoint is answered at once."""
        event = json.dumps(envelope({"n": 1}, 0))
        spent(["-m", FIRST, sdk], event)
        found = [spent(["-m", FIRST, sdk], event, share) for _ in range(times)]
        return {
            "cpu_ms": 1000 * statistics.median(cpu for cpu, _ in found),
            "wall_ms": 1000 * statistics.median(wall for _, wall in found),
        }

    found: dict[str, Callable[..., dict[str, Any]]] = {"importing": importing}
    if sdk in ("everstep", "official", "async_durable"):
        found["first_invocation"] = first_invocation
    return found
