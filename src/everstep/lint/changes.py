"""Where a function changes what a name stands for: assignments through it, and methods that change a container."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from everstep.lint.names import External, Instance
from everstep.lint.scene import Scene

_CONTAINERS = frozenset(
    f"{owner}()"
    for owner in (
        "builtins.list",
        "builtins.dict",
        "builtins.set",
        "builtins.bytearray",
        "collections.defaultdict",
        "collections.deque",
        "collections.Counter",
        "collections.OrderedDict",
        "typing.List",
        "typing.Dict",
        "typing.Set",
        "collections.abc.MutableMapping",
        "collections.abc.MutableSequence",
        "collections.abc.MutableSet",
    )
)
_CHANGING = frozenset(
    {"add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem", "popleft"}
) | {"remove", "reverse", "setdefault", "sort", "subtract", "update"}


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    node: ast.expr | ast.stmt


def changes(scene: Scene) -> Iterator[Change]:
    """What the function changes beyond its own variables: by `nonlocal` and `global`, or in what a name stands for."""
    elsewhere = scene.function.globals | scene.function.nonlocals
    for node in scene.function.nodes:
        match node:
            case ast.Assign(targets=targets):
                yield from (change for target in targets for change in _through(target, node, elsewhere))
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
                yield from _through(target, node, elsewhere)
            case ast.NamedExpr(target=target):
                yield from _through(target, node, elsewhere)
            case ast.Delete(targets=targets):
                yield from (change for target in targets for change in _through(target, node, elsewhere))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as owner, attr=method)) if method in _CHANGING:
                # Only of what is a container as far as the source tells: a client or a session may have an `add`, too.
                if scene.external(owner) in _CONTAINERS:
                    yield Change(name, node)
            case _:
                pass


def _through(target: ast.expr, node: ast.expr | ast.stmt, elsewhere: set[str]) -> Iterator[Change]:
    match target:
        case ast.Name(id=name):
            if name in elsewhere:
                yield Change(name, node)
        case ast.Subscript(value=owner) | ast.Attribute(value=owner):
            while isinstance(owner, ast.Subscript | ast.Attribute):
                owner = owner.value
            if isinstance(owner, ast.Name):
                yield Change(owner.id, node)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _through(part, node, elsewhere)
        case _:
            pass


def is_plain_data(scene: Scene, name: str) -> bool:
    """Whether a name stands for a container or for an object of the project, as far as the source tells."""
    value = scene.cast.names.lookup(name, scene.function)
    return isinstance(value, Instance) or (isinstance(value, External) and value.name in _CONTAINERS)
