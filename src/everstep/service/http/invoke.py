"""Invoke: run a function, or begin an execution of a durable one.

| type | plain function | durable function |
| --- | --- | --- |
| RequestResponse | 200 with its answer | 200 with the execution's result, when it is closed |
| Event | 202, called in the background | 202 at once |
| DryRun | 204 | 204 |

A function that failed is a success of Invoke: 200 with `X-Amz-Function-Error`. Whatever concerns an execution names
it in `X-Amz-Durable-Execution-Arn`.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from everstep.core.limits import REQUEST_BODY_BYTES_MAX
from everstep.core.model import Arn, ErrorObject, ExecutionStatus
from everstep.core.names import FunctionName
from everstep.core.refusal import Code, Refused, invalid, not_found
from everstep.core.wire.executions import EXECUTION_NAME, QUALIFIER
from everstep.core.wire.fields import Fields, named
from everstep.core.wire.text import NotJsonError, load
from everstep.core.wire.updates import TENANT_ID
from everstep.service.http.answers import function_error, with_headers
from everstep.service.http.asgi import Response
from everstep.service.http.desk import Call, Desk
from everstep.service.http.functions import function_of
from everstep.service.ports import Summary
from everstep.service.service import Service, StartCommand

STILL_RUNNING = "Sandbox.Timedout"
"""Error type of a synchronous caller's answer when its execution goes on without it."""


class InvocationType(StrEnum):
    REQUEST_RESPONSE = "RequestResponse"
    EVENT = "Event"
    DRY_RUN = "DryRun"


_TYPES = named(InvocationType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What a caller of Invoke asks for, checked."""

    function: FunctionName
    type: InvocationType
    payload: bytes
    name: str | None
    tenant_id: str | None
    trace_header: str | None


async def invoke(desk: Desk, call: Call) -> Response:
    """POST /2015-03-31/functions/{FunctionName}/invocations"""
    wanted = read_invocation(call, desk.service.limits.async_input_bytes_max)
    config = desk.service.function(wanted.function.name)
    if config is None:
        raise not_found(f"Function not found: {wanted.function.arn}")
    if wanted.name is not None and not config.is_durable:
        raise invalid(f"{config.name} is not a durable function: its invocations have no execution name")
    if wanted.type is InvocationType.DRY_RUN:
        return Response(204)
    if config.is_durable:
        return await _start(desk.service, wanted)
    return await _call_plain(desk, wanted)


def read_invocation(call: Call, async_bytes_max: int) -> Invocation:
    """What the call asks for. Raises Refused for whatever is wrong with it."""
    headers = Fields(
        {
            "InvocationType": call.headers.get("x-amz-invocation-type") or InvocationType.REQUEST_RESPONSE,
            "DurableExecutionName": call.headers.get("x-amz-durable-execution-name") or None,
            "TenantId": call.headers.get("x-amz-tenant-id") or None,
        }
    )
    invocation = Invocation(
        function=function_of(call.subject, call.query.text("Qualifier", QUALIFIER)),
        type=headers.need_choice("InvocationType", _TYPES),
        payload=call.body,
        name=headers.text("DurableExecutionName", EXECUTION_NAME),
        tenant_id=headers.text("TenantId", TENANT_ID),
        trace_header=call.headers.get("x-amzn-trace-id"),
    )
    headers.check()
    is_async = invocation.type is InvocationType.EVENT
    _check_payload(invocation, min(async_bytes_max, REQUEST_BODY_BYTES_MAX) if is_async else REQUEST_BODY_BYTES_MAX)
    return invocation


def _check_payload(invocation: Invocation, limit: int) -> None:
    size = len(invocation.payload)
    if size > limit:
        raise Refused(Code.TOO_LARGE, f"the payload has {size} bytes, an {invocation.type} invocation takes {limit}")
    if invocation.payload:
        try:
            load(invocation.payload)
        except NotJsonError as error:
            raise Refused(Code.INVALID_CONTENT, f"the payload is not JSON: {error}") from error


async def _start(service: Service, wanted: Invocation) -> Response:
    """Begin the execution, or find the one that has this name, and tell how it ends unless nobody waits."""
    started = await service.start(
        StartCommand(
            function=wanted.function.name,
            qualifier=wanted.function.qualifier,
            name=wanted.name,
            input=wanted.payload.decode() or None,
            is_async=wanted.type is InvocationType.EVENT,
            tenant_id=wanted.tenant_id,
            trace_header=wanted.trace_header,
        )
    )
    headers = (("X-Amz-Durable-Execution-Arn", started.arn), ("X-Amz-Executed-Version", started.version))
    if wanted.type is InvocationType.EVENT:
        return Response(202, headers=headers)
    return with_headers(await outcome(service, started.arn, service.limits.sync_invoke_seconds_max), *headers)


async def outcome(service: Service, arn: Arn, seconds_max: float) -> Response:
    """How the execution ended, as a synchronous caller sees it; it goes on when the caller's patience is over."""
    try:
        async with asyncio.timeout(seconds_max):
            closed = await service.closed(arn)
    except TimeoutError:
        message = f"the execution is still running after {seconds_max} seconds; GetDurableExecution tells how it ends"
        return function_error(ErrorObject(type=STILL_RUNNING, message=message))
    return result_of(closed)


def result_of(closed: Summary) -> Response:
    """The result of a closed execution: its text as it is, or the error that ended it."""
    head = closed.head
    match head.status:
        case ExecutionStatus.SUCCEEDED:
            result = "null" if head.result is None else head.result
            return Response(200, result.encode(), (("content-type", "application/json"),))
        case ExecutionStatus.FAILED | ExecutionStatus.TIMED_OUT | ExecutionStatus.STOPPED | ExecutionStatus.DELETING:
            return function_error(head.error or ErrorObject(), f"the execution ended as {head.status}")
        case ExecutionStatus.RUNNING | ExecutionStatus.PAUSING | ExecutionStatus.PAUSED:
            raise AssertionError(f"{closed.origin.arn} is not closed")
        case _:
            assert_never(head.status)


async def _call_plain(desk: Desk, wanted: Invocation) -> Response:
    function = wanted.function
    answer = desk.service.call_plain(function.name, function.qualifier, wanted.payload, wanted.tenant_id)
    if wanted.type is InvocationType.EVENT:
        desk.errands.send(answer)
        return Response(202)
    given = await answer
    version = ("X-Amz-Executed-Version", function.version)
    if given.error is not None:
        return with_headers(function_error(given.error), version)
    return Response(200, given.payload, (("content-type", "application/json"), version))
