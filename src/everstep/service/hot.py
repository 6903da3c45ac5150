"""Executions that are being worked on, kept in memory so that a checkpoint need not load its whole history.

A hot execution is a cache: the store is the truth, and its version check decides. Changes of one execution wait for
each other in its lane, so that no work is decided twice for nothing.
"""

import asyncio
from collections import OrderedDict
from contextlib import AbstractAsyncContextManager

from everstep.core.machine.state import Execution
from everstep.core.model import Arn


class _Lane:
    """The turn of whoever enters it, in order of asking."""

    __slots__ = ("_arn", "_lanes", "_lock", "_users")

    def __init__(self, arn: Arn, lanes: "dict[Arn, _Lane]") -> None:
        self._arn = arn
        self._lanes = lanes
        self._lock = asyncio.Lock()
        self._users = 0

    async def __aenter__(self) -> None:
        self._users += 1
        try:
            await self._lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
        self._leave()

    def _leave(self) -> None:
        self._users -= 1
        if self._users == 0:
            del self._lanes[self._arn]


class Hot:
    """Owns the newest known version of up to `operations_max` operations' worth of executions, oldest use first out."""

    def __init__(self, operations_max: int = 200_000) -> None:
        self._operations_max = operations_max
        self._operations = 0
        self._executions: OrderedDict[Arn, Execution] = OrderedDict()
        self._lanes: dict[Arn, _Lane] = {}

    def lane(self, arn: Arn) -> AbstractAsyncContextManager[None]:
        """Have the execution to oneself, in order of asking. To be entered at once."""
        lane = self._lanes.get(arn)
        if lane is None:
            lane = self._lanes[arn] = _Lane(arn, self._lanes)
        return lane

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
