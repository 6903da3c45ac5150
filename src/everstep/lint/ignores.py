"""Comments that silence a finding: `# everstep: ignore[ES001]`, or `# everstep: ignore` for all rules.

A comment behind code is for its own line, a comment on a line of its own for the next line of code.
"""

import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from everstep.lint.findings import Code, Finding
from everstep.lint.syntax import Module
from everstep.lint.table import UNUSED_IGNORE

MARK = "everstep: ignore"
_COMMENT = re.compile(rf"#\s*{MARK}(?:\[([^\]]*)\])?")
_BLANK = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT})


@dataclass(slots=True)
class Ignore:
    """One comment; notes what it was good for."""

    line: int
    """Of the comment itself."""
    column: int
    for_line: int
    codes: frozenset[str]
    """Empty for all."""
    used: set[str] = field(default_factory=set)

    def hides(self, finding: Finding) -> bool:
        if finding.line != self.for_line or (self.codes and finding.rule.code not in self.codes):
            return False
        self.used.add(finding.rule.code)
        return True


def ignores_in(text: str) -> list[Ignore]:
    """The comments of a file that can be parsed."""
    if MARK not in text:
        return []
    found: list[Ignore] = []
    waiting: list[Ignore] = []
    lines = (f"{line}\n" for line in text.split("\n"))  # `splitlines` would end lines where Python does not
    code_line = 0
    for token in tokenize.generate_tokens(lambda: next(lines, "")):
        line, column = token.start
        if token.type not in _BLANK:
            code_line = token.end[0]
            for ignore in waiting:
                ignore.for_line = line
            waiting = []
        elif token.type == tokenize.COMMENT and (match := _COMMENT.match(token.string)):
            codes = frozenset(filter(None, re.split(r"[\s,]+", match[1] or "")))
            ignore = Ignore(line=line, column=column, for_line=line, codes=codes)
            found.append(ignore)
            if code_line != line:
                waiting.append(ignore)
    return found


def heed(module: Module, findings: Iterable[Finding], known: Iterable[Code]) -> Iterator[Finding]:
    """The findings that no comment hides, and one for each comment that hides nothing.

    `known` are the rules in force; a comment for another one is left alone.
    """
    ignores = ignores_in(module.text)
    for finding in findings:
        if not [ignore for ignore in ignores if ignore.hides(finding)]:
            yield finding
    off = frozenset(known)
    for ignore in ignores:
        idle = [code for code in sorted(ignore.codes) if code not in ignore.used]
        if (idle and any(_is_in_force(code, off) for code in idle)) or not (ignore.codes or ignore.used):
            message = f"{', '.join(idle)} not found in this line" if idle else "nothing to ignore in this line"
            yield Finding(
                path=module.path, line=ignore.line, column=ignore.column + 1, rule=UNUSED_IGNORE, message=message
            )


def _is_in_force(code: str, known: frozenset[Code]) -> bool:
    return code in known or not re.fullmatch(r"ES\d{3}", code)
