"""`everstep check`: mistakes in durable functions, found in their source. The rules are in everstep.lint."""

import fnmatch
import gc
import os
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from everstep.cli.failure import Failure
from everstep.cli.options import json_line, json_option
from everstep.version import __version__

if TYPE_CHECKING:
    from everstep.lint import Finding, Report, Settings

LEVELS = ("error", "warning", "info")
FORMATS = ("text", "json", "sarif", "github")
CONFIG = "pyproject.toml"
PROJECT_MARKS = (CONFIG, "setup.py", ".git")
FOREIGN_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages"})
WORDS = {"error": ("error", "errors"), "warning": ("warning", "warnings"), "info": ("note", "notes")}
COLORS = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", metavar="CODES", help="Only these rules or families, as in ES0,ES301.")
@click.option("--ignore", metavar="CODES", help="Not these rules or families.")
@click.option("--level", type=click.Choice(LEVELS), help="The least level that is shown; default: warning.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="For whom.")
@json_option
def check(
    *, paths: tuple[Path, ...], select: str | None, ignore: str | None, level: str | None, form: str, as_json: bool
) -> int:
    """Find mistakes in durable functions: what differs on replay, what a step may not do, and more.

    PATH is a file or folder; without one, the paths in [tool.everstep.check] of pyproject.toml, or this folder. Nothing
    is imported or run. Exit code 1: there are findings of level error. A line is silenced with the comment
    `# everstep: ignore[ES001]`.
    """
    from everstep.lint import Level
    from everstep.lint import check as check_sources

    root = project_of(paths[0] if paths else Path())
    settings = settings_of(root)
    settings = with_options(settings, select, ignore, level)
    files = find_files(paths or tuple(root / path for path in settings.paths), root, settings.exclude)
    with without_collection(), with_deep_calls():
        report = check_sources([file.as_posix() for file in files], Reader(root, files).text, settings)
    rank = Level(settings.level).rank
    shown = [finding for finding in report.findings if finding.rule.level.rank <= rank]
    show(report, shown, "json" if as_json else form)
    return 1 if any(finding.rule.level is Level.ERROR for finding in shown) else 0


@contextmanager
def without_collection() -> Iterator[None]:
    """Syntax trees are many objects and no garbage; to look through them again and again takes half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def with_deep_calls() -> Iterator[None]:
    """A chain of a thousand operators is a tree of that depth, and it is looked at by calls within calls."""
    depth_max = sys.getrecursionlimit()
    sys.setrecursionlimit(max(depth_max, 10_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(depth_max)


def project_of(path: Path) -> Path:
    """The folder that a path's project begins in: the nearest with a sign of one, else the path's own."""
    start = Path(os.path.abspath(path))  # not resolved: names stay those that the caller uses
    if not start.is_dir():
        start = start.parent
    folders = (start, *start.parents)
    return next((each for each in folders if any((each / mark).exists() for mark in PROJECT_MARKS)), start)


def settings_of(root: Path) -> "Settings":
    from everstep.lint import SettingsError, parse_settings

    file = root / CONFIG
    if not file.is_file():
        return parse_settings({})
    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
        return parse_settings(tool.get("everstep", {}).get("check", {}))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError) as error:
        raise Failure(f"{shown_path(file.as_posix())} cannot be read: {error}") from error
    except SettingsError as error:
        raise Failure(f"{shown_path(file.as_posix())}, [tool.everstep.check]: {error}") from error


def with_options(settings: "Settings", select: str | None, ignore: str | None, level: str | None) -> "Settings":
    """The settings, as far as the command line does not say otherwise."""
    from everstep.lint import Level, SettingsError

    try:
        return replace(
            settings,
            select=codes(select) if select is not None else settings.select,
            ignore=codes(ignore) if ignore is not None else settings.ignore,
            level=Level(level) if level is not None else settings.level,
        )
    except SettingsError as error:
        raise Failure(str(error)) from error


def codes(text: str) -> tuple[str, ...]:
    return tuple(code for each in text.split(",") if (code := each.strip()))


# --------------------------------------------------------------------------- files
def find_files(paths: Iterable[Path], root: Path, exclude: Sequence[str]) -> list[Path]:
    """The Python files at and below these paths; a file that is named is taken, whatever it is called."""
    files: list[Path] = []
    for path in paths:
        whole = Path(os.path.abspath(path))
        if whole.is_dir():
            files.extend(file for file in _below(whole) if not _is_excluded(file, root, exclude))
        elif whole.is_file():
            files.append(whole)
        else:
            raise Failure(f"there is no file or folder {path}")
    if not files:
        raise Failure(f"there is no Python file in {', '.join(str(path) for path in paths)}")
    return files


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_foreign(Path(here, name)))
        yield from (Path(here, name) for name in sorted(names) if name.endswith(".py"))


def _is_foreign(folder: Path) -> bool:
    """Whether a folder holds other people's code, or none: a hidden one, an environment."""
    return folder.name.startswith(".") or folder.name in FOREIGN_FOLDERS or (folder / "pyvenv.cfg").exists()


def _is_excluded(file: Path, root: Path, patterns: Iterable[str]) -> bool:
    name = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


class Reader:
    """Gives the text of a project's files, and of those that were named."""

    def __init__(self, root: Path, files: Iterable[Path]) -> None:
        self._root = f"{root.as_posix().rstrip('/')}/"
        self._named = {file.as_posix() for file in files}

    def text(self, path: str) -> str | None:
        is_ours = path.startswith(self._root) and FOREIGN_FOLDERS.isdisjoint(path.split("/"))
        if path not in self._named and not is_ours:
            return None
        try:
            with tokenize.open(path) as file:
                return file.read()
        except OSError:
            return None
        except UnicodeDecodeError:  # in an encoding that it does not declare: the parser will say so
            return Path(path).read_text(encoding="utf-8", errors="surrogateescape")


# --------------------------------------------------------------------------- showing
def show(report: "Report", shown: Sequence["Finding"], form: str) -> None:
    if form == "json":
        json_line({"findings": [as_record(finding) for finding in shown], "files": report.files})
        return
    if form == "sarif":
        from everstep.lint.sarif import sarif_log

        json_line(sarif_log(shown, shown_path, version=__version__))
        return
    for finding in shown:
        click.echo(github_line(finding) if form == "github" else text_lines(finding))
    click.echo(summary(report, shown), err=True)


def as_record(finding: "Finding") -> dict[str, object]:
    return {
        "path": shown_path(finding.path),
        "line": finding.line,
        "column": finding.column,
        "code": finding.rule.code,
        "level": finding.rule.level.value,
        "title": finding.rule.title,
        "message": finding.message,
        "why": finding.rule.why,
        "mend": finding.rule.mend,
    }


def text_lines(finding: "Finding") -> str:
    level = finding.rule.level.value
    place = f"{shown_path(finding.path)}:{finding.line}:{finding.column}"
    head = click.style(f"{level} {finding.rule.code}", fg=COLORS[level])
    return f"{place}: {head} {finding.message}\n    {finding.rule.mend}"


def github_line(finding: "Finding") -> str:
    """A command of GitHub Actions, which puts the finding beside the line of a pull request."""
    kind = {"info": "notice"}.get(finding.rule.level.value, finding.rule.level.value)
    place = {
        "file": shown_path(finding.path),
        "line": str(finding.line),
        "col": str(finding.column),
        "title": f"{finding.rule.code} {finding.rule.title}",
    }
    properties = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in place.items())
    return f"::{kind} {properties}::{_escaped(f'{finding.message}. {finding.rule.mend}')}"


def _escaped(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def summary(report: "Report", shown: Sequence["Finding"]) -> str:
    numbers = {level: sum(finding.rule.level == level for finding in shown) for level in LEVELS}
    counts = [f"{number} {WORDS[level][number > 1]}" for level, number in numbers.items() if number]
    hidden = len(report.findings) - len(shown)
    more = f"; {hidden} below that level not shown (--level info)" if hidden else ""
    return f"{', '.join(counts) or 'no findings'} in {report.files} {'file' if report.files == 1 else 'files'}{more}"


def shown_path(path: str) -> str:
    """From the working folder where it lies below it."""
    here = f"{Path.cwd().as_posix().rstrip('/')}/"
    return path.removeprefix(here)
