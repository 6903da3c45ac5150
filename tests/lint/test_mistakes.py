"""Mistakes that a durable function can have: each is found by a tool, which one the documentation says, and no tool
complains of what we show as good.
"""

import json
import os
from pathlib import Path

import pytest

from everstep.lint import check
from everstep.scaffold.starting import Template, project_files
from everstep.testing import DurableFunctionTestRunner, replay_history
from everstep.testing.histories import export_history
from examples.hello import hello
from examples.order.workflow import order
from examples.quotes import quotes
from tests.lint.verdicts import END, MISTAKES, ROOT, START, Mistake, project_text, table, verdict_on

PAGE = ROOT / "docs" / "testing.md"


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.make.__name__ for mistake in MISTAKES])
def test_every_mistake_is_found_and_named(mistake: Mistake) -> None:
    verdict = verdict_on(mistake)
    assert verdict.crashes or verdict.histories or verdict.rules
    assert verdict.says_so, verdict


def test_the_documentation_says_what_finds_what() -> None:
    made = table([verdict_on(mistake) for mistake in MISTAKES])
    page = PAGE.read_text(encoding="utf-8")
    shown = page[page.index(START) : page.index(END) + len(END)]
    if os.environ.get("EVERSTEP_WRITE_LINT_PAGE"):
        PAGE.write_text(page.replace(shown, made), encoding="utf-8")
        shown = made
    assert shown == made, "write it anew: EVERSTEP_WRITE_LINT_PAGE=1"


def test_what_the_source_tells_the_check_sees() -> None:
    """The others are mistakes of meaning: whether an effect may happen twice the source does not tell."""
    seen = {mistake.make.__name__: verdict_on(mistake).rules for mistake in MISTAKES}
    assert {name: rules for name, rules in seen.items() if rules} == {
        "time_outside_a_step": ("ES001",),
        "order_of_a_set": ("ES302",),
        "changed_capture": ("ES102",),
        "missing_await": ("ES201",),
        "swallowed_suspension": ("ES501",),
    }


# --------------------------------------------------------------------------- what is sound
def test_the_check_has_nothing_against_the_examples() -> None:
    examples = [file.as_posix() for folder in ("examples", "demo") for file in (ROOT / folder).rglob("*.py")]
    report = check(examples, project_text)
    assert report.files > 3
    assert report.findings == []


@pytest.mark.parametrize("template", Template)
def test_the_check_has_nothing_against_a_new_project(template: Template) -> None:
    """The other tools are asked by the tests that each project brings along."""
    sources = project_files(template, "shop", "0.1.0")
    report = check([path for path in sources if path.endswith(".py")], sources.get)
    assert report.files > 1
    assert report.findings == []


def test_the_examples_fit_their_histories(tmp_path: Path) -> None:
    """That they survive crashes is tested beside the other crashes."""
    event = json.loads((ROOT / "examples" / "order" / "order.json").read_text(encoding="utf-8"))
    for function, given in ((hello, {"name": "test"}), (quotes, {}), (order, event | {"ledger": str(tmp_path / "l")})):
        runner = DurableFunctionTestRunner(function)
        arn = runner.run(given).ensure_succeeded().arn
        replay_history(function, json.loads(json.dumps(export_history(runner.world, arn))))
