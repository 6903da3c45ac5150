"""What became of the tests, and how that is said."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    test: str
    verdict: Verdict
    reason: str = ""
    """The first line of what was wrong."""

    @property
    def is_good(self) -> bool:
        return self.verdict is not Verdict.FAILED


def read_results(file: str, report: Path) -> list[Result]:
    """The results in a JUnit report. A file that gave none has failed as a whole."""
    if not report.exists():
        return [Result(file, Verdict.FAILED, "the tests did not run to their end")]
    cases = list(ElementTree.parse(report).iter("testcase"))
    return [_result(case) for case in cases] or [Result(file, Verdict.FAILED, "no tests were found")]


def _result(case: ElementTree.Element) -> Result:
    test = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
    for verdict, tags in ((Verdict.FAILED, ("failure", "error")), (Verdict.SKIPPED, ("skipped",))):
        for tag in tags:
            if (found := case.find(tag)) is not None:
                return Result(test, verdict, (found.get("message") or "").partition("\n")[0])
    return Result(test, Verdict.PASSED)


def closing_line(results: list[Result]) -> str:
    """Each test that did not pass, and the count."""
    lines = [f"{r.verdict.upper()} {r.test}: {r.reason}" for r in results if r.verdict is not Verdict.PASSED]
    count = Counter(result.verdict for result in results)
    return "\n".join([*lines, ", ".join(f"{count[verdict]} {verdict}" for verdict in Verdict), ""])
