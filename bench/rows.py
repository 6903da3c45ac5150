"""What was found: a row per case, contestant and figure; and what is said of it. Pure."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class Verdict(StrEnum):
    MET = "met"
    MISSED = "MISSED"
    UNKNOWN = "unknown"
    """What it is compared with was not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What we want of a figure of ours; every part that is given must hold."""

    bound: float | None = None
    """At least so much where higher is better, at most where lower is."""
    times: Mapping[str, float] = field(default_factory=dict)
    """So many times as good as these contestants, by name; 0.6 of the limit is 0.6 times as good as the limit."""

    def __str__(self) -> str:
        parts = [] if self.bound is None else [_number(self.bound)]
        parts += [f"{factor:g}x {name}" for name, factor in self.times.items()]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a task's answer that makes a row."""

    key: str
    unit: str
    better: Better
    targets: Mapping[str, Target] = field(default_factory=dict)
    """By contestant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure of one contestant in one case."""

    workload: str
    case: str
    contestant: str
    figure: str
    unit: str
    better: Better
    values: tuple[float, ...] = ()
    """One per round; none when it is absent."""
    absent: str = ""
    """Why there is no value."""
    note: str = ""
    target: Target | None = None

    @property
    def value(self) -> float | None:
        """The median."""
        return statistics.median(self.values) if self.values else None

    @property
    def is_ours(self) -> bool:
        return self.contestant.startswith("everstep")

    @property
    def is_limit(self) -> bool:
        """It is no product but what the machine allows, so it neither wins nor loses."""
        return self.contestant.startswith("bare")


def as_good(better: Better, ours: float, theirs: float) -> float:
    """How many times as good ours is as theirs."""
    above, below = (ours, theirs) if better is Better.HIGHER else (theirs, ours)
    return above / below if below > 0 else float("inf")


def rivals(row: Row, rows: Sequence[Row]) -> list[Row]:
    """The other rows of the same case and figure that have a value."""
    same = (row.workload, row.case, row.figure)
    return [
        other
        for other in rows
        if (other.workload, other.case, other.figure) == same
        and other.contestant != row.contestant
        and other.value is not None
    ]


def best_peer(row: Row, rows: Sequence[Row]) -> Row | None:
    """The best contestant of others in the row's case."""
    peers = [other for other in rivals(row, rows) if not other.is_ours and not other.is_limit]
    return max(peers, key=lambda peer: as_good(row.better, peer.value or 0.0, 1.0), default=None)


def lead(row: Row, rows: Sequence[Row]) -> float | None:
    """How many times as good a row of ours is as the best peer; None where there is none."""
    peer = best_peer(row, rows)
    if not row.is_ours or row.value is None or peer is None or peer.value is None:
        return None
    return as_good(row.better, row.value, peer.value)


def verdict(row: Row, rows: Sequence[Row]) -> Verdict | None:
    """Whether the row's target holds; None without a target."""
    if row.target is None:
        return None
    if row.value is None:
        return Verdict.UNKNOWN
    by_name = {other.contestant: other.value for other in rivals(row, rows)}
    found = [] if row.target.bound is None else [as_good(row.better, row.value, row.target.bound) >= 1]
    for name, factor in row.target.times.items():
        theirs = by_name.get(name)
        if theirs is None:
            continue
        found.append(as_good(row.better, row.value, theirs) >= factor)
    if False in found:
        return Verdict.MISSED
    is_whole = all(name in by_name for name in row.target.times)
    return Verdict.MET if is_whole and found else Verdict.UNKNOWN


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Cases in which a peer is ahead of every row of ours come first, then those that miss a target, then the rest."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.workload, row.case, row.figure), []).append(row)

    def rank(group: Sequence[Row]) -> int:
        leads = [found for row in group if (found := lead(row, rows)) is not None]
        if leads and max(leads) < 1:
            return 0
        return 1 if any(verdict(row, rows) is Verdict.MISSED for row in group) else 2

    return [row for group in sorted(groups.values(), key=rank) for row in group]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"
