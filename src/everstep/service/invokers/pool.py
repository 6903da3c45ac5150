"""Calls functions in worker processes that this program runs itself."""

from dataclasses import dataclass
from typing import Protocol

from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig


class Pool(Protocol):
    """What runs the functions: a `WorkerPool` of the host."""

    def config(self, function: str) -> FunctionConfig | None: ...

    async def invoke(
        self,
        function: str,
        payload: bytes,
        request_id: str,
        *,
        version: str = ...,
        tenant_id: str | None = ...,
        trace_header: str | None = ...,
    ) -> FunctionAnswer: ...


@dataclass(frozen=True, slots=True)
class PoolInvoker:
    """An `Invoker`, and the `Functions` that it can call: those that the pool has at the moment."""

    pool: Pool

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        return await self.pool.invoke(
            call.function,
            call.payload,
            call.request_id,
            version=call.version,
            tenant_id=call.tenant_id,
            trace_header=call.trace_header,
        )

    def find(self, name: str) -> FunctionConfig | None:
        return self.pool.config(name)
