"""everstep with sleepers that are answered in random order: no wake-up may be lost, however they come."""

import asyncio
import time
from typing import Any

from bench.contestants.answering import answer
from bench.fan_out import fan_out


def warm() -> dict[str, Any]:
    return sleepers(5)


def sleepers(items: int) -> dict[str, Any]:
    """One execution with so many callbacks, its worker and its service, from the start to the end."""
    done = asyncio.run(fan_out("many_callbacks", {"items": items}, answers_seed=time.time_ns() % 1_000_000))
    assert done.is_right, done
    return {"seconds": done.seconds, "note": f"{done.invocations:,} invocations, {done.worker_mib:,.0f} MiB"}


if __name__ == "__main__":
    answer({"warm": warm, "sleepers": sleepers})
