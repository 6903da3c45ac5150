"""In which order an author's code is told the outcomes of its operations: in that in which they ended.

On a replay everything that is recorded could be told at once. But code that waits for the first of several
(`asyncio.wait`, `as_completed`), or whose tasks share something, must be told the same things in the same order as on
its first run. So outcomes pass a gate, one at a time, the earliest end first; the next one passes when the code has
come to rest. What ends in this invocation passes the same gate, after all that is recorded.

For the same reason nothing new is saved or run while something recorded is still to be told: perhaps the code will
cancel it then, as it did before.

Where there is nobody to race with there is no gate: an operation that is awaited while it is the only one passes at
once.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import Any

from everstep.core.model import Millis
from everstep.sdk.drive.lanes import Moment, promise
from everstep.sdk.drive.parking import wake
from everstep.sdk.drive.rooms import ROOM, Asked, Room


class Gate:
    """Owns the outcomes that are known and not told yet."""

    def __init__(self, watch: Callable[[], None]) -> None:
        """`watch` sees to it that `release` is called when the code has come to rest."""
        self._watch = watch
        self._loop = asyncio.get_running_loop()
        self.root = Room()
        """The handler's own."""
        self._count = 0
        self._held: list[tuple[Millis, int, Asked[Any]]] = []
        self._untold: set[Asked[Any]] = set()
        """Those of them that somebody still waits for."""
        self._turns: list[asyncio.Future[None]] = []
        """Of scripts that want to do something new."""

    @property
    def room(self) -> Room:
        """The one whose code is running."""
        return ROOM.get() or self.root

    def ask(self, moment: Moment) -> Asked[Any]:
        """The author asks for an operation; `moment` will say when it ended, if anybody knows."""
        self._count += 1
        future = promise(self._loop, moment)
        asked: Asked[Any] = Asked(self.room, self._count, future, moment)
        future.claim = partial(self._claim, asked)
        return asked

    def heard(self, asked: Asked[Any], task: asyncio.Task[Any]) -> None:
        """What works for it has ended."""
        if task.cancelled():
            asked.future.cancel()
            return
        error = task.exception()
        tell = asked.future.set_result if error is None else asked.future.set_exception
        self.ended(asked, partial(tell, task.result() if error is None else error))

    def ended(self, asked: Asked[Any], tell: Callable[[], None]) -> None:
        """The outcome is known."""
        asked.tell = tell
        if asked.task is not None and not asked.room.is_crowded:
            asked.release()
            return
        # What was known when it was asked for is kept back even from the only one: others may be asked for next.
        heappush(self._held, (asked.moment() or Millis(0), asked.number, asked))
        self._untold.add(asked)
        self._watch()

    def release(self) -> bool:
        """Tell the earliest outcome. Whether there was any."""
        while self._held:
            asked = heappop(self._held)[2]
            if not asked.future.done():
                self._tell(asked)
                return True
        return False

    @property
    def is_clear(self) -> bool:
        """Whether everything was told that is known."""
        self._untold = {asked for asked in self._untold if not asked.future.done()}  # some were cancelled
        return not self._untold

    def turn(self, asked: "Asked[Any] | None" = None) -> asyncio.Future[None]:
        """Done when everything was told; or when this operation, which was asked for before, turns out to be alone."""
        turn: asyncio.Future[None] = self._loop.create_future()
        self._turns.append(turn)
        if asked is not None:
            asked.turn = turn
        self._watch()
        return turn

    def give_turns(self) -> bool:
        """There is nothing to tell: who waits for that may go on. Whether there was anybody."""
        turns, self._turns = self._turns, []
        for turn in turns:
            wake(turn)
        return bool(turns)

    def close(self) -> None:
        """Nothing is told any more."""
        self.root.leave()
        while self._held:
            heappop(self._held)[2].future.cancel()

    def _claim(self, asked: Asked[Any]) -> None:
        """It is awaited by itself."""
        if asked.room.is_crowded:
            return
        if asked.tell is not None:
            self._tell(asked)
        elif asked.turn is not None:
            wake(asked.turn)

    def _tell(self, asked: Asked[Any]) -> None:
        self._untold.discard(asked)
        asked.release()
