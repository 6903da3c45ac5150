"""Reads the source of a package into records that the rules can judge; nothing is imported or run.

Every import counts, wherever it stands: under `if TYPE_CHECKING` and inside functions too. `from a import b` is an
arrow to the module `a.b` where there is one, else to `a`.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file."""

    name: str
    """Dotted; a package has the name of its folder."""
    is_package: bool
    lines: int
    tree: ast.Module


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One import: who, whom, where."""

    source: str
    target: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


def parse(name: str, text: str, *, is_package: bool = False) -> Module:
    return Module(name=name, is_package=is_package, lines=len(text.splitlines()), tree=ast.parse(text, filename=name))


def read_folder(root: Path, *folders: str) -> list[Module]:
    """Every Python file below the folders, named from `root`."""
    files = [file for folder in folders for file in sorted((root / folder).rglob("*.py"))]
    return [_read(root, file) for file in files]


def _read(root: Path, file: Path) -> Module:
    parts = file.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return parse(name, file.read_text(encoding="utf-8"), is_package=is_package)


def arrows(modules: Iterable[Module]) -> list[Arrow]:
    """Every import of every module, of our own modules and of foreign ones."""
    known = {module.name: module for module in modules}
    return [arrow for module in known.values() for arrow in _arrows_of(module, known)]


def _arrows_of(module: Module, known: Mapping[str, Module]) -> Iterable[Arrow]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                targets = [alias.name for alias in names]
            case ast.ImportFrom(names=names):
                origin = _origin(module, node)
                targets = sorted({_deepest(f"{origin}.{alias.name}", origin, known) for alias in names})
            case _:
                continue
        for target in targets:
            yield Arrow(source=module.name, target=target, line=node.lineno)


def _origin(module: Module, node: ast.ImportFrom) -> str:
    """What `from … import` names, with leading dots resolved."""
    if not node.level:
        return node.module or ""
    package = module.name.split(".")
    keep = len(package) - node.level + (1 if module.is_package else 0)
    return ".".join([*package[:keep], *filter(None, [node.module])])


def _deepest(full: str, origin: str, known: Mapping[str, Module]) -> str:
    return full if full in known else origin
