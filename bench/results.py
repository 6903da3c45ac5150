"""Results as JSON, for programs and for the next run.

    {"schema": 1, "machine": {...}, "rounds": 3, "seconds": 700, "rows": [
        {"workload": "a", "case": "...", "contestant": "...", "figure": "per_second", "unit": "steps/s",
         "better": "higher", "values": [...], "median": 1, "absent": "", "note": "", "lead": 1, "target": "",
         "verdict": "met"}]}

`lead` is how many times as good as the best peer a row of ours is; `verdict` is null without a target.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.machine import Machine
from bench.rows import Row, in_order, lead, verdict

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One run."""

    machine: Machine
    rounds: int
    seconds: float
    rows: Sequence[Row]


def as_json(results: Results) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "machine": asdict(results.machine),
        "rounds": results.rounds,
        "seconds": round(results.seconds),
        "rows": [_row(row, results.rows) for row in in_order(results.rows)],
    }


def write(results: Results, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(as_json(results), indent=1) + "\n")


def _row(row: Row, rows: Sequence[Row]) -> dict[str, Any]:
    found = verdict(row, rows)
    ahead = lead(row, rows)
    return {
        "workload": row.workload,
        "case": row.case,
        "contestant": row.contestant,
        "figure": row.figure,
        "unit": row.unit,
        "better": row.better.value,
        "values": [_short(value) for value in row.values],
        "median": None if row.value is None else _short(row.value),
        "absent": row.absent,
        "note": row.note,
        "lead": None if ahead is None else _short(ahead),
        "target": str(row.target or ""),
        "verdict": None if found is None else found.value,
    }


def _short(value: float) -> float:
    """Four significant digits; the rest is noise."""
    return float(f"{value:.4g}")
