"""The table and the picture of the results."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.picture import BEGIN, END, drawn, put_table
from bench.rows import Better, Row
from bench.table import lines, markdown


def a_row(contestant: str, *values: float, absent: str = "") -> Row:
    return Row(
        workload="a",
        case="1,000 steps, over HTTP, SQLite FULL",
        contestant=contestant,
        figure="per_second",
        unit="steps/s",
        better=Better.HIGHER,
        values=values,
        absent=absent,
    )


ROWS = [a_row("everstep-http", 1_600), a_row("restate", 400), a_row("dbos & co", absent="no npm")]


def test_the_picture_is_well_formed_and_has_a_bar_for_everybody_who_has_a_value() -> None:
    tree = ElementTree.fromstring(drawn(ROWS))
    bars = [element.get("class") for element in tree.iter("{http://www.w3.org/2000/svg}rect")]
    assert bars == ["ours", "peer"]


def test_a_case_is_drawn_once_though_its_rows_stand_apart() -> None:
    other = replace(ROWS[1], case="checkpoints of a step, 32 clients")
    assert drawn([ROWS[0], other, ROWS[1]]).count(ROWS[0].case) == 1


def test_the_table_tells_who_is_absent_and_why() -> None:
    assert any("dbos & co" in line and "absent: no npm" in line for line in lines(ROWS))
    assert any("| everstep-http | 1,600 | steps/s | 4x |" in line for line in markdown(ROWS))


def test_a_table_replaces_the_one_before_it_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    put_table(document, ["new"])
    assert document.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_document_without_a_place_for_the_table_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("before\n")
    with pytest.raises(ValueError, match="no place for the results"):
        put_table(document, ["new"])
