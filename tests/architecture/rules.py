"""The rules of the house. Each takes modules and gives the offences as sentences; an empty list is what we want."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from tests.architecture.modules import Arrow, Module, arrows

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
CLASS_LINES_MAX = 250
PARAMETERS_MAX = 6

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Wing:
    """One row of the import table: a part of the package, and what it may import besides itself.

    A module belongs to the wing with the longest prefix that fits it; a prefix without a dot is the front door and
    fits nothing below it. `may_import` holds the prefixes of other wings.
    """

    prefix: str
    may_import: frozenset[str]


def wing_of(module: str, wings: Iterable[Wing]) -> Wing | None:
    fitting = [
        wing for wing in wings if module == wing.prefix or ("." in wing.prefix and module.startswith(wing.prefix + "."))
    ]
    return max(fitting, key=lambda wing: len(wing.prefix), default=None)


def uphill(modules: Sequence[Module], wings: Sequence[Wing], package: str) -> list[str]:
    """Imports that the table does not allow, and modules that no row of it covers."""
    homeless = [f"{module.name} belongs to no wing" for module in modules if wing_of(module.name, wings) is None]
    ours = [arrow for arrow in arrows(modules) if arrow.target.partition(".")[0] == package]
    return homeless + [str(arrow) for arrow in ours if not _is_allowed(arrow, wings)]


def _is_allowed(arrow: Arrow, wings: Sequence[Wing]) -> bool:
    source, target = wing_of(arrow.source, wings), wing_of(arrow.target, wings)
    if source is None or target is None:
        return True
    return source == target or target.prefix in source.may_import


def circles(modules: Sequence[Module]) -> list[str]:
    """One circle of imports, if there is any, drawn as a chain."""
    names = {module.name for module in modules}
    graph: dict[str, set[str]] = {name: set() for name in names}
    for arrow in arrows(modules):
        if arrow.target in names:
            graph[arrow.source].add(arrow.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" <- ".join(error.args[1])]
    return []


def reaches(modules: Sequence[Module], start: str, forbidden: Sequence[str]) -> list[str]:
    """Ways, over any number of imports, from the modules under `start` to one under `forbidden`."""
    following: dict[str, list[str]] = {}
    for arrow in arrows(modules):
        following.setdefault(arrow.source, []).append(arrow.target)
    found: list[str] = []
    trail = {module.name: module.name for module in modules if _is_under(module.name, [start])}
    queue = list(trail)
    for name in queue:
        for target in following.get(name, []):
            if target in trail:
                continue
            trail[target] = f"{trail[name]} -> {target}"
            if _is_under(target, forbidden):
                found.append(trail[target])
            else:
                queue.append(target)
    return found


def _is_under(name: str, prefixes: Iterable[str]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def impure(modules: Iterable[Module], acting: frozenset[str], stdlib: frozenset[str], package: str) -> list[str]:
    """Imports of modules that act (or are not of the standard library), and calls that act without an import."""
    pure = list(modules)
    imports = [str(arrow) for arrow in arrows(pure) if _acts(arrow.target, acting, stdlib, package)]
    return imports + [f"{m.name}:{line} calls {call}" for m in pure for line, call in _acting_calls(m)]


def _acts(target: str, acting: frozenset[str], stdlib: frozenset[str], package: str) -> bool:
    root = target.partition(".")[0]
    if root == package or target == "urllib.parse":
        return False
    return root in acting or root not in stdlib


def _acting_calls(module: Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id="open" | "print" | "input" | "exec" | "eval" | "__import__" as name)):
                yield node.lineno, f"{name}()"
            case ast.Call(func=ast.Attribute(attr="now" | "utcnow" | "today" as name)):
                yield node.lineno, f".{name}()"
            case _:
                pass


def too_long(modules: Iterable[Module]) -> list[str]:
    """Files and functions beyond what a reader can hold. A docstring does not count as body."""
    return [sentence for module in modules for sentence in _too_long(module)]


def _too_long(module: Module) -> Iterator[str]:
    if module.lines > FILE_LINES_MAX:
        yield f"{module.name} has {module.lines} lines, more than {FILE_LINES_MAX}"
    for name, node in _functions(module.tree):
        if (length := _body_lines(node)) > FUNCTION_LINES_MAX:
            yield f"{module.name}:{node.lineno} {name} has {length} lines, more than {FUNCTION_LINES_MAX}"


def large_classes(modules: Iterable[Module]) -> list[str]:
    """Classes that own too much. Not for tests: a suite of claims is a list, however long."""
    return [
        f"{module.name}:{node.lineno} {node.name} has {length} lines, more than {CLASS_LINES_MAX}"
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > CLASS_LINES_MAX
    ]


def _body_lines(node: Function) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def too_many_parameters(modules: Iterable[Module], exceptions: Mapping[str, str]) -> list[str]:
    """Functions that take more than a reader can keep apart; `self` and `cls` are not counted."""
    wide = [
        (f"{module.name}.{name}", node.lineno, count)
        for module in modules
        for name, node in _functions(module.tree)
        if (count := _parameters(node)) > PARAMETERS_MAX
    ]
    stale = set(exceptions) - {name for name, _, _ in wide}
    return [
        f"{name} (line {line}) takes {count} parameters, more than {PARAMETERS_MAX}"
        for name, line, count in wide
        if name not in exceptions
    ] + [f"{name} is excused but needs no excuse" for name in sorted(stale)]


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if not isinstance(node, ast.ClassDef):
                    yield prefix + node.name, node
                yield from _functions(node, f"{prefix}{node.name}.")
            case _:
                yield from _functions(node, prefix)


def _parameters(node: Function) -> int:
    named = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
    return len([name for name in named if name not in {"self", "cls"}])


def nameless(modules: Iterable[Module], refused: frozenset[str]) -> list[str]:
    """Modules whose name says that the thing in them has no home yet."""
    return [f"{module.name} needs a name that says what it is" for module in modules if _last(module) in refused]


def _last(module: Module) -> str:
    return module.name.rpartition(".")[2].strip("_")
