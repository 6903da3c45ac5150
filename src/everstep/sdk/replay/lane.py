"""One sequence of the author's code: a context's own, or a task that the author made of it.

A sequence counts its operations and knows what time it is. It must read the same time at the same place whenever it
runs again, so it cannot read a clock: it takes the latest moment that it can know of from what was recorded, the end
of the last operation whose outcome it was given.
"""

from collections.abc import Iterator

from everstep.core.model import Millis
from everstep.core.records import dataclass

BEGINNING = Millis(0)
_SIBLINGS_AHEAD, _GENERATIONS_AHEAD = 32, 3


@dataclass(slots=True, eq=False)
class Lane:
    """Owns the place among the author's tasks; the path is empty for the code of a context itself."""

    path: str = ""
    tasks: int = 0
    """How many it made."""
    seen: Millis = BEGINNING
    """The latest moment that it knows of; never goes back."""

    def fork(self) -> "Lane":
        self.tasks += 1
        return Lane(f"{self.path}~{self.tasks}", seen=self.seen)

    def see(self, moment: Millis | None) -> None:
        """An outcome of this moment was given; None for what has no end of its own."""
        if moment is not None and moment > self.seen:
            self.seen = moment

    def ahead(self) -> Iterator[str]:
        """Paths of the tasks that it, or they in turn, may make next; as far as it pays to look."""
        for sibling in range(self.tasks + 1, self.tasks + 1 + _SIBLINGS_AHEAD):
            path = f"{self.path}~{sibling}"
            for _ in range(_GENERATIONS_AHEAD):
                yield path
                path += "~1"
