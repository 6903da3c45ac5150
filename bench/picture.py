"""The picture of the results: per case, one bar for each contestant, on a logarithmic scale.

Hand-made SVG that follows the reader's light or dark theme.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from bench.rows import Better, Row
from bench.table import shown

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
CASES = (
    "1,000 steps, in process, memory",
    "1,000 steps, in process, SQLite FULL",
    "1,000 steps, over HTTP, SQLite FULL",
    "executions of 5 steps, 16 at a time",
    "checkpoints of a step, 32 clients",
    "to the first new step after 1,000",
    "import, beyond a bare Python",
)
"""What stands for each kind of cost; the table has the rest."""
FIGURES = frozenset({"per_second", "cpu_ms"})

WIDTH, LABEL_WIDTH, VALUE_WIDTH = 760, 190, 120
BAR, GAP, CASE_GAP, HEAD = 14, 4, 18, 20
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .case { font-weight: 600 }
  .quiet { fill: #6e7781 }
  .ours { fill: #1f7a5c }
  .peer { fill: #b4bcc6 }
  .limit { fill: #d9a441 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #8b949e }
    .ours { fill: #3fb68b }
    .peer { fill: #57606a }
    .limit { fill: #9a7430 }
  }
"""


def write(rows: Sequence[Row], file: Path) -> None:
    file.write_text(drawn(rows))


def drawn(rows: Sequence[Row]) -> str:
    body = list(_cases(rows))
    height = body.pop() if body else HEAD
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="everstep and its peers, longer bars are better or slower as each case says">',
        f"<style>{STYLE}</style>",
        *map(str, body),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _cases(rows: Sequence[Row]) -> Iterator[str | int]:
    """The elements, and at last the height."""
    y = 0
    for case in CASES:
        found = [row for row in rows if row.case == case and row.figure in FIGURES and row.value is not None]
        if not found:
            continue
        y += HEAD
        direction = "longer is better" if found[0].better is Better.HIGHER else "shorter is better"
        yield (
            f'<text x="0" y="{y}"><tspan class="case">{escape(case)}</tspan>'
            f'<tspan class="quiet"> ({escape(found[0].unit)}, {direction}, logarithmic)</tspan></text>'
        )
        y += 8
        longest = max(row.value or 0 for row in found)
        for row in sorted(found, key=lambda row: row.value or 0, reverse=found[0].better is Better.HIGHER):
            yield from _bar(row, longest, y)
            y += BAR + GAP
        y += CASE_GAP - GAP
    yield y


def _bar(row: Row, longest: float, y: int) -> Iterator[str]:
    value = row.value or 0.0
    # Three decades: whoever is a thousand times shorter is a line.
    part = max(0.004, 1 + math.log10(max(value, 1e-9) / longest) / 3)
    length = part * (WIDTH - LABEL_WIDTH - VALUE_WIDTH)
    kind = "ours" if row.is_ours else "limit" if row.is_limit else "peer"
    base = y + BAR - 3
    yield f'<text x="{LABEL_WIDTH - 8}" y="{base}" text-anchor="end">{escape(row.contestant)}</text>'
    yield f'<rect class="{kind}" x="{LABEL_WIDTH}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2"/>'
    yield f'<text x="{LABEL_WIDTH + length + 6:.1f}" y="{base}">{shown(value)}</text>'


def put_table(document: Path, table: Sequence[str]) -> None:
    """Replace what stands between the marks in the document. Raises ValueError when they are not there."""
    text = document.read_text()
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} has no place for the results, between {BEGIN} and {END}")
    joined = "\n".join(table)
    document.write_text(f"{head}{BEGIN}\n{joined}\n{END}{tail}")
