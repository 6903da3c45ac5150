"""Small deltas for the stores' tests, made by hand: a store must not care whether `decide` would make them."""

from dataclasses import replace
from typing import Any

from everstep.core.events import Event, EventType
from everstep.core.machine.delta import Delta, Invoke
from everstep.core.machine.state import Head, Invocation, InvocationPhase, Origin
from everstep.core.model import Arn, Kind, Millis, Operation, OperationId, Status
from everstep.core.names import ExecutionName

NOW = Millis(1_700_000_000_000)

LIVE = Invocation(number=1, phase=InvocationPhase.LIVE, id="request-1", started_at=NOW)


def an_origin(number: int = 1, **changes: Any) -> Origin:
    """The origin of the number-th execution, started that many milliseconds after NOW."""
    name = ExecutionName(
        function=changes.get("function", "orders"),
        name=changes.get("name", f"order-{number}"),
        execution_id=f"id-{number}",
        version=changes.get("version", "$LATEST"),
    )
    born = Origin(
        arn=name.arn,
        execution_id=name.execution_id,
        name=name.name,
        function=name.function,
        version=name.version,
        function_arn=name.function_arn,
        input='{"käse": 1}',
        started_at=Millis(NOW + number),
        timeout_seconds=3600,
    )
    return replace(born, **changes)


def a_birth(origin: Origin | None = None, **changes: Any) -> Delta:
    """The first delta of an execution: its EXECUTION operation, its first event, its first invocation."""
    origin = origin or an_origin()
    started = Operation(
        id=OperationId(origin.execution_id),
        kind=Kind.EXECUTION,
        status=Status.STARTED,
        started_at=origin.started_at,
        input=origin.input,
        seq=1,
    )
    born = Delta(
        arn=origin.arn,
        base_version=0,
        head=Head(version=1, events=1, operations=1, invocations=1),
        origin=origin,
        operations=(started,),
        events=(Event(event_id=1, type=EventType.EXECUTION_STARTED, at=origin.started_at, id=started.id),),
        effects=(Invoke(arn=origin.arn, number=1),),
    )
    return replace(born, **changes)


def a_change(arn: Arn, before: Head, **changes: Any) -> Delta:
    """The next delta of an execution; members of the head are given as `head=`, those of the delta by name."""
    head = replace(before, version=before.version + 1, **changes.pop("head", {}))
    return replace(Delta(arn=arn, base_version=before.version, head=head), **changes)


def a_step(arn: Arn, before: Head, result: str = '"ok"') -> Delta:
    """What a checkpoint of one whole step writes: one operation and two events."""
    seq = before.operations + 1
    step = Operation(
        id=OperationId(f"step-{seq}"),
        kind=Kind.STEP,
        status=Status.SUCCEEDED,
        started_at=NOW,
        ended_at=NOW,
        name="charge",
        result=result,
        seq=seq,
        attempt=1,
    )
    started = Event(event_id=before.events + 1, type=EventType.STEP_STARTED, at=NOW, id=step.id, name=step.name)
    succeeded = replace(started, event_id=before.events + 2, type=EventType.STEP_SUCCEEDED, result=result)
    return a_change(
        arn,
        before,
        head={"operations": seq, "events": before.events + 2},
        operations=(step,),
        events=(started, succeeded),
        due_at=Millis(NOW + 3_600_000),
    )
