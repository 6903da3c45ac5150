"""Carries out requirements: a service in this process, the handlers in worker processes.

All requirements run at once, so that together they take no longer than the one that waits longest.
"""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from everstep.cli.workers import Pools
from everstep.host.environment import AWS_SDK_ALIAS_VARIABLE
from everstep.host.output import LogLine
from everstep.host.pool import WorkerPool
from everstep.service.app import Host, Hosted, Settings, running
from everstep.service.invokers.http1 import HttpClient
from everstep.service.invokers.pool import PoolInvoker
from tests.conformance.matching import JsonObject
from tests.conformance.outcome import Outcome
from tests.conformance.requirements import Requirement
from tests.conformance.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
HANDLERS = Path(__file__).parent / "handlers"
SECONDS_MAX = 90
"""For one requirement; the longest wait in one is 15 s, and all share the machine."""


class Form(StrEnum):
    """In which way the handlers are written."""

    OFFICIAL = "official"
    """`def`, with the official SDK."""
    SYNC = "sync"
    """`def`, the same files with our SDK; those of `official` under the alias of its import names."""
    AIO = "aio"
    """`async def`, with our SDK."""

    @property
    def folders(self) -> Sequence[Path]:
        match self:
            case Form.OFFICIAL:
                return HANDLERS / "sync", HANDLERS / "official"
            case Form.SYNC:
                return HANDLERS / "sync", HANDLERS / "official"
            case Form.AIO:
                return (HANDLERS / "aio",)
            case _:
                assert_never(self)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a worker needs to find the handlers' imports, and to give them their meaning."""
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        if self is Form.OFFICIAL:
            return {"PYTHONPATH": path, "CONFORMANCE_SDK": "official"}
        # What imports the official SDK runs on ours, under its import names.
        return {"PYTHONPATH": path, "CONFORMANCE_SDK": "everstep", AWS_SDK_ALIAS_VARIABLE: "1"}


@dataclass(slots=True)
class Run:
    """What came of the requirements that ran together, by their ids."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    """Why there is no outcome."""
    unwritten: set[str] = field(default_factory=set)
    """The requirements that this form has no handler for."""


class Logs:
    """The records that functions wrote, by the execution that they name."""

    def __init__(self) -> None:
        self._records: dict[str, list[JsonObject]] = defaultdict(list)

    def note(self, line: LogLine) -> None:
        try:
            record = json.loads(line.text)
        except ValueError:
            return
        arn = (record.get("executionArn") or record.get("durableExecutionArn")) if isinstance(record, dict) else None
        if isinstance(arn, str):
            self._records[arn].append(record)

    def of(self, arn: str) -> Sequence[JsonObject]:
        return self._records.get(arn, [])


async def carry_out(requirements: Sequence[Requirement], form: Form, store: str) -> Run:
    """Run every requirement that the form has a handler for, on a service of its own."""
    run, logs = Run(), Logs()
    if not requirements:
        return run
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(running(Settings(store=store, port=0), hosting(form, logs)))
        stage = Stage(app, await stack.enter_async_context(HttpClient()))
        written = [r for r in requirements if app.service.function(r.function) is not None]
        run.unwritten = {r.id for r in requirements} - {r.id for r in written}
        await asyncio.gather(*(_carry_out_one(stage, requirement, run) for requirement in written))
    # Lines travel through pipes and may come after the answer; now that the workers have ended, all have come.
    for key, outcome in run.outcomes.items():
        run.outcomes[key] = replace(outcome, logs=logs.of(outcome.execution["DurableExecutionArn"]))
    return run


async def _carry_out_one(stage: Stage, requirement: Requirement, run: Run) -> None:
    try:
        async with asyncio.timeout(SECONDS_MAX):
            run.outcomes[requirement.id] = await stage.play(requirement)
    except Exception as error:
        run.problems[requirement.id] = f"{type(error).__name__}: {error}"


def hosting(form: Form, logs: Logs) -> Host:
    @asynccontextmanager
    async def host(endpoint: str) -> AsyncIterator[Hosted]:
        environment = {**form.environment, "AWS_ENDPOINT_URL_LAMBDA": endpoint}
        pools = [WorkerPool(str(folder), environment=environment, on_log=logs.note) for folder in form.folders]
        async with AsyncExitStack() as stack:
            for pool in pools:
                stack.push_async_callback(pool.close)
            await asyncio.gather(*(pool.start() for pool in pools))
            invoker = PoolInvoker(Pools(pools))
            yield Hosted(invoker=invoker, functions=invoker)

    return host
