"""The branches of one map or parallel in an event loop."""

import asyncio
from collections import deque
from typing import Any, Generic, TypeVar

from everstep.sdk.drive.parking import wake
from everstep.sdk.drive.rooms import Asked
from everstep.sdk.replay.requests import BranchEnded, Script

T = TypeVar("T")


class Crew:
    """Owns the tasks of the branches, and who has ended."""

    def __init__(self) -> None:
        self.ended: deque[BranchEnded] = deque()
        """Told by `Join`, in the order in which they ended."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._waiter: asyncio.Future[None] | None = None

    def add(self, branch: asyncio.Task[Any]) -> None:
        self._tasks.add(branch)
        branch.add_done_callback(self._tasks.discard)

    def note(self, ended: BranchEnded) -> None:
        self.ended.append(ended)
        if self._waiter is not None:
            wake(self._waiter)

    async def wait(self) -> None:
        """Until one more branch has ended."""
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    def dismiss(self) -> None:
        """Stop the branches that have not ended."""
        for task in tuple(self._tasks):
            task.cancel()


class Strand(Generic[T]):
    """One script on its way, with the branches that it spawned."""

    def __init__(self, script: Script[T], known: Asked[T] | None = None) -> None:
        self.script = script
        self.known = known
        """The operation, if it was asked for before and the script has done nothing new for it yet."""
        self.crew = Crew()
