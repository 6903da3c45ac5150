"""Whether thousands of branches finish, how long they take and how much memory: `async`, on a SQLite file, over HTTP.

Of two kinds: items with a step each, so many at a time; and items that sleep until their callbacks are answered, in
random order. A wake-up that got lost would leave the execution waiting for ever, so a limit of time stands for it.
"""

import asyncio
import json
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.fan_out_functions import peak_mib
from everstep.cli.workers import hosting
from everstep.core.events import EventType
from everstep.core.limits import Limits
from everstep.core.machine.commands import CallbackSuccess
from everstep.core.machine.delta import Delta
from everstep.core.model import CallbackId, ExecutionStatus, OperationId
from everstep.service.app import App, Settings, running
from everstep.service.service import StartCommand

APP = Path(__file__).parent / "fan_out_functions.py"
SECONDS_MAX = 600
QUOTAS_OFF = Limits(operations_max=10**9, written_bytes_max=10**15)


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """How it went."""

    what: str
    seconds: float
    invocations: int
    is_right: bool
    worker_mib: float
    service_mib: float


class Callbacks:
    """Hears of every callback that is made."""

    def __init__(self, wanted: int) -> None:
        self._made: dict[OperationId, tuple[str, CallbackId]] = {}
        self._wanted = wanted
        self.all_asleep = asyncio.Event()
        """All were made, and the function has been suspended since."""

    def note(self, delta: Delta) -> None:
        for operation in delta.operations:
            if operation.callback_id is not None:
                self._made[operation.id] = operation.name or "", operation.callback_id
        has_ended = any(event.type is EventType.INVOCATION_COMPLETED for event in delta.events)
        if has_ended and len(self._made) >= self._wanted:
            self.all_asleep.set()

    def shuffled(self, seed: int) -> list[tuple[str, CallbackId]]:
        """In an order that the seed decides."""
        made = sorted(self._made.values())
        random.Random(seed).shuffle(made)
        return made


async def fan_out(function: str, event: dict[str, Any], answers_seed: int | None = None) -> FanOut:
    """Run it once; with a seed, answer its callbacks in the order that the seed decides."""
    with tempfile.TemporaryDirectory(prefix="everstep-bench-") as folder:
        settings = Settings(store=f"sqlite:///{folder}/bench.db", port=0, limits=QUOTAS_OFF)
        async with (
            asyncio.timeout(SECONDS_MAX),
            running(settings, hosting([str(APP)], as_json=False, reload=False)) as app,
        ):
            return await _run(app, function, event, answers_seed)


async def _run(app: App, function: str, event: dict[str, Any], seed: int | None) -> FanOut:
    began, items = time.perf_counter(), event["items"]
    callbacks = Callbacks(items)
    app.service.listen(callbacks.note)
    started = await app.service.start(StartCommand(function=function, input=json.dumps(event), is_async=True))
    if seed is not None:
        await callbacks.all_asleep.wait()
        for name, callback_id in callbacks.shuffled(seed):
            number = name.split()[1]
            await app.service.answer_callback(callback_id, CallbackSuccess(payload=number))
    head = (await app.service.closed(started.arn)).head
    result = json.loads(head.result or "{}")
    seeded = "" if seed is None else f", answered in random order (seed {seed})"
    return FanOut(
        what=f"{function}: {event}{seeded}",
        seconds=time.perf_counter() - began,
        invocations=head.invocations,
        is_right=head.status is ExecutionStatus.SUCCEEDED and result.get("sum") == sum(range(items)),
        worker_mib=result.get("peak_mib", 0.0),
        service_mib=peak_mib(),
    )
