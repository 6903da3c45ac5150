"""The life of a CHAINED_INVOKE operation: the function calls another function and waits for it.

    (absent) --START--> STARTED --the target ends--> SUCCEEDED | FAILED | TIMED_OUT | STOPPED
                `--no such target--> FAILED

A durable target becomes an execution of its own, born by the effect `StartChild`; its name follows from the parent's,
so that an effect performed twice finds it there. A plain target is called once by the effect `CallFunction`.
"""

import hashlib
from collections.abc import Mapping

from everstep.core.events import EventType
from everstep.core.machine.commands import Target
from everstep.core.machine.delta import CallFunction, StartChild
from everstep.core.machine.draft import Draft
from everstep.core.machine.happening import Happening
from everstep.core.machine.rules import Rules, Table, never_due, refuse_misplaced
from everstep.core.machine.state import Origin, Parent
from everstep.core.model import Action, ErrorObject, ExecutionStatus, Millis, Operation, Status, Update
from everstep.core.names import ExecutionName, FunctionName, parse_arn, parse_function
from everstep.core.records import changed
from everstep.core.refusal import Code, invalid

TRANSITIONS: Table = {(None, Action.START): Status.STARTED}

_NOTHING = "{}"
"""What the target gets when no payload was given."""


def check(update: Update) -> None:
    refuse_misplaced(update)
    if update.invoke is None:
        raise invalid("Update for CHAINED_INVOKE operation requires ChainedInvokeOptions.")


def when_reported(call: Operation, update: Update, now: Millis) -> Operation:
    return changed(call, invoke=update.invoke, input=update.payload)


def told_by(call: Operation) -> Happening:
    assert call.invoke is not None, call
    return Happening(
        type=EventType.CHAINED_INVOKE_STARTED,
        input=call.input,
        function_name=call.invoke.function_name,
        tenant_id=call.invoke.tenant_id,
    )


def pursue(draft: Draft, call: Operation, targets: Mapping[str, Target]) -> None:
    """Have the target called, or say at once that there is none. Raises Refused for a name that cannot be one."""
    assert call.invoke is not None, call
    name = _check_function(draft.origin, call.invoke.function_name)
    target = targets.get(call.invoke.function_name)
    if target is None:
        draft.tell(call, told_by(call))
        error = ErrorObject(type=Code.NOT_FOUND.value, message=f"Function not found: {call.invoke.function_name}.")
        end(draft, call, Status.FAILED, error=error)
    elif target.is_durable:
        child = _child(draft, call, name, target)
        born = changed(call, child_arn=child.arn)
        draft.put(born)
        draft.tell(born, changed(told_by(born), executed_version=child.version))
        draft.want(StartChild(arn=draft.origin.arn, origin=child))
    else:
        draft.tell(call, changed(told_by(call), executed_version=name.version))
        draft.want(
            CallFunction(
                arn=draft.origin.arn,
                operation_id=call.id,
                function=name.name,
                version=name.version,
                payload=call.input if call.input is not None else _NOTHING,
                tenant_id=call.invoke.tenant_id,
            )
        )


def _check_function(origin: Origin, text: str) -> FunctionName:
    home = parse_arn(origin.arn)
    name = parse_function(text, home)
    if name is None:
        raise invalid(f"Invalid function ARN '{text}'")
    if home is not None and name.account != home.account:
        raise invalid("Cannot start a CHAINED_INVOKE on a function in another account.")
    if home is not None and name.region != home.region:
        raise invalid("Cannot start a CHAINED_INVOKE on a function in another region.")
    return name


def _child(draft: Draft, call: Operation, function: FunctionName, target: Target) -> Origin:
    """The child's birth certificate. Its id follows from the parent's and the operation's, so it is born once."""
    assert call.invoke is not None, call
    digest = hashlib.blake2b(f"{draft.origin.arn}|{call.id}".encode(), digest_size=16).hexdigest()
    execution_id = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))
    name = ExecutionName(
        function=function.name,
        name=execution_id,
        execution_id=execution_id,
        version=function.version,
        partition=function.partition,
        region=function.region,
        account=function.account,
    )
    return Origin(
        arn=name.arn,
        execution_id=execution_id,
        name=execution_id,
        function=function.name,
        version=name.version,
        function_arn=name.function_arn,
        input=call.input if call.input is not None else _NOTHING,
        started_at=draft.now,
        timeout_seconds=target.execution_timeout_seconds,
        retention_days=target.retention_days,
        is_async=True,
        tenant_id=call.invoke.tenant_id,
        trace_header=call.invoke.trace_id or draft.origin.trace_header,
        parent=Parent(arn=draft.origin.arn, operation_id=call.id),
    )


def end(
    draft: Draft, call: Operation, status: Status, *, result: str | None = None, error: ErrorObject | None = None
) -> None:
    """The target is done: close the operation, as news for the function."""
    over = changed(call, status=status, ended_at=draft.now, result=result, error=error, moved_in=draft.version)
    draft.put(over)
    draft.tell(over, Happening(type=_EVENT[status], result=result, error=error))


ENDED = {
    ExecutionStatus.SUCCEEDED: (Status.SUCCEEDED, EventType.CHAINED_INVOKE_SUCCEEDED),
    ExecutionStatus.FAILED: (Status.FAILED, EventType.CHAINED_INVOKE_FAILED),
    ExecutionStatus.TIMED_OUT: (Status.TIMED_OUT, EventType.CHAINED_INVOKE_TIMED_OUT),
    ExecutionStatus.STOPPED: (Status.STOPPED, EventType.CHAINED_INVOKE_STOPPED),
}
_EVENT = dict(ENDED.values())

RULES = Rules(
    transitions=TRANSITIONS,
    wrong_action="Invalid action for CHAINED_INVOKE operation.",
    wrong_state={Action.START: "Cannot start a CHAINED_INVOKE operation that already exists."},
    check=check,
    pursue=pursue,
    when_reported=when_reported,
    told_by=None,
    when_due=never_due,
    payload_name="CHAINED_INVOKE input",
    payload_bytes_max=lambda limits: limits.invoke_payload_bytes_max,
)
