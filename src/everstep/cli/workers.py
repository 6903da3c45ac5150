"""The worker processes of the apps that a command was given: started together, reloaded, closed together."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import click

from everstep.cli.failure import Failure
from everstep.cli.log_format import LogFormat
from everstep.cli.logs import for_operators, for_people, for_programs
from everstep.host.app import AppError, parse_app
from everstep.host.output import LogLine
from everstep.host.pool import PoolClosed, WorkerPool
from everstep.host.reload import watch_folder
from everstep.service.app import Host, Hosted, Overheard
from everstep.service.invokers.pool import PoolInvoker
from everstep.service.page.page import Workforce
from everstep.service.ports import FunctionAnswer, FunctionConfig

logger = logging.getLogger(__name__)

ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL_LAMBDA"
"""Tells AWS clients, and our SDK, where the API is."""
PATIENCE_SECONDS = 0.5


class Lines:
    """Passes on what workers write to whoever listens."""

    def __init__(self) -> None:
        self._listeners: list[Overheard] = []

    def listen(self, listener: Overheard) -> None:
        self._listeners.append(listener)

    def tell(self, told: LogLine) -> None:
        for listener in self._listeners:
            listener(told.text, told.stream, told.request_id)


class Pools:
    """Several worker pools as one: a call goes to the pool that has the function.

    A call of a function that nobody has waits until somebody has it. Its execution was started when there was one:
    the code is being edited, or the store belongs to more apps than these, and failing it would help nobody.
    """

    def __init__(self, pools: Sequence[WorkerPool], lines: "Lines | None" = None) -> None:
        self._pools = pools
        self.lines = lines or Lines()
        self._missed: set[str] = set()

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(name for pool in self._pools for name in pool.functions)

    def roster(self) -> list[Workforce]:
        """The workers of each app, as they are now."""
        return [
            Workforce(app=pool.app, functions=pool.functions, inputs=pool.inputs, **asdict(pool.health))
            for pool in self._pools
        ]

    def config(self, function: str) -> FunctionConfig | None:
        return next((config for pool in self._pools if (config := pool.config(function)) is not None), None)

    async def invoke(
        self,
        function: str,
        payload: bytes,
        request_id: str,
        *,
        version: str = "$LATEST",
        tenant_id: str | None = None,
        trace_header: str | None = None,
    ) -> FunctionAnswer:
        pool = await self._owner(function)
        return await pool.invoke(
            function, payload, request_id, version=version, tenant_id=tenant_id, trace_header=trace_header
        )

    async def _owner(self, function: str) -> WorkerPool:
        while True:
            for pool in self._pools:
                if function in pool.functions:
                    self._missed.discard(function)
                    return pool
            if function not in self._missed:
                self._missed.add(function)
                text = "an execution waits for the function %r, which is not here"
                logger.warning(text, function, extra={"event": "function_missing", "function": function})
            await asyncio.sleep(PATIENCE_SECONDS)


def hosting(
    apps: Sequence[str],
    *,
    as_json: bool,
    reload: bool,
    log_format: LogFormat = LogFormat.PRETTY,
    on_ready: Callable[[Pools], None] = lambda _: None,
) -> Host:
    """Runs the functions of the apps for a service in this process; `on_ready` hears of them before it starts."""

    @asynccontextmanager
    async def host(endpoint: str) -> AsyncIterator[Hosted]:
        told = {ENDPOINT_VARIABLE: endpoint}
        async with workers(apps, told, as_json=as_json, log_format=log_format, reload=reload) as pools:
            on_ready(pools)
            invoker = PoolInvoker(pools)
            yield Hosted(invoker=invoker, functions=invoker, roster=pools.roster, overhear=pools.lines.listen)

    return host


@asynccontextmanager
async def workers(
    apps: Sequence[str],
    environment: Mapping[str, str],
    *,
    as_json: bool,
    reload: bool,
    log_format: LogFormat = LogFormat.PRETTY,
) -> AsyncIterator[Pools]:
    """Workers for the apps, ready for calls. Raises AppError or Failure when an app cannot be used."""

    lines = Lines()

    def on_log(told: LogLine) -> None:
        lines.tell(told)
        if as_json:
            click.echo(for_programs(told.text, told.function, told.stream))
        elif log_format is LogFormat.JSON:
            click.echo(for_operators(told.text, told.function, told.stream, time.time()), err=True)
        else:
            click.echo(for_people(told.text, told.function), err=True)

    async with AsyncExitStack() as stack:
        pools: list[WorkerPool] = []
        for app in apps:
            pool = WorkerPool(app, environment=environment, on_log=on_log)
            stack.push_async_callback(pool.close)
            await pool.start()
            pools.append(pool)
        refuse_twins(pools)
        if reload:
            for pool in pools:
                await stack.enter_async_context(_reloading(pool))
        yield Pools(pools, lines)


def refuse_twins(pools: Sequence[WorkerPool]) -> None:
    """Two functions of one name would make a call ambiguous. Raises Failure."""
    owners: dict[str, str] = {}
    for pool in pools:
        for name in pool.functions:
            if name in owners:
                raise Failure(f"both {owners[name]} and {pool.app} have a function {name!r}; rename one of them")
            owners[name] = pool.app


@asynccontextmanager
async def _reloading(pool: WorkerPool) -> AsyncIterator[None]:
    """Inside, the pool follows its app's files."""

    async def on_change(paths: tuple[str, ...]) -> None:
        names = ", ".join(Path(path).name for path in paths[:3]) + (" …" if len(paths) > 3 else "")
        try:
            functions = await pool.reload()
        except AppError as problem:
            facts = {"event": "reload_failed", "app": pool.app, "files": list(paths)}
            logger.error("%s changed, the code from before goes on: %s", names, problem, extra=facts)
        except PoolClosed:
            return
        else:
            facts = {"event": "reloaded", "app": pool.app, "files": list(paths), "functions": list(functions)}
            logger.info("%s changed, reloaded: %s", names, ", ".join(functions), extra=facts)

    watching = asyncio.create_task(watch_folder(parse_app(pool.app).folder, on_change))
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
