"""docs/lint.md is the table of rules, as it is."""

import os
from pathlib import Path

from everstep.lint import RULES
from tests.lint.page import page

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"


def test_the_documented_rules_are_the_ones_in_use() -> None:
    if os.environ.get("EVERSTEP_WRITE_LINT_PAGE"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: EVERSTEP_WRITE_LINT_PAGE=1"


def test_every_rule_has_its_place_on_the_page() -> None:
    assert [code for code in RULES if f"\n### {code}\n" not in page()] == []
