"""everstep in one process: the service on a SQLite file (synchronous=FULL) and the function in a thread beside it.

There is no front door for this yet; the few lines that wire it stand here.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.contestants import everstep_functions
from bench.contestants.answering import answer
from bench.contestants.inhouse import House, a_house
from bench.contestants.timing import growth_of, in_threads, rate
from everstep.core.messages import CheckpointReply, CheckpointRequest, StatePage
from everstep.core.model import Arn, CheckpointToken, ExecutionStatus
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.sdk.handler import DurableFunction
from everstep.service.ports import FunctionAnswer, FunctionCall, Summary
from everstep.service.service import Service, StartCommand

THREADS = 64


class Beside:
    """Calls functions in threads of this process."""

    service: Service

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS)

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, call, loop)

    def _run(self, call: FunctionCall, loop: asyncio.AbstractEventLoop) -> FunctionAnswer:
        function: DurableFunction[Any] = getattr(everstep_functions, call.function)
        output = function.invoke(decode_envelope(load(call.payload)), Direct(self.service, loop))
        return FunctionAnswer(payload=dump(encode_output(output)).encode())


class Direct:
    """The SDK's client of a service in the same process."""

    is_local = False  # it must not be called where it may not block: another thread answers

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop

    def checkpoint(self, arn: Arn, request: CheckpointRequest) -> CheckpointReply:
        return asyncio.run_coroutine_threadsafe(self._service.checkpoint(arn, request), self._loop).result()

    def get_state(self, arn: Arn, token: CheckpointToken, marker: str, max_items: int) -> StatePage:
        page = self._service.state(arn, token, marker, max_items)
        return asyncio.run_coroutine_threadsafe(page, self._loop).result()


def tasks(house: House) -> dict[str, Callable[..., dict[str, Any]]]:
    service = house.app.service

    async def ended(function: str, event: object) -> Summary:
        started = await service.start(StartCommand(function=function, input=json.dumps(event), is_async=True))
        return await service.closed(started.arn)

    def run(function: str, event: object) -> Any:
        head = house.run(ended(function, event)).head
        assert head.status is ExecutionStatus.SUCCEEDED, head
        return json.loads(head.result or "null")

    def warm() -> dict[str, Any]:
        run("many_steps", {"n": 20, "seconds_max": 5})
        return {}

    def steps(n: int, seconds_max: float) -> dict[str, Any]:
        return rate(run("many_steps", {"n": n, "seconds_max": seconds_max}), n)

    def throughput(executions: int, concurrency: int, seconds_max: float) -> dict[str, Any]:
        done, seconds = in_threads(executions, concurrency, lambda _: run("five_steps", {}), seconds_max)
        return {"per_second": done / seconds}

    def growth(short: int, long: int, pairs: int) -> dict[str, Any]:
        def cpu_per_step(n: int) -> float:
            return float(steps(n, 100)["cpu_ms_per_step"])

        return growth_of(cpu_per_step, short, long, pairs)

    return {"warm": warm, "steps": steps, "growth": growth, "throughput": throughput}


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder,
        a_house(f"sqlite:///{Path(folder) / 'bench.db'}", Beside()) as house,
    ):
        answer(tasks(house))


if __name__ == "__main__":
    main()
