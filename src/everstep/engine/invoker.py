"""Calls functions in threads of this process. What they are told and what they answer still travels as JSON.

So a function means the same here as in a worker process, on AWS Lambda or in the test runner.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Coroutine
from functools import partial
from inspect import iscoroutine
from typing import Any

from everstep.core.model import ErrorObject
from everstep.core.names import FunctionName
from everstep.core.wire.envelope import decode_envelope, encode_output
from everstep.core.wire.text import dump, load
from everstep.engine.crossing import Crossing, CrossingClient
from everstep.engine.functions import EngineFunctions
from everstep.engine.threads import WorkerThreads
from everstep.errors import type_name
from everstep.host.lambda_context import LambdaContext
from everstep.sdk.handler import DurableFunction
from everstep.sdk.replay.failures import error_object
from everstep.service.ports import FunctionAnswer, FunctionCall, FunctionConfig
from everstep.service.service import Place

logger = logging.getLogger(__name__)


class ThreadInvoker:
    """The service's way to the functions."""

    def __init__(self, functions: EngineFunctions, threads: int, place: Place) -> None:
        self._functions = functions
        self._place = place
        self._threads = WorkerThreads(threads)
        self._crossing: asyncio.Future[Crossing] = asyncio.get_running_loop().create_future()

    def serve(self, crossing: Crossing) -> None:
        """The way back. What was taken up from an earlier process begins only now."""
        self._crossing.set_result(crossing)

    def finish(self) -> None:
        """Begin nothing more, and let functions end as soon as what they have begun is saved."""
        self._threads.fill()
        self._crossing.result().is_ending = True

    async def close(self) -> None:
        """What still runs is left to itself: it can save nothing any more."""
        self._threads.close()
        if self._crossing.done():
            await self._crossing.result().close()

    async def invoke(self, call: FunctionCall) -> FunctionAnswer:
        """Raises CancelledError for what is left to the next engine: its effect stays in the store."""
        target, config = self._functions.target(call.function), self._functions.find(call.function)
        if target is None or config is None:
            # Not the execution's fault: it goes on when an engine is opened that has the function.
            logger.warning("an execution waits for a function that this engine has not got: %s", call.function)
            raise asyncio.CancelledError
        context = self._context(call, config)
        if not isinstance(target, DurableFunction):
            return await self._threads.run(partial(_answer, partial(_call_plain, target, call, context)))
        client = CrossingClient(await asyncio.shield(self._crossing))
        answer = await self._threads.run(partial(_answer, partial(_call_durable, target, call, context, client)))
        if client.was_cut:
            raise asyncio.CancelledError  # it is invoked again at the next start
        return answer

    def _context(self, call: FunctionCall, config: FunctionConfig) -> LambdaContext:
        place = self._place
        name = FunctionName(
            name=call.function,
            qualifier=call.version,
            partition=place.partition,
            region=place.region,
            account=place.account,
        )
        return LambdaContext(
            aws_request_id=call.request_id,
            function_name=call.function,
            function_version=call.version,
            invoked_function_arn=name.arn,
            memory_limit_in_mb="128",
            log_group_name=f"/aws/lambda/{call.function}",
            log_stream_name="",
            tenant_id=call.tenant_id,
            deadline=time.monotonic() + config.timeout_seconds,
        )


def _answer(work: Callable[[], str]) -> FunctionAnswer:
    """What became of it. `sys.exit()` and its like end the invocation, as on AWS Lambda, and not the program."""
    try:
        return FunctionAnswer(payload=work().encode())
    except Exception as error:
        return FunctionAnswer(error=error_object(error))
    except BaseException as error:
        message = f"the function ended its process: {type_name(type(error))}: {error}"
        return FunctionAnswer(error=ErrorObject(type="Runtime.ExitError", message=message))


def _call_durable(
    function: DurableFunction[Any], call: FunctionCall, context: LambdaContext, client: CrossingClient
) -> str:
    envelope = decode_envelope(load(call.payload))
    return dump(encode_output(function.invoke(envelope, client, context)))  # type: ignore[arg-type]  # nobody sets it


def _call_plain(function: Callable[[Any, Any], Any], call: FunctionCall, context: LambdaContext) -> str:
    value = function(load(call.payload or b"null"), context)
    return json.dumps(asyncio.run(_awaited(value)) if iscoroutine(value) else value, ensure_ascii=False)


async def _awaited(coroutine: Coroutine[Any, Any, object]) -> object:
    return await coroutine
