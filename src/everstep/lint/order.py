"""ES3: operations in an order that nobody promises."""

import ast
from collections.abc import Iterator

from everstep.lint.cast import Role, returned
from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.names import External
from everstep.lint.scene import Scene, said
from everstep.lint.syntax import Scope

_START = """from everstep import DurableContext, durable_execution

"""

UNORDERED = Rule(
    code=Code("ES301"),
    title="operations in an order that may change",
    level=Level.ERROR,
    why="Operations are matched with the history by their order; that of a set or of a folder is never the same.",
    mend="Put `sorted(…)` around it, or use a list or a dict, which keep their order.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    for item in set(event["items"]):
        context.step(lambda _: item, name="pack")
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    for item in sorted(set(event["items"])):
        context.step(lambda _: item, name="pack")
""",
)
SHUFFLED = Rule(
    code=Code("ES302"),
    title="result in an order that may change",
    level=Level.WARNING,
    why="The same execution, run again, would answer differently; tests and callers that compare results are misled.",
    mend="Put `sorted(…)` around the set or listing.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    kinds = {{item["kind"] for item in event["items"]}}
    return list(kinds)
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    kinds = {{item["kind"] for item in event["items"]}}
    return sorted(kinds)
""",
)
RULES = (UNORDERED, SHUFFLED)

_SETS = frozenset(
    {
        "builtins.set()",
        "builtins.frozenset()",
        "collections.abc.Set()",
        "collections.abc.MutableSet()",
        "typing.AbstractSet()",
        "typing.FrozenSet()",
        "typing.Set()",
    }
)
_SET_METHODS = frozenset({"union", "difference", "intersection", "symmetric_difference", "copy"})
_LISTINGS = frozenset(
    {
        "glob.glob()",
        "glob.iglob()",
        "os.listdir()",
        "os.scandir()",
        "os.walk()",
        "pathlib.Path().glob()",
        "pathlib.Path().iterdir()",
        "pathlib.Path().rglob()",
    }
)
_KEEPS_ORDER = frozenset(
    f"builtins.{name}" for name in ("enumerate", "filter", "iter", "list", "map", "reversed", "tuple", "zip", "dict")
) | {"builtins.dict.fromkeys", "itertools.chain", "itertools.islice", "itertools.batched"}
_DEPTH_MAX = 8
"""How far variables are followed; enough for code that people read."""


def findings(scene: Scene) -> Iterator[Finding]:
    yield from _shuffled(scene)
    if not scene.is_replayed:
        return
    for node in scene.function.nodes:
        match node:
            case ast.For(iter=source, body=body):
                if any(scene.acts(each) for each in body):
                    yield from _unordered(scene, source)
            case ast.ListComp(generators=generators) | ast.GeneratorExp(generators=generators):
                if scene.acts(node.elt):
                    yield from (each for generator in generators for each in _unordered(scene, generator.iter))
            case ast.SetComp(generators=generators) | ast.DictComp(generators=generators):
                if any(scene.acts(each) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)):
                    yield from (each for generator in generators for each in _unordered(scene, generator.iter))
            case ast.Call():
                operation = scene.cast.operation(node, scene.function)
                inputs = (operation.argument("inputs") or operation.argument("functions")) if operation else None
                if inputs is not None:
                    yield from _unordered(scene, inputs)
                if scene.external(node.func) == "asyncio.as_completed" and node.args:
                    yield from _raced(scene, node.args[0])
            case _:
                pass


def _shuffled(scene: Scene) -> Iterator[Finding]:
    """A set that is returned as a set promises no order; a sequence made of one seems to."""
    if scene.role not in {Role.HANDLER, Role.BRANCH}:
        return
    for result in returned(scene.function):
        for part in _parts(result):
            match part:
                case ast.Call(func=ast.Attribute(attr="join"), args=[source]):
                    is_shuffled = _is_unordered(scene, source, scene.function)
                case _:
                    is_set = _is_set(scene, part, scene.function)
                    is_shuffled = not is_set and _is_unordered(scene, part, scene.function)
            if is_shuffled:
                yield scene.finding(SHUFFLED, part, f"the order of `{said(part)}` may change with each run")


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Dict(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _parts(part)
        case _:
            yield node


def _unordered(scene: Scene, source: ast.expr) -> Iterator[Finding]:
    if _is_unordered(scene, source, scene.function):
        yield scene.finding(UNORDERED, source, f"the order of `{said(source)}` may change, and operations follow it")


def _raced(scene: Scene, futures: ast.expr) -> Iterator[Finding]:
    """Bare coroutines become tasks in the order of their addresses."""
    match futures:
        case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
            parts = [part]
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            pass
        case _:
            return
    for part in parts:
        if isinstance(part, ast.Call) and scene.cast.operation(part, scene.function) is None and scene.acts(part):
            callees = scene.cast.called(scene.meaning(part.func))
            if any(callee.is_async for callee in callees):
                message = f"`as_completed` starts `{said(part.func)}()` in an order that may change; make tasks of it"
                yield scene.finding(UNORDERED, part, message)


def _is_unordered(scene: Scene, node: ast.expr, scope: Scope, depth: int = 0) -> bool:
    if depth > _DEPTH_MAX:
        return False
    match node:
        case ast.Call(func=func, args=args):
            maker = scene.external(func, scope)
            if maker in _KEEPS_ORDER:
                return any(_is_unordered(scene, each, scope, depth + 1) for each in args)
            if isinstance(func, ast.Attribute) and func.attr in {"keys", "values", "items"}:
                return _is_unordered(scene, func.value, scope, depth + 1)
        case ast.ListComp(generators=generators) | ast.GeneratorExp(generators=generators):
            return any(_is_unordered(scene, each.iter, scope, depth + 1) for each in generators)
        case ast.DictComp(generators=generators):
            return any(_is_unordered(scene, each.iter, scope, depth + 1) for each in generators)
        case ast.Starred(value=value):
            return _is_unordered(scene, value, scope, depth + 1)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return any(isinstance(each, ast.Starred) and _is_unordered(scene, each, scope, depth + 1) for each in parts)
        case ast.Name(id=name) if not _is_set(scene, node, scope):
            values = scene.cast.names.assigned(name, scope)
            return bool(values) and all(_is_unordered(scene, value, home, depth + 1) for value, home in values)
        case _:
            pass
    return _is_set(scene, node, scope)


def _is_set(scene: Scene, node: ast.expr, scope: Scope) -> bool:
    value = scene.meaning(node, scope)
    if not isinstance(value, External):
        return False
    owner, _, method = value.name.removesuffix("()").rpartition(".")
    return value.name in _SETS | _LISTINGS or (owner in _SETS and method in _SET_METHODS)
