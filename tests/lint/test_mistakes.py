"""The check on the project's own functions: silent about the examples, and it sees what can be seen of ten mistakes."""

import ast
from pathlib import Path

from everstep.lint import check

ROOT = Path(__file__).parents[2]
MISTAKES = ROOT / "tests" / "testing" / "workflows.py"


def read_text(path: str) -> str | None:
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.is_file() and file.is_relative_to(ROOT) else None


def test_the_examples_are_sound() -> None:
    examples = [file.as_posix() for folder in ("examples", "demo") for file in (ROOT / folder).rglob("*.py")]
    report = check(examples, read_text)
    assert report.files > 3
    assert [finding for finding in report.findings if finding.rule.level != "info"] == []


def test_half_of_the_mistakes_that_crashes_show_can_be_seen_in_the_source() -> None:
    """The others are those of meaning: whether an effect may happen twice, the source does not tell."""
    cases = [node for node in ast.parse(MISTAKES.read_text()).body if isinstance(node, ast.FunctionDef)]
    found = {
        (case.name, finding.rule.code)
        for finding in check([MISTAKES.as_posix()], read_text).findings
        for case in cases
        if finding.rule.level != "info" and case.lineno <= finding.line <= (case.end_lineno or 0)
    }
    assert found == {
        ("time_outside_a_step", "ES001"),
        ("order_of_a_set", "ES302"),
        ("changed_capture", "ES102"),
        ("missing_await", "ES201"),
        ("swallowed_suspension", "ES501"),
    }
