"""The functions of a pool, as the service sees them."""

import asyncio

from everstep.service.invokers.pool import PoolInvoker
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig


class Echo:
    """A pool of one function that answers with what it was asked."""

    def config(self, function: str) -> FunctionConfig | None:
        return FunctionConfig(name=function, timeout_seconds=30) if function == "place" else None

    async def invoke(
        self,
        function: str,
        payload: bytes,
        request_id: str,
        *,
        version: str = "1",
        tenant_id: str | None = None,
        trace_header: str | None = None,
    ) -> FunctionAnswer:
        return FunctionAnswer(
            payload=f"{function} {payload!r} {request_id} {version} {tenant_id} {trace_header}".encode()
        )


def test_a_call_reaches_the_pool_with_all_its_facts() -> None:
    call = FunctionCall(
        function="place",
        version="$LATEST",
        payload=b"{}",
        request_id="r-1",
        tenant_id="acme",
        trace_header="Root=1",
    )
    answer = asyncio.run(PoolInvoker(Echo()).invoke(call))
    assert answer.payload == b"place b'{}' r-1 $LATEST acme Root=1"


def test_the_functions_are_those_of_the_pool() -> None:
    found = PoolInvoker(Echo()).find("place")
    assert found is not None
    assert (found.name, found.is_durable, found.timeout_seconds) == ("place", True, 30)
    assert PoolInvoker(Echo()).find("nobody") is None
