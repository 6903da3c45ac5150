"""What the check says: rules, and findings that point at a place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

Code = NewType("Code", str)
"""`ES` and three digits; the first says which family."""


class Level(StrEnum):
    """How sure a finding is to be a mistake, the gravest first."""

    ERROR = "error"
    """An execution will go wrong; the check fails."""
    WARNING = "warning"
    """It may go wrong, depending on what cannot be seen in the source."""
    INFO = "info"
    """It works; histories would be easier to read."""

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that durable functions should not do."""

    code: Code
    title: str
    level: Level
    why: str
    """What goes wrong, for somebody who has never seen a replay."""
    mend: str
    """What to write instead, as one sentence."""
    bad: str
    """The smallest program that the rule finds fault with."""
    good: str
    """The same program, mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One offence against a rule."""

    path: str
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    rule: Rule
    message: str

    @property
    def place(self) -> tuple[str, int, int, str]:
        """What findings are sorted by, and what two of the same offence share."""
        return self.path, self.line, self.column, self.rule.code
