"""Findings in SARIF 2.1.0, the format in which code hosts and editors take what checkers found."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from everstep.lint.findings import Finding, Level, Rule
from everstep.lint.table import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Level, str] = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def sarif_log(findings: Iterable[Finding], shown_path: Callable[[str], str], version: str) -> dict[str, object]:
    """A whole log with one run. `shown_path` names a file from the root of the repository, if it lies there."""
    places = {code: place for place, code in enumerate(RULES)}
    driver = {"name": "everstep check", "version": version, "rules": [_rule(rule) for rule in RULES.values()]}
    results = [
        {
            "ruleId": finding.rule.code,
            "ruleIndex": places[finding.rule.code],
            "level": _LEVELS[finding.rule.level],
            "message": {"text": f"{finding.message}. {finding.rule.mend}"},
            "locations": [_location(finding, shown_path(finding.path))],
        }
        for finding in findings
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} {rule.mend}", "markdown": _help(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
    }


def _help(rule: Rule) -> str:
    bad, good = (f"```python\n{sample.strip()}\n```" for sample in (rule.bad, rule.good))
    return f"{rule.why} {rule.mend}\n\n{bad}\n\nBetter:\n\n{good}\n"


def _location(finding: Finding, path: str) -> dict[str, object]:
    uri = quote(path) if not path.startswith("/") else f"file://{quote(path)}"
    region = {"startLine": finding.line, "startColumn": finding.column}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
