"""everstep with many suspended executions: what they cost in memory, on disk, at a restart and in every look.

They are started on a service in this process by an invoker that saves a step and a long wait for each, then looked at
through `everstep serve` on the same file.
"""

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.contestants.answering import answer
from bench.contestants.inhouse import House, a_house
from bench.contestants.lambda_api import Api
from bench.contestants.timing import spread
from demo.programs import Program, start
from everstep.core.messages import CheckpointRequest
from everstep.core.model import Action, Arn, CheckpointToken, Kind, OperationId, Update
from everstep.service.ports import FunctionAnswer, FunctionCall
from everstep.service.service import Service, StartCommand

FUNCTIONS = ("order", "invoice", "reminder", "report")
MONTH_SECONDS = 30 * 86_400
AT_A_TIME = 256
SETTLE_SECONDS_MAX = 30.0


class Suspending:
    """Saves `steps` steps and a wait, and suspends, without running any code of an author."""

    service: Service

    def __init__(self, steps: int, wait_seconds: int) -> None:
        self._steps = steps
        self._wait_seconds = wait_seconds
        self.suspended = 0
        self.resumed_at: list[float] = []

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        envelope = json.loads(call.payload)
        if len(envelope["InitialExecutionState"]["Operations"]) > 1:
            self.resumed_at.append(time.time())
            return FunctionAnswer(payload=b'{"Status": "SUCCEEDED", "Result": "1"}')
        arn, token = Arn(envelope["DurableExecutionArn"]), CheckpointToken(envelope["CheckpointToken"])
        updates = [update for number in range(self._steps) for update in a_step(number)]
        wait = Update(
            id=OperationId("wait"), kind=Kind.WAIT, action=Action.START, name="wait", wait_seconds=self._wait_seconds
        )
        await self.service.checkpoint(arn, CheckpointRequest(token=token, updates=(*updates, wait)))
        self.suspended += 1
        return FunctionAnswer(payload=b'{"Status": "PENDING"}')


def a_step(number: int) -> tuple[Update, Update]:
    def update(action: Action, payload: str | None = None) -> Update:
        identity = OperationId(f"step-{number}")
        return Update(id=identity, kind=Kind.STEP, action=action, name="charge", sub_type="Step", payload=payload)

    return update(Action.START), update(Action.SUCCEED, '{"charged": 1990, "currency": "EUR"}')


class Crowd:
    """The store with the crowd in it, made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / "crowd.db"
        self._executions = 0

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def fill(self, executions: int) -> dict[str, Any]:
        self._executions = executions
        began = time.perf_counter()
        invoker = Suspending(steps=1, wait_seconds=MONTH_SECONDS)
        with a_house(self.url, invoker) as house:
            house.run(_start_all(house, executions))
            _until(lambda: invoker.suspended >= executions)
        return {"per_second": executions / (time.perf_counter() - began), "file_mib": self.file.stat().st_size / 2**20}

    def restart(self, executions: int) -> dict[str, Any]:
        """From the start of the program to its first answer, and its memory then."""
        self._need(executions)
        began = time.perf_counter()
        service = self._serve()
        seconds = time.perf_counter() - began
        Api(service.endpoint).call("GET", "/2025-12-01/durable-executions?MaxItems=10")
        rss_mib = _rss_mib(service)
        service.end()
        return {"seconds": seconds, "rss_mib": rss_mib}

    def looks(self, executions: int, times: int) -> dict[str, Any]:
        """Lists and histories of all kinds, as a page or a command would ask for them."""
        self._need(executions)
        service = self._serve()
        api = Api(service.endpoint)
        chance = random.Random(7)
        lists, histories = [], []
        first = api.call("GET", "/2025-12-01/durable-executions?MaxItems=100")
        arns = [one["DurableExecutionArn"] for one in first["DurableExecutions"]]
        for number in range(times):
            query = _queries(number, chance)
            lists.append(_timed(lambda query=query: api.call("GET", query)))  # type: ignore[misc]
            histories.append(_timed(lambda: api.history(chance.choice(arns))))
        service.end()
        return {
            **{f"list_{name}": value for name, value in spread(lists).items()},
            **{f"history_{name}": value for name, value in spread(histories).items()},
        }

    def step_bytes(self, steps: int) -> dict[str, Any]:
        """How much a store grows with a step."""
        sizes = []
        for number in (0, steps):
            file = self._folder / f"steps-{number}.db"
            invoker = (
                Suspending(steps=0, wait_seconds=MONTH_SECONDS) if not number else Suspending(number, MONTH_SECONDS)
            )
            with a_house(f"sqlite:///{file}", invoker) as house:
                house.run(_start_all(house, 1))
                _until(lambda invoker=invoker: invoker.suspended > 0)  # type: ignore[misc]
            sizes.append(file.stat().st_size)
        return {"bytes": (sizes[1] - sizes[0]) / steps}

    def timer_lateness(self, samples: int, others: int) -> dict[str, Any]:
        """How late the service calls a function whose wait of a second is over, while others sleep on."""
        file = self._folder / f"timers-{time.time_ns()}.db"
        sleeping = Suspending(steps=1, wait_seconds=MONTH_SECONDS)
        with a_house(f"sqlite:///{file}", sleeping) as house:
            house.run(_start_all(house, others))
            _until(lambda: sleeping.suspended >= others)
        late: list[float] = []
        brief = Suspending(steps=1, wait_seconds=1)
        with a_house(f"sqlite:///{file}", brief) as house:
            for _ in range(samples):
                before = len(brief.resumed_at)
                house.run(_start_all(house, 1))
                began = time.time()
                _until(lambda before=before: len(brief.resumed_at) > before)  # type: ignore[misc]
                late.append(1000 * (brief.resumed_at[-1] - began) - 1000)
        return spread(late)

    def _need(self, executions: int) -> None:
        """Fill the store, unless it was when somebody asked for that."""
        if self._executions < executions:
            self.fill(executions - self._executions)

    def _serve(self) -> Program:
        return start("serve", "--port", "0", "--store", self.url, folder=self._folder)


async def _start_all(house: House, executions: int) -> None:
    numbers = iter(range(executions))
    salt = time.time_ns()

    async def work() -> None:
        for number in numbers:
            function = FUNCTIONS[number % len(FUNCTIONS)]
            command = StartCommand(function=function, name=f"e{salt}-{number}", input='{"order": 17}', is_async=True)
            await house.app.service.start(command)

    await asyncio.gather(*(work() for _ in range(min(AT_A_TIME, executions))))


def _queries(number: int, chance: random.Random) -> str:
    base = "/2025-12-01/durable-executions"
    function = chance.choice(FUNCTIONS)
    return (
        f"{base}?MaxItems=100",
        f"{base}?MaxItems=100&ReverseOrder=true",
        f"{base}?MaxItems=100&Statuses=RUNNING",
        f"{base}?MaxItems=100&Statuses=FAILED",
        f"/2025-12-01/functions/{function}/durable-executions?MaxItems=100",
        f"/2025-12-01/functions/{function}/durable-executions?MaxItems=100&Statuses=SUCCEEDED",
    )[number % 6]


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("the service did not come to rest")
        time.sleep(0.002)


def _rss_mib(program: Program) -> float:
    text = Path(f"/proc/{program.process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder:
        crowd = Crowd(Path(folder))
        tasks: dict[str, Callable[..., dict[str, Any]]] = {
            "warm": dict,
            "fill": crowd.fill,
            "restart": crowd.restart,
            "looks": crowd.looks,
            "step_bytes": crowd.step_bytes,
            "timer_lateness": crowd.timer_lateness,
        }
        answer(tasks)


if __name__ == "__main__":
    main()
