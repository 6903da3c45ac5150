"""Branches of a `def` function: which thread carries out which script, and who must stop.

A branch has a thread while it runs. When more branches want to run than there are threads, one that is parked gives
its thread away: it is unwound, and begins again from its start when what it waits for has come. Everything that it
did before is answered from history then, as on any replay.
"""

from collections import deque
from collections.abc import Callable

from everstep.core.records import dataclass, field
from everstep.sdk.replay.requests import BranchEnded, Script

THREADS_MAX = 200
"""Branches with a thread at a time; AWS Lambda allows 1,024 threads and processes in an environment."""


@dataclass(slots=True)
class Crew:
    """The branches of one map or parallel. Guarded by its driver's lock."""

    parent: "Branch | None"
    """The branch that spawned them, if it was one itself."""
    ended: deque[BranchEnded] = field(default_factory=deque)
    """Told by `Join`, in the order in which they ended."""
    is_dismissed: bool = False


@dataclass(slots=True, eq=False)
class Branch:
    """One spawned script."""

    crew: Crew
    index: int
    make: Callable[[], Script[object]]
    waits_for: Callable[[], bool] | None = None
    """What an unwound branch waits for; None for one that runs or may run."""

    @property
    def is_dismissed(self) -> bool:
        """Whether nothing of it may be recorded any more: its batch is done, or one around it."""
        branch: Branch | None = self
        while branch is not None:
            if branch.crew.is_dismissed:
                return True
            branch = branch.crew.parent
        return False


@dataclass(slots=True)
class Roster:
    """The branches that have no thread. Guarded by its driver's lock."""

    threads: int = 0
    """Threads that carry out branches, those that wait in a `Join` left out: they only wait for others."""
    ready: deque[Branch] = field(default_factory=deque)
    unwound: list[Branch] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return self.threads >= THREADS_MAX

    def take(self) -> Branch | None:
        """The next branch that may run and is still wanted."""
        while self.ready:
            branch = self.ready.popleft()
            if not branch.is_dismissed:
                return branch
        return None

    def recall(self) -> None:
        """Something changed: unwound branches whose time has come may run again, in their order."""
        kept = []
        for branch in self.unwound:
            if branch.is_dismissed:
                continue
            if branch.waits_for is not None and branch.waits_for():
                branch.waits_for = None
                self.ready.append(branch)
            else:
                kept.append(branch)
        self.unwound = kept
