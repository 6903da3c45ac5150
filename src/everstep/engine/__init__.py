"""everstep inside any program: durable functions without a server, a network or another process.

A web application, a script or a worker opens an Engine (or a SyncEngine, where there is no event loop) on a store, and
starts executions of functions that run in its own threads. See docs/engine.md.
"""

from everstep.core.limits import Quotas
from everstep.core.model import ExecutionStatus
from everstep.engine.blocking import SyncCallbackHandle, SyncEngine, SyncExecutionHandle
from everstep.engine.engine import Engine
from everstep.engine.errors import (
    AlreadyStartedError,
    CallbackClosedError,
    EngineClosedError,
    EngineError,
    ExecutionFailedError,
    ExecutionStoppedError,
    ExecutionTimedOutError,
    NotFoundError,
)
from everstep.engine.handles import CallbackHandle, ExecutionHandle
from everstep.service.ports import StoreError

__all__ = [
    "AlreadyStartedError",
    "CallbackClosedError",
    "CallbackHandle",
    "Engine",
    "EngineClosedError",
    "EngineError",
    "ExecutionFailedError",
    "ExecutionHandle",
    "ExecutionStatus",
    "ExecutionStoppedError",
    "ExecutionTimedOutError",
    "NotFoundError",
    "Quotas",
    "StoreError",
    "SyncCallbackHandle",
    "SyncEngine",
    "SyncExecutionHandle",
]
