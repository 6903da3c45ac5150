"""The results as a table: on a terminal, and as Markdown for the documentation. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from bench.machine import Machine
from bench.rows import Row, Verdict, in_order, lead, verdict

HEADINGS = ("", "case", "contestant", "median", "unit", "lead", "target", "", "note")
NOTE_CHARS_MAX = 70


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """For a terminal: aligned, a blank line between cases."""
    table = [(key, [_cells(row, rows) for row in group]) for key, group in _groups(rows)]
    every = [cells for _, group in table for cells in group]
    widths = [max(len(cells[i]) for cells in [*every, HEADINGS]) for i in range(len(HEADINGS))]
    yield _aligned(HEADINGS, widths)
    for _, group in table:
        yield ""
        for number, cells in enumerate(group):
            yield _aligned(cells if number == 0 else ("", "", *cells[2:]), widths)


def markdown(rows: Sequence[Row]) -> Iterator[str]:
    yield "| | case | contestant | median | unit | lead | target | | note |"
    yield "| --- | --- | --- | ---: | --- | ---: | --- | --- | --- |"
    for _, group in _groups(rows):
        for number, row in enumerate(group):
            cells = _cells(row, rows)
            shown = cells if number == 0 else ("", "", *cells[2:])
            marked = [f"**{cell}**" if cell == Verdict.MISSED else cell for cell in shown]
            yield f"| {' | '.join(marked)} |"


def headline(machine: Machine, rounds: int, seconds: float) -> str:
    return (
        f"{machine.at}, {machine.processor}, {machine.cores} cores, {machine.python}, {machine.system}; "
        f"load {machine.load} before it began; medians of up to {rounds} rounds; took {seconds / 60:.1f} minutes."
    )


def summary(rows: Sequence[Row]) -> str:
    found = [verdict(row, rows) for row in rows]
    return ", ".join(f"{found.count(kind)} targets {kind.value}" for kind in Verdict if kind in found) or "no targets"


def _groups(rows: Sequence[Row]) -> list[tuple[tuple[str, str, str], list[Row]]]:
    ordered = groupby(in_order(rows), key=lambda row: (row.workload, row.case, row.figure))
    return [(key, list(group)) for key, group in ordered]


def _cells(row: Row, rows: Sequence[Row]) -> tuple[str, ...]:
    ahead, found = lead(row, rows), verdict(row, rows)
    note = f"absent: {row.absent}" if row.value is None else row.note
    name = (
        row.case if row.figure in ("per_second", "seconds", "growth", "bytes", "ms") else f"{row.case}: {_worded(row)}"
    )
    return (
        row.workload,
        name,
        row.contestant,
        "" if row.value is None else shown(row.value),
        row.unit,
        "" if ahead is None else f"{ahead:.2g}x" if ahead < 10 else f"{ahead:,.0f}x",
        str(row.target or ""),
        "" if found is None else found.value,
        note if len(note) <= NOTE_CHARS_MAX else note[: NOTE_CHARS_MAX - 1] + "…",
    )


def _worded(row: Row) -> str:
    return row.figure.removesuffix(f"_{row.unit}").replace("rss_mib", "memory").replace("_", " ")


def shown(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = (3, 5)
    parts = [
        cell.rjust(width) if i in numbers else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(parts).rstrip()
