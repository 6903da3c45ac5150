"""What is public in the installed official SDK, read from its source, so that nothing of it has to be imported."""

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from everstep.compat.aws_sdk.names import ROOT

Names = dict[str, set[str]]


def public_names(root: str = ROOT) -> Names | None:
    """By module below the package; None where the official package is not installed.

    Public is what a module defines under a name without an underscore, and what a package lists in `__all__`.
    """
    spec = find_spec(root)
    if spec is None or not spec.submodule_search_locations or spec.origin is None:
        return None
    folder = Path(spec.submodule_search_locations[0])
    found: Names = {}
    for file in sorted(folder.rglob("*.py")):
        module = ".".join(file.relative_to(folder).with_suffix("").parts)
        name = module.removesuffix("__init__").rstrip(".")
        if not name.startswith("__"):
            found[name] = set(_public(ast.parse(file.read_text(encoding="utf-8"))))
    return found


def _public(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names = [name]
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=listed)):
                names = [str(entry.value) for entry in listed if isinstance(entry, ast.Constant)]
            case ast.Assign(targets=targets, value=value) if not _is_type_variable(value):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                continue
        yield from (name for name in names if not name.startswith("_") and name != "logger")


def _is_type_variable(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id="TypeVar" | "ParamSpec")):
            return True
        case _:
            return False
