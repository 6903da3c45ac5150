"""The few records that these tests are made of, each with defaults that no test depends on."""

from dataclasses import replace
from typing import Any

from everstep.core.machine.state import Execution, Head, Invocation, InvocationPhase, Origin, restore
from everstep.core.model import (
    Action,
    CheckpointToken,
    ErrorObject,
    Kind,
    Millis,
    Operation,
    OperationId,
    Status,
    Update,
)
from everstep.core.names import ExecutionName, TokenParts, make_token

START = Millis(1_700_000_000_000)
TIMEOUT_SECONDS = 86_400
INVOCATION_ID = "invocation-1"


def an_origin(execution_id: str = "execution-1", **members: Any) -> Origin:
    """`members` are any of Origin's."""
    name = ExecutionName(function="orders", name="order-7", execution_id=execution_id)
    origin = Origin(
        arn=name.arn,
        execution_id=execution_id,
        name=name.name,
        function=name.function,
        version=name.version,
        function_arn=name.function_arn,
        input='"World"',
        started_at=START,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    return replace(origin, **members)


def an_update(action: Action, id_: str = "a", kind: Kind = Kind.STEP, **members: Any) -> Update:
    """`members` are any of Update's; the options that a kind requires with the action are given unless named."""
    if kind is Kind.STEP and action is Action.RETRY:
        members.setdefault("retry_delay_seconds", 5)
    if kind is Kind.WAIT and action is Action.START:
        members.setdefault("wait_seconds", 60)
    return Update(id=OperationId(id_), kind=kind, action=action, **members)


def a_wait(action: Action = Action.START, id_: str = "w", **members: Any) -> Update:
    return an_update(action, id_, Kind.WAIT, **members)


def an_end(action: Action = Action.SUCCEED, **members: Any) -> Update:
    """The function ends its execution by checkpoint."""
    return an_update(action, "execution-result-1", Kind.EXECUTION, **members)


def an_operation(status: Status, id_: str = "a", kind: Kind = Kind.STEP, **members: Any) -> Operation:
    """`members` are any of Operation's. What the service must act on next is due in a minute."""
    is_timed = status is (Status.STARTED if kind is Kind.WAIT else Status.PENDING)
    members.setdefault("due_at", Millis(START + 60_000) if is_timed else None)
    return Operation(id=OperationId(id_), kind=kind, status=status, started_at=START, **members)


def an_error(type_: str = "ValueError", message: str = "card declined") -> ErrorObject:
    return ErrorObject(type=type_, message=message)


def an_execution(*operations: Operation, **head: Any) -> Execution:
    """One with a live invocation, which holds `TOKEN`. `head` are any of Head's members."""
    known = tuple(replace(operation, seq=number) for number, operation in enumerate(operations, start=1))
    live = Invocation(number=1, phase=InvocationPhase.LIVE, id=INVOCATION_ID, started_at=START)
    written = Head(
        version=7,
        events=12,
        operations=len(known),
        invocations=1,
        invocation=live,
        seen_version=7,
        timeout_at=Millis(START + TIMEOUT_SECONDS * 1000),
        changed_at=START,
    )
    return restore(an_origin(), replace(written, **head), known)


def a_token(invocation: str = INVOCATION_ID, number: int = 0, execution_id: str = "execution-1") -> CheckpointToken:
    return make_token(TokenParts(execution_id, invocation, number))


TOKEN = a_token()
