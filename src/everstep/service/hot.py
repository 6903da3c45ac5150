"""Executions that are being worked on, kept in memory so that a checkpoint need not load its whole history.

A hot execution is a cache: the store is the truth, and its version check decides. Changes of one execution wait for
each other in its lane, so that no work is decided twice for nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from everstep.core.machine.state import Execution
from everstep.core.model import Arn


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Hot:
    """Owns the newest known version of up to `operations_max` operations' worth of executions, oldest use first out."""

    def __init__(self, operations_max: int = 200_000) -> None:
        self._operations_max = operations_max
        self._operations = 0
        self._executions: OrderedDict[Arn, Execution] = OrderedDict()
        self._lanes: dict[Arn, _Lane] = {}

    @asynccontextmanager
    async def lane(self, arn: Arn) -> AsyncIterator[None]:
        """Have the execution to oneself, in order of asking."""
        lane = self._lanes.setdefault(arn, _Lane())
        lane.users += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.users -= 1
            if lane.users == 0:
                del self._lanes[arn]

    def get(self, arn: Arn) -> Execution | None:
        execution = self._executions.get(arn)
        if execution is not None:
            self._executions.move_to_end(arn)
        return execution

    def keep(self, execution: Execution) -> None:
        """This is the newest version."""
        self.forget(execution.arn)
        if execution.head.status.is_closed and execution.head.invocation is None:
            return  # nothing will change it any more
        self._executions[execution.arn] = execution
        self._operations += _weight(execution)
        while self._operations > self._operations_max and len(self._executions) > 1:
            self.forget(next(iter(self._executions)))

    def forget(self, arn: Arn) -> None:
        """Whoever needs it loads it again."""
        execution = self._executions.pop(arn, None)
        if execution is not None:
            self._operations -= _weight(execution)


def _weight(execution: Execution) -> int:
    """Operations, and a little for the execution itself. Counted in the head: the operations are shared and grow."""
    return execution.head.operations + 10
