"""ES6: memory that outlives an invocation, and is not the history."""

import ast
from collections.abc import Iterator

from everstep.lint.changes import Change, changes, is_plain_data
from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.names import home_of
from everstep.lint.scene import Scene
from everstep.lint.syntax import Module

_START = """from everstep import DurableContext, durable_execution

"""

DEFAULT = Rule(
    code=Code("ES601"),
    title="default value changed by a durable function",
    level=Level.ERROR,
    why="A default is made once per process: what one execution or replay puts into it, the next one finds.",
    mend="Let the default be None, and make a new container in the function.",
    bad=f"""{_START}def pack(context: DurableContext, items, packed=[]):
    for item in items:
        packed.append(context.step(lambda _: item, name=f"pack {{item}}"))
    return packed
""",
    good=f"""{_START}def pack(context: DurableContext, items, packed=None):
    packed = packed or []
    for item in items:
        packed.append(context.step(lambda _: item, name=f"pack {{item}}"))
    return packed
""",
)
GLOBAL = Rule(
    code=Code("ES602"),
    title="module variable changed by a durable function",
    level=Level.WARNING,
    why="Each replay changes it again, other executions in the process see it, and another process does not.",
    mend="Keep it in a local variable or in the result of an operation; change shared things in a step.",
    bad=f"""{_START}ORDERS = []

@durable_execution
def order(event, context: DurableContext):
    ORDERS.append(event["id"])
    context.wait(60, name="cool down")
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    orders = []
    orders.append(event["id"])
    context.wait(60, name="cool down")
    return orders
""",
)
RULES = (DEFAULT, GLOBAL)


def findings(scene: Scene) -> Iterator[Finding]:
    if not scene.is_replayed:
        return
    for change in changes(scene):
        home = home_of(change.name, scene.function)
        if home is scene.function:
            yield from _default(scene, change)
        elif (home is None or isinstance(home, Module)) and _is_memory(scene, change):
            yield scene.finding(GLOBAL, change.node, f"{change.name!r} of the module is changed by every replay")


def _default(scene: Scene, change: Change) -> Iterator[Finding]:
    """Only where the name still stands for the default: it is a parameter that nothing else is assigned to."""
    if len(scene.function.names[change.name]) > 1:
        return
    parameter = next((each for each in scene.function.parameters if each.name == change.name), None)
    if parameter is not None and _is_container(scene, parameter.default):
        message = f"{change.name!r} is changed, and its default value is shared by all calls"
        yield scene.finding(DEFAULT, change.node, message)


def _is_container(scene: Scene, default: ast.expr | None) -> bool:
    match default:
        case ast.List() | ast.Dict() | ast.Set():
            return True
        case ast.Call(func=func):
            return scene.external(func) in {"builtins.list", "builtins.dict", "builtins.set"}
        case _:
            return False


def _is_memory(scene: Scene, change: Change) -> bool:
    is_known = change.name in scene.function.globals or is_plain_data(scene, change.name)
    return is_known and not _is_remembered(scene, change)


def _is_remembered(scene: Scene, change: Change) -> bool:
    """Whether a value is only kept for next time, as in `if CLIENT is None: CLIENT = …`."""
    return any(
        isinstance(above, ast.If)
        and any(isinstance(each, ast.Name) and each.id == change.name for each in ast.walk(above.test))
        for above in scene.above(change.node)
    )
