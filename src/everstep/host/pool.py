"""A pool of worker processes: one invocation per process at a time, as on Lambda.

Processes are started on demand up to a maximum and kept warm; whoever comes when all are busy waits, first come,
first served. What a function does to its process (crash, hang, exit) is an answer, never an exception.

    invoke --a slot--> idle worker, or a new one --job--> Done --> back among the idle
                                                    `--death, timeout--> gone; the next call starts another
"""

import asyncio
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from everstep.core.model import ErrorObject
from everstep.host.app import AppError
from everstep.host.environment import worker_environment
from everstep.host.frames import Done, Job
from everstep.host.lifetime import Lifetime
from everstep.host.output import OnLog
from everstep.host.process import WorkerDied, WorkerProcess
from everstep.service.ports import FunctionAnswer, FunctionConfig

logger = logging.getLogger(__name__)

WORKERS_MAX = 2 * (os.cpu_count() or 2) + 2
"""Functions mostly wait for others, so there are more of them than processors."""
TIMEOUT_SECONDS = 900
"""Lambda's longest invocation."""
GRACE_SECONDS = 5.0


class PoolClosed(Exception):
    """The pool has been closed; it starts nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolHealth:
    """How a pool is at the moment."""

    idle: int
    busy: int
    max: int
    generation: int
    """How often the code was reloaded."""
    reloaded_at: float | None
    """Seconds since the epoch; None: never."""
    problem: str | None
    """Why the newest code is not in use; None when it is."""


class WorkerPool:
    """Runs the functions of one app.

    `environment` is added to this program's own for the workers (`AWS_ENDPOINT_URL_LAMBDA` belongs there);
    `on_log` is called with every line that they write. `start` before use, `close` in the end.
    """

    def __init__(
        self,
        app: str,
        *,
        environment: Mapping[str, str],
        on_log: OnLog,
        workers_max: int = WORKERS_MAX,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.app = app
        self.timeout_seconds = timeout_seconds
        self._environment = environment
        self._on_log = on_log
        self._functions: Mapping[str, Lifetime] = {}
        self.inputs: Mapping[str, Mapping[str, Any]] = {}
        """JSON Schema of what functions take, by name, where their authors say it."""
        self._slots = asyncio.Semaphore(workers_max)
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._generation = 0
        """Grows with each reload; a worker of an earlier one ends with the invocation that it has."""
        self._freed = asyncio.Event()
        self._reloading = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._workers_max = workers_max
        self._reloaded_at: float | None = None
        self._problem: str | None = None

    @property
    def health(self) -> PoolHealth:
        """How it is at the moment."""
        return PoolHealth(
            idle=len(self._idle),
            busy=len(self._busy),
            max=self._workers_max,
            generation=self._generation,
            reloaded_at=self._reloaded_at,
            problem=self._problem,
        )

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of the functions that the app has."""
        return tuple(self._functions)

    def config(self, function: str) -> FunctionConfig | None:
        """What the function declares of its executions, and the service's defaults for the rest."""
        declared = self._functions.get(function)
        if declared is None:
            return None
        default = FunctionConfig(name=function, timeout_seconds=round(self.timeout_seconds))
        return replace(
            default,
            execution_timeout_seconds=declared.execution_timeout_seconds or default.execution_timeout_seconds,
            retention_days=declared.retention_days or default.retention_days,
        )

    async def start(self) -> tuple[str, ...]:
        """Start the first worker; the functions it found. Raises AppError when the app cannot be used."""
        worker = await self._new_worker(self._generation)
        self._functions, self.inputs = worker.functions, worker.inputs
        self._idle.append(worker)
        return self.functions

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
        """Call the function and wait for its end; every failure is an answer with an error."""
        if function not in self._functions:
            return _error("ResourceNotFoundException", f"Function not found: {function}")
        job = Job(
            function=function,
            version=version,
            request_id=request_id,
            timeout_seconds=self.timeout_seconds,
            tenant_id=tenant_id,
            trace_header=trace_header,
            payload=payload,
        )
        async with self._slots:
            try:
                worker = await self._worker()
            except PoolClosed as closed:
                return _error("Service.Unreachable", str(closed))
            except AppError as problem:
                return _error("Runtime.ImportModuleError", f"RequestId: {request_id} Error: {problem}")
            return await self._run(worker, job)

    async def reload(self) -> tuple[str, ...]:
        """Let workers with the present code take over; running invocations end on the code they began with.

        Raises AppError when the present code cannot be used; then the workers that there are go on serving. Raises
        PoolClosed when the pool was closed meanwhile.
        """
        async with self._reloading:
            try:
                worker = await self._new_worker(self._generation + 1)
            except AppError as problem:
                self._problem = str(problem)
                raise
            self._problem, self._reloaded_at = None, time.time()
            self._generation = worker.generation
            retired, self._idle = self._idle, [worker]
            self._functions, self.inputs = worker.functions, worker.inputs
            for idle in retired:
                self._retire(idle)
            self._freed.set()
            return self.functions

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Give running invocations time to end, then end every process."""
        self._is_closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_seconds):
                await self._quiet()
        idle, self._idle = self._idle, []
        await asyncio.gather(*(worker.kill() for worker in [*idle, *self._busy]))
        await self._quiet()
        if self._retiring:
            await asyncio.wait(self._retiring)

    async def _quiet(self) -> None:
        while self._busy:
            self._freed.clear()
            await self._freed.wait()

    async def _run(self, worker: WorkerProcess, job: Job) -> FunctionAnswer:
        self._busy.add(worker)
        try:
            async with asyncio.timeout(job.timeout_seconds):
                done = await worker.run(job)
        except TimeoutError:
            await worker.kill()
            message = f"Task timed out after {job.timeout_seconds:.2f} seconds"
            _log_death("worker_timed_out", job, f"a worker took longer than {job.timeout_seconds:g} s and was killed")
            return _error("Sandbox.Timedout", f"RequestId: {job.request_id} Error: {message}")
        except WorkerDied as died:
            _log_death("worker_died", job, f"a worker died: {died}")
            return _error("Runtime.ExitError", f"RequestId: {job.request_id} Error: {died}")
        except BaseException:
            # The caller was cancelled; nobody waits for this invocation, and its worker cannot be used before it ends.
            await worker.kill()
            raise
        finally:
            self._put_back(worker)
        return _answer(done)

    async def _worker(self) -> WorkerProcess:
        """A worker for the holder of a slot."""
        while True:
            self._check_open()
            while self._idle:
                worker = self._idle.pop()  # the last used is the warmest
                if worker.is_alive:
                    return worker
                self._retire(worker)
            try:
                worker = await self._new_worker(self._generation)
                if worker.generation == self._generation:
                    return worker
                self._retire(worker)  # a reload overtook it: it may have imported the code from before
            except AppError:
                # The code on disk is broken at the moment. As long as workers with the code from before are busy,
                # one of them will come back and serve; it may have come back already.
                if self._idle:
                    continue
                if not self._busy:
                    raise
                self._freed.clear()
                await self._freed.wait()

    def _put_back(self, worker: WorkerProcess) -> None:
        self._busy.discard(worker)
        if worker.generation != self._generation or self._is_closed:
            self._retire(worker)
        elif worker.is_alive:
            self._idle.append(worker)
        self._freed.set()

    def _retire(self, worker: WorkerProcess) -> None:
        task = asyncio.create_task(worker.retire())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _new_worker(self, generation: int) -> WorkerProcess:
        worker = WorkerProcess(self._on_log, generation)
        has_credentials = (Path.home() / ".aws" / "credentials").exists()
        environment = worker_environment(os.environ, self._environment, has_credentials=has_credentials)
        await worker.start(self.app, environment)
        if self._is_closed:
            await worker.kill()
        self._check_open()
        return worker

    def _check_open(self) -> None:
        if self._is_closed:
            raise PoolClosed("the function host is shutting down")


def _log_death(event: str, job: Job, text: str) -> None:
    facts = {"event": event, "function": job.function, "request_id": job.request_id}
    logger.warning("%s: %s", job.function, text, extra=facts)


def _answer(done: Done) -> FunctionAnswer:
    if done.failure is None:
        return FunctionAnswer(payload=done.payload)
    failure = done.failure
    return FunctionAnswer(error=ErrorObject(type=failure.type, message=failure.message, stack_trace=failure.stack))


def _error(kind: str, message: str) -> FunctionAnswer:
    return FunctionAnswer(error=ErrorObject(type=kind, message=message))
