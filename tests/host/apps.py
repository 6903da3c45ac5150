"""Tiny apps, and pools that run them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from everstep.host.output import LogLine
from everstep.host.pool import WorkerPool
from everstep.service.ports import FunctionAnswer

REQUEST = "11111111-2222-3333-4444-555555555555"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text))
    return path


@dataclass
class Running:
    """A pool, and what its workers write."""

    pool: WorkerPool
    lines: asyncio.Queue[LogLine] = field(default_factory=asyncio.Queue)

    async def call(self, event: object = None, *, request_id: str = REQUEST) -> FunctionAnswer:
        """Invoke the app's only function."""
        (function,) = self.pool.functions
        return await self.pool.invoke(function, json.dumps(event).encode(), request_id)

    async def result(self, event: object = None) -> Any:
        answer = await self.call(event)
        assert answer.error is None, answer.error
        return json.loads(answer.payload)

    async def line(self) -> LogLine:
        return await asyncio.wait_for(self.lines.get(), 20)


@asynccontextmanager
async def running(app: Path | str, *, workers_max: int = 2, timeout_seconds: float = 30) -> AsyncIterator[Running]:
    lines: asyncio.Queue[LogLine] = asyncio.Queue()
    pool = WorkerPool(
        str(app), environment={}, on_log=lines.put_nowait, workers_max=workers_max, timeout_seconds=timeout_seconds
    )
    await pool.start()
    try:
        yield Running(pool, lines)
    finally:
        await pool.close(grace_seconds=0)
