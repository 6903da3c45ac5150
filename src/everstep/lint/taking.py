"""Where a value goes: one that operations alone are given differs without harm from replay to replay.

An operation looks at what it is given when it begins, once; from then on it answers from the history. So a table's
name that is read from the environment and handed to a step is no danger, and one that decides what is done next is.
"""

import ast

from everstep.lint.cast import Role
from everstep.lint.scene import Scene
from everstep.lint.syntax import Declared, Function

_TAKES_ONCE = frozenset({"step", "wait", "invoke", "create_callback", "wait_for_callback", "wait_for_condition"})
"""Not those with branches, which are replayed with what they are given."""
_RUNS_ONCE = frozenset({Role.STEP, Role.INSIDE})


def is_only_taken(scene: Scene, node: ast.expr) -> bool:
    """Whether an expression goes into operations, at once or under a name that nothing else reads."""
    match scene.parent(node):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            reads = _reads(scene.function, name)
            bindings = [each for each in scene.function.names.get(name, ()) if not isinstance(each, Declared)]
            return len(bindings) == 1 and bool(reads) and all(_is_taken(scene, read) for read in reads)
        case _:
            return _is_taken(scene, node)


def _reads(function: Function, name: str) -> list[ast.Name]:
    return [
        node
        for node in ast.walk(function.node)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]


def _is_taken(scene: Scene, node: ast.expr) -> bool:
    below: ast.AST = node
    is_passed_on = True
    for above in scene.above(node):
        if above in scene.function.module.functions:
            roles = {part.role for part in scene.cast.parts if part.function.node is above}
            return bool(roles) and roles <= _RUNS_ONCE
        is_passed_on = is_passed_on and not isinstance(above, ast.stmt)
        operation = scene.cast.operation(above, scene.function) if isinstance(above, ast.Call) else None
        if is_passed_on and operation is not None and operation.name in _TAKES_ONCE:
            return operation.argument("name") is not below
        below = below if isinstance(above, ast.keyword) else above
    return False
