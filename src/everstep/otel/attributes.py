"""PURE: what spans and metrics say, by name.

`durable.*` are the names of the official plugin, so that what was built to read its traces reads ours. The rest are
OpenTelemetry's semantic conventions (faas, aws.lambda, cloud, error, exception). Payloads are said only on request.
"""

from collections.abc import Mapping
from typing import TypeAlias

from everstep.core.model import ErrorObject, Kind, Status
from everstep.core.names import parse_arn
from everstep.sdk.plugins.infos import (
    InvocationEndInfo,
    InvocationStartInfo,
    OperationEndInfo,
    OperationInfo,
    UserFunctionStartInfo,
)

Attributes: TypeAlias = dict[str, str | bool | int | float]

PAYLOAD_CHARS_MAX = 4096
"""Longer texts are cut; most backends refuse or cut long attributes anyway."""

FAILURES = frozenset({Status.FAILED, Status.TIMED_OUT, Status.STOPPED, Status.CANCELLED})


def function_name(arn: str) -> str:
    """The function of an execution; its whole ARN if that has an unknown shape."""
    parsed = parse_arn(arn)
    return arn if parsed is None else parsed.function


def of_execution(arn: str) -> Attributes:
    found: Attributes = {"durable.execution.arn": arn}
    parsed = parse_arn(arn)
    if parsed is not None:
        found |= {
            "durable.execution.name": parsed.name,
            "faas.name": parsed.function,
            "faas.version": parsed.version,
            "cloud.provider": "aws",
            "cloud.region": parsed.region,
        }
    return found


def of_invocation(arn: str, info: InvocationStartInfo) -> Attributes:
    found = of_execution(arn) | {"durable.invocation.first": info.is_first_invocation, "faas.trigger": "other"}
    if info.request_id is not None:
        found["faas.invocation_id"] = info.request_id
    parsed = parse_arn(arn)
    if parsed is not None:
        found["aws.lambda.invoked_arn"] = parsed.function_arn
    return found


def of_operation(arn: str, info: OperationInfo) -> Attributes:
    found: Attributes = {
        "durable.execution.arn": arn,
        "durable.operation.id": info.operation_id,
        "durable.operation.type": info.operation_type.value,
    }
    if info.sub_type is not None:
        found["durable.operation.subtype"] = info.sub_type
    if info.name is not None:
        found["durable.operation.name"] = info.name
    return found


def of_ended_operation(arn: str, info: OperationEndInfo) -> Attributes:
    found = of_operation(arn, info) | {"durable.operation.status": info.status.value}
    if info.attempt is not None:
        found["durable.operation.attempts"] = info.attempt
    return found


def of_attempt(arn: str, info: UserFunctionStartInfo) -> Attributes:
    return of_operation(arn, info) | {"durable.attempt.number": number_of(info)}


def number_of(info: OperationInfo) -> int:
    """Which attempt this is, from 1."""
    return info.attempt or 1


def name_of(info: OperationInfo) -> str:
    """How a span of the operation is called."""
    return info.name or info.sub_type or info.operation_type.value


def is_call(info: OperationInfo) -> bool:
    """Whether another function does the work."""
    return info.operation_type is Kind.CHAINED_INVOKE


def exception(error: ErrorObject) -> Mapping[str, str]:
    """The event of an error."""
    facts = {
        "exception.type": error.type,
        "exception.message": error.message,
        "exception.stacktrace": "\n".join(error.stack_trace) if error.stack_trace else None,
    }
    return {name: text for name, text in facts.items() if text is not None}


def error_type(error: ErrorObject | None, status: Status | None = None) -> str:
    """`error.type`: a class of failures, never a message."""
    if error is not None and error.type:
        return error.type
    return "_OTHER" if status is None else status.value


def payloads(prefix: str, **texts: str | None) -> Attributes:
    """What customers handed in and got, cut to a bearable length."""
    return {f"{prefix}.{name}": text[:PAYLOAD_CHARS_MAX] for name, text in texts.items() if text is not None}


def of_end(info: InvocationEndInfo) -> Attributes:
    return {"durable.invocation.status": info.status.value}
