"""The operations' own indexes, and that no decision costs more because an execution has grown."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from everstep.core.limits import Limits
from everstep.core.machine.commands import BeginInvocation, Checkpoint, Command, Crashed, InvocationEnded, Tick
from everstep.core.machine.decide import decide, due_at, evolve
from everstep.core.machine.state import Execution, Operations, is_waiting, restore
from everstep.core.messages import CheckpointRequest
from everstep.core.model import Action, ErrorObject, Kind, Millis, Operation, OperationId, Status
from tests.core.machine.factories import (
    START,
    TOKEN,
    a_wait,
    an_execution,
    an_operation,
    an_update,
)
from tests.core.machine.life import live

WAITING = {
    (Kind.STEP, Status.PENDING),
    (Kind.WAIT, Status.STARTED),
    (Kind.CALLBACK, Status.STARTED),
    (Kind.CHAINED_INVOKE, Status.STARTED),
}
MANY = Limits(operations_max=10_000)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", Status)
def test_a_function_may_wait_for_exactly_these(kind: Kind, status: Status) -> None:
    assert is_waiting(an_operation(status, kind=kind)) is ((kind, status) in WAITING)


def test_an_operation_that_is_due_again_later_is_due_only_then() -> None:
    operations = Operations()
    operations.apply([an_operation(Status.PENDING, due_at=Millis(5))])
    operations.apply([an_operation(Status.PENDING, due_at=Millis(9))])
    assert operations.due(Millis(8)) == []
    assert operations.next_due() == 9
    assert [o.id for o in operations.due(Millis(9))] == ["a"]


def test_an_operation_that_is_due_at_the_same_moment_again_is_due_once() -> None:
    operations = Operations()
    for due in (5, None, 5):
        moment = Millis(due) if due is not None else None
        operations.apply([an_operation(Status.PENDING if due else Status.READY, due_at=moment)])
    assert [o.id for o in operations.due(Millis(5))] == ["a"]
    assert [o.id for o in operations.due(Millis(5))] == ["a"], "asking does not change the answer"


def test_the_next_due_moment_besides_some_leaves_them_where_they_are() -> None:
    operations = Operations()
    operations.apply(an_operation(Status.PENDING, f"s{n}", due_at=Millis(n), seq=n) for n in (1, 2, 3))
    ids = [OperationId(f"s{n}") for n in (1, 2, 3)]
    assert operations.next_due(ids[:2]) == 3
    assert operations.next_due(ids) is None
    assert operations.next_due() == 1


def test_what_moved_is_told_in_the_order_it_moved_and_once() -> None:
    operations = Operations()
    operations.apply([an_operation(Status.READY, "late", seq=1), an_operation(Status.READY, "early", seq=2)])
    operations.apply([an_operation(Status.READY, "early", seq=2, moved_in=4)])
    operations.apply([an_operation(Status.READY, "late", seq=1, moved_in=5)])
    operations.apply([an_operation(Status.STARTED, "early", seq=2, moved_in=4)])
    assert [o.id for o in operations.moved_since(0)] == ["early", "late"]
    assert [o.id for o in operations.moved_since(4)] == ["late"]
    assert not operations.has_moved_since(5)


def test_a_restored_execution_decides_like_the_one_that_was_stored() -> None:
    life = live()
    life.save(*(a_wait(id_=f"w{n}", wait_seconds=10 - n) for n in range(5)))
    life.pass_time(seconds=8)
    stored = restore(life.execution.origin, life.head, list(life.execution.operations))
    for seconds in (0, 1, 2, 60):
        now = Millis(life.now + seconds * 1000)
        command = Checkpoint(request=CheckpointRequest(token=life.token))
        assert decide(stored, command, now) == decide(life.execution, command, now)
        assert decide(stored, Tick(), now) == decide(life.execution, Tick(), now)
    assert due_at(stored) == due_at(life.execution)


# --------------------------------------------------------------------------- the cost of a decision
def work_of(act: Callable[[], object]) -> int:
    """How many instructions of Python it takes: the same on every machine, however busy."""
    count = 0

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def grown(size: int) -> Execution:
    """Finished steps, open waits, and one wait and one step that are due in a second."""
    soon, later = Millis(START + 1_000), Millis(START + 9_000_000)
    steps = [an_operation(Status.SUCCEEDED, f"s{n}", ended_at=START) for n in range(size)]
    waits = [an_operation(Status.STARTED, f"w{n}", Kind.WAIT, due_at=later) for n in range(size)]
    ripe = [
        an_operation(Status.STARTED, "wait", Kind.WAIT, due_at=soon),
        an_operation(Status.PENDING, "step", due_at=soon),
    ]
    return an_execution(*steps, *waits, *ripe)


def a_checkpoint(*actions: Action) -> Command:
    updates = tuple(an_update(action, "new", payload="1" if action is Action.SUCCEED else None) for action in actions)
    return Checkpoint(request=CheckpointRequest(token=TOKEN, updates=updates))


COMMANDS = [
    a_checkpoint(),
    a_checkpoint(Action.START, Action.SUCCEED),
    a_checkpoint(Action.RETRY),
    InvocationEnded(number=1, end=Crashed(error=ErrorObject(type="ValueError"))),
    BeginInvocation(number=1, id="again"),
    Tick(),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
@pytest.mark.parametrize("seconds", [0, 1])
def test_a_decision_costs_the_same_however_large_the_execution_is(command: Command, seconds: int) -> None:
    def cost(size: int) -> int:
        execution, now = grown(size), Millis(START + seconds * 1_000)

        def act() -> None:
            delta = decide(execution, command, now, MANY)
            due_at(evolve(execution, delta))

        return work_of(act)

    small, large = cost(10), cost(2_000)
    assert small > 100, "nothing was measured"
    assert large <= small * 1.05


def test_the_thousandth_step_costs_what_the_tenth_did() -> None:
    life = live(limits=MANY)
    execution, token = life.execution, life.token
    costs = {}
    for number in range(1, 1_001):
        updates = tuple(an_update(action, f"s{number}") for action in (Action.START, Action.SUCCEED))
        command = Checkpoint(request=CheckpointRequest(token=token, updates=updates, client_token="c"))

        def act(before: Execution = execution, command: Command = command) -> None:
            nonlocal execution, token
            delta = decide(before, command, START, MANY)
            execution = evolve(before, delta)
            token = getattr(delta.response, "token", token)

        if number in (10, 1_000):
            costs[number] = work_of(act)
        else:
            act()
    assert len(execution.operations) == 1_000
    assert costs[1_000] <= costs[10] * 1.05


def test_a_counter_sees_work_that_grows() -> None:
    """The measure itself: what looks at every operation costs more with more of them."""

    def look(operations: list[Operation]) -> None:
        assert all(operation.seq for operation in operations)

    small, large = list(grown(10).operations), list(grown(100).operations)
    assert work_of(lambda: look(large)) > 5 * work_of(lambda: look(small))
