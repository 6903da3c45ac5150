"""What Restate runs for the bench, served by Hypercorn over HTTP/2, as its documentation shows."""

import time
from datetime import timedelta
from typing import Any

import restate

from bench.contestants.timing import Pace

bench = restate.Service("bench")


@bench.handler()
async def many_steps(context: restate.Context, event: dict[str, Any]) -> dict[str, float]:
    pace = Pace(event)
    for number in pace.numbers():
        await context.run_typed("count", lambda n=number: n)
    return pace.report()


@bench.handler()
async def five_steps(context: restate.Context, event: dict[str, Any]) -> int:
    return sum([await context.run_typed("count", lambda n=number: n) for number in range(5)])


@bench.handler()
async def many_items(context: restate.Context, event: dict[str, Any]) -> int:
    """It has no map: steps beside each other, as many at a time."""
    items, concurrency, total = event["items"], event["concurrency"], 0
    for start in range(0, items, concurrency):
        batch = range(start, min(items, start + concurrency))
        futures = [context.run_typed("echo", lambda n=number: n) for number in batch]
        total += sum([await future for future in await restate.gather(*futures)])
    return total


@bench.handler()
async def sleeper(context: restate.Context, event: dict[str, Any]) -> float:
    began = await context.run_typed("note the time", lambda: time.time())  # noqa: PLW0108 - it asks for a signature, which a builtin has not
    await context.sleep(timedelta(seconds=event["seconds"]))
    return time.time() - float(began) - float(event["seconds"])


@bench.handler()
async def called_back(context: restate.Context, event: dict[str, Any]) -> float:
    name, future = context.awakeable()
    await context.run_typed("hand out", lambda: _write(event["file"], name))
    await future
    return time.time()


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


app = restate.app(services=[bench])
