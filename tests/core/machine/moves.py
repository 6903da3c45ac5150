"""What a checkpoint makes of one update, from any state: the operation after it, or the refusal."""

import pytest

from everstep.core.events import Event
from everstep.core.limits import LIMITS, Limits
from everstep.core.machine.commands import Checkpoint
from everstep.core.machine.decide import decide
from everstep.core.machine.state import Execution
from everstep.core.messages import CheckpointRequest
from everstep.core.model import Millis, Operation, Update
from everstep.core.refusal import Code, Refused
from tests.core.machine.factories import START, TOKEN, an_execution

LATER = Millis(START + 1_000)


def move(before: Operation | None, update: Update, now: Millis = LATER) -> tuple[Operation, list[Event]]:
    """The operation after the update, and what the history says of it. Raises Refused."""
    execution = an_execution(before) if before is not None else an_execution()
    delta = decide(execution, Checkpoint(request=CheckpointRequest(token=TOKEN, updates=(update,))), now)
    (after,) = delta.operations
    return after, list(delta.events)


def refusal(execution: Execution, *updates: Update, limits: Limits = LIMITS) -> str:
    """The message of the refusal."""
    command = Checkpoint(request=CheckpointRequest(token=TOKEN, updates=updates))
    with pytest.raises(Refused) as caught:
        decide(execution, command, LATER, limits)
    assert caught.value.code is Code.INVALID_PARAMETER
    return caught.value.message
