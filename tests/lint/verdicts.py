"""What each tool finds of each mistake: `crash_everywhere`, recorded histories and `everstep check`, asked one by one.

The table of docs/testing.md is made of the answers, so it says what is so.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from everstep.lint import Level, check
from everstep.testing import CrashError, DurableFunctionTestRunner, HistoryError, crash_everywhere, replay_history
from everstep.testing.histories import export_history
from tests.testing import workflows
from tests.testing.workflows import Case

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tests" / "testing" / "workflows.py"
START, END = "<!-- mistakes: made by tests/lint -->", "<!-- end of mistakes -->"
NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A workflow that is wrong, and what is said of it."""

    title: str
    make: Callable[[], Case]
    says: str
    """By the first tool that finds it; `…` stands for whatever differs from run to run."""
    before: Callable[[], Case] | None = None
    """Makes the code that the history was recorded with, where it is not the same."""


MISTAKES = (
    Mistake(
        title="operations in another order each time",
        make=workflows.another_order_each_time,
        says="its name was 'a' and is now 'b'",
    ),
    Mistake(
        title="time outside a step",
        make=workflows.time_outside_a_step,
        says="its result was …, and today's code makes …",
    ),
    Mistake(
        title="a side effect outside a step",
        make=workflows.effect_outside_a_step,
        says="the effect 'mail' happens outside a step, so every replay repeats it",
    ),
    Mistake(
        title="a result that depends on a set's order",
        make=workflows.order_of_a_set,
        says="its result was …, and today's code makes …",
    ),
    Mistake(
        title="a captured variable changed inside a step",
        make=workflows.changed_capture,
        says="its result was 10, and today's code makes 0",
    ),
    Mistake(
        title="a missing await",
        make=workflows.missing_await,
        says="step 'mail' was begun and never awaited, so the end of the handler cuts it off",
    ),
    Mistake(
        title="at-most-once, but with retries",
        make=workflows.at_most_once_with_retries,
        says="the effect 'charge' of step 'charge' happens 2 times instead of 1",
    ),
    Mistake(
        title="swallowing the suspension",
        make=workflows.swallowed_suspension,
        says="the handler catches the end of its invocation and goes on",
    ),
    Mistake(
        title="an effect that a retry repeats",
        make=workflows.effect_repeated_by_retries,
        says="the effect 'charge' of step 'charge' happens again with each retry",
    ),
    Mistake(
        title="an effect that a crash repeats",
        make=workflows.effect_repeated_by_a_crash,
        says="the effect 'charge' of step 'charge' happens 2 times instead of 1",
    ),
    Mistake(
        title="changed code against an old history",
        make=workflows.changed_code,
        says="its type was 'WAIT' and is now 'STEP'",
        before=workflows.before_the_change,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the tools find of one mistake; None for nothing."""

    mistake: Mistake
    crashes: str | None
    histories: str | None
    rules: tuple[str, ...]

    @property
    def says_so(self) -> bool:
        said = self.crashes or self.histories or ""
        return re.search(".*".join(map(re.escape, self.mistake.says.split("…"))), said, re.DOTALL) is not None


def verdict_on(mistake: Mistake) -> Verdict:
    return Verdict(
        mistake=mistake,
        crashes=crash_finding(mistake.make()),
        histories=history_finding(mistake),
        rules=tuple(rules_against(mistake.make)),
    )


def crash_finding(case: Case) -> str | None:
    try:
        crash_everywhere(case.handler, {}, ledger=case.ledger)
    except CrashError as error:
        return str(error)
    return None


def history_finding(mistake: Mistake) -> str | None:
    """Of the code as it is, against what an undisturbed run of it left, or of what it was."""
    case = mistake.make()
    earlier = mistake.before() if mistake.before is not None else case
    runner = DurableFunctionTestRunner(earlier.handler)
    history = json.loads(json.dumps(export_history(runner.world, runner.run({}).arn)))
    try:
        replay_history(case.handler, history)
    except HistoryError as error:
        return str(error)
    return None


def rules_against(make: Callable[[], Case]) -> Iterator[str]:
    nodes = {node.name: node for node in ast.parse(SOURCE.read_text()).body if isinstance(node, ast.FunctionDef)}
    lines = range(nodes[make.__name__].lineno, (nodes[make.__name__].end_lineno or 0) + 1)
    for finding in check([SOURCE.as_posix()], project_text).findings:
        if finding.rule.level is not Level.INFO and finding.line in lines:
            yield finding.rule.code


def project_text(path: str) -> str | None:
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.is_file() and file.is_relative_to(ROOT) else None


def table(verdicts: list[Verdict]) -> str:
    """In Markdown, between the marks that docs/testing.md has for it."""
    rows = [
        [
            verdict.mistake.title,
            "found" if verdict.crashes is not None else NOTHING,
            "found" if verdict.histories is not None else NOTHING,
            ", ".join(f"[{code}](lint.md#{code.lower()})" for code in verdict.rules) or NOTHING,
            verdict.mistake.says,
        ]
        for verdict in verdicts
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    head = ["| mistake | `crash_everywhere` | recorded histories | `everstep check` | it says |", "|" + " --- |" * 5]
    return "\n".join([START, *head, *lines, END])
