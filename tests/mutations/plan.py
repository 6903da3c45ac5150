"""Ten bugs, each a replacement of one piece of source by another.

Each breaks one promise that `tests.invariants` names. When the source moves on, its piece must be found again here:
a bug that cannot be planted any more fails loudly.
"""

from dataclasses import dataclass
from pathlib import Path


class AnchorGoneError(LookupError):
    """The piece of source that a bug replaces is not there, or not only once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A bug, and where it goes."""

    name: str
    file: str
    """Below src/everstep."""
    right: str
    wrong: str

    def plant(self, source: Path) -> None:
        """Put it into a copy of src. Raises AnchorGoneError."""
        file = source / "everstep" / self.file
        text = file.read_text(encoding="utf-8")
        if text.count(self.right) != 1:
            raise AnchorGoneError(f"{self.name}: {self.file} has {text.count(self.right)} times {self.right!r}")
        file.write_text(text.replace(self.right, self.wrong), encoding="utf-8")


MUTATIONS = (
    Mutation(
        name="lost wake-up",
        file="core/machine/life.py",
        right="head.invoke_at is None and draft.news():",
        wrong="head.invoke_at is None and len(draft.news()) > 1:",
    ),
    Mutation(
        name="double invocation",
        file="core/machine/invocation.py",
        right="owed is None or owed.phase is not InvocationPhase.OWED or owed.number",
        wrong="owed is None or owed.number",
    ),
    Mutation(
        name="early timer",
        file="core/machine/wait.py",
        right="Millis(now + update.wait_seconds * 1000)",
        wrong="Millis(now + update.wait_seconds * 999)",
    ),
    Mutation(
        name="token not checked",
        file="core/machine/checkpoint.py",
        right="may_write and token == token_of(draft, live):",
        wrong="may_write:",
    ),
    Mutation(
        name="effect before commit",
        file="service/service.py",
        right=(
            "                try:\n"
            "                    await self._commit(delta)\n"
            "                except StaleVersionError:"
        ),
        wrong=(
            "                try:\n                    self._tell(delta)\n"
            "                    await self._commit(delta)\n                except StaleVersionError:"
        ),
    ),
    Mutation(
        name="ClientToken ignored",
        file="core/machine/checkpoint.py",
        right="    if repeated is not None:\n        return draft.finish(repeated)",
        wrong="    del repeated",
    ),
    Mutation(
        name="callback to the wrong execution",
        file="service/service.py",
        right="        arn, operation_id = named\n",
        wrong="        arn, operation_id = named\n        arn = next(iter(self._hot._executions), arn)\n",
    ),
    Mutation(
        name="event id gap",
        file="core/machine/draft.py",
        right="self._execution.head.events + len(self._events) + 1",
        wrong="self._execution.head.events + 2 * len(self._events) + 1",
    ),
    Mutation(
        name="orphan write after completion",
        file="core/machine/checkpoint.py",
        right="    is_open = draft.is_open and not life.is_overdue(draft)\n",
        wrong="    is_open = True\n",
    ),
    Mutation(
        name="lost timer at restart",
        file="core/machine/state.py",
        right="    kept._moved = deque(sorted(kept._moved))\n",
        wrong="    kept._moved = deque(sorted(kept._moved))\n    kept._timers.clear()\n",
    ),
)
