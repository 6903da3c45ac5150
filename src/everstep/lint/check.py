"""The check as a whole: paths and a way to read them in, findings out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from everstep.lint.cast import Cast
from everstep.lint.findings import Finding
from everstep.lint.ignores import MARK, heed
from everstep.lint.names import Names
from everstep.lint.program import Program, ReadText
from everstep.lint.scene import Scene
from everstep.lint.settings import Settings
from everstep.lint.syntax import Module
from everstep.lint.table import CHECKS, NOT_PYTHON
from everstep.lint.vocabulary import MARKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    findings: Sequence[Finding]
    """Sorted by place, of every level."""
    files: int
    """How many files were looked at for durable functions."""


def check(paths: Iterable[str], read_text: ReadText, settings: Settings | None = None) -> Report:
    """Check these files, and whatever functions of the project they lead to.

    Only files that mention durable functions are parsed, and those that these import from, but none of an SDK's own.
    `read_text` gives the text
    of a file, or None for a path that is no file of the project. Nothing is imported or run.
    """
    settings = settings or Settings()
    program = Program(read_text)
    wanted = list(dict.fromkeys(paths))
    modules = [module for path in wanted if (module := _worth_reading(program, path)) is not None]
    cast = Cast(Names(program))
    for module in modules:
        cast.enter(module)
    found: dict[Module, list[Finding]] = {module: [] for module in modules}
    for scene in [Scene(part, cast) for part in cast.parts]:
        for look in CHECKS:
            found.setdefault(scene.function.module, []).extend(look(scene))
    codes = settings.in_force()
    heeded = [finding for module, all_in in found.items() for finding in heed(module, _once(all_in), codes)]
    findings = [finding for finding in [*heeded, *_broken(program)] if finding.rule.code in codes]
    return Report(findings=sorted(findings, key=lambda finding: finding.place), files=len(wanted))


def _worth_reading(program: Program, path: str) -> Module | None:
    text = program.text(path) if not program.is_of_an_sdk(path) else None
    return program.module(path) if text is not None and any(mark in text for mark in (*MARKS, MARK)) else None


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """A function that plays several parts is found fault with once."""
    return iter({finding.place: finding for finding in findings}.values())


def _broken(program: Program) -> Iterator[Finding]:
    for path, (line, column, reason) in program.broken.items():
        yield Finding(path=path, line=line, column=column, rule=NOT_PYTHON, message=reason)
