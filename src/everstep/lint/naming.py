"""ES4: how operations are named and how long they wait."""

import ast
from collections.abc import Iterator, Mapping

from everstep.lint.cast import Operation
from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.outside import Touch
from everstep.lint.scene import Scene, said
from everstep.lint.syntax import Class, Function, Scope
from everstep.lint.vocabulary import LATER_DECORATORS, OPERATIONS, WITH_RETRY

_START = """from everstep import DurableContext, durable_execution

"""

UNNAMED = Rule(
    code=Code("ES401"),
    title="operation without a name",
    level=Level.INFO,
    why="Histories and timelines show it by its kind alone, and tests cannot find it.",
    mend="Give it `name=…`, or decorate its function with `@durable_step`.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    return context.step(lambda _: 1)
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    return context.step(lambda _: 1, name="count")
""",
)
REPEATED = Rule(
    code=Code("ES402"),
    title="two operations of one name",
    level=Level.INFO,
    why="Nobody can tell them apart in a history, and a test finds the wrong one.",
    mend="Give each a name of its own.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    context.step(lambda _: 1, name="charge")
    context.step(lambda _: 2, name="charge")
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    context.step(lambda _: 1, name="charge the deposit")
    context.step(lambda _: 2, name="charge the rest")
""",
)
UNSTABLE = Rule(
    code=Code("ES403"),
    title="time or chance in the name of an operation",
    level=Level.ERROR,
    why="A replay asks for the operation under another name than its history has, and the execution fails.",
    mend="Make names of constants, of the input, or of results of operations.",
    bad=f"""from datetime import datetime
{_START}@durable_execution
def order(event, context: DurableContext):
    context.step(lambda _: 1, name=f"charge {{datetime.now()}}")
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    context.step(lambda _: 1, name=f"charge {{event['id']}}")
""",
)
SHORT = Rule(
    code=Code("ES404"),
    title="wait shorter than a second",
    level=Level.ERROR,
    why="The service keeps time in whole seconds: nothing is refused, and a fraction becomes a second.",
    mend="Wait a second or more, or do not wait.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    context.wait(0, name="breathe")
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    context.wait(1, name="breathe")
""",
)
RULES = (UNNAMED, REPEATED, UNSTABLE, SHORT)

_UNIT_SECONDS: Mapping[str, float] = {
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
    "milliseconds": 0.001,
    "microseconds": 0.000_001,
    "weeks": 604_800,
}
_TIMEDELTA_ORDER = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")


def findings(scene: Scene) -> Iterator[Finding]:
    operations = [each for each in scene.operations() if each.name != "result"] if scene.is_replayed else []
    for operation in operations:
        yield from _name(scene, operation)
        yield from _wait(scene, operation)
    yield from _repeated(scene, operations)


def is_in_a_name(scene: Scene, node: ast.AST) -> bool:
    """Whether an expression is part of the name of an operation."""
    below = node
    for above in scene.above(node):
        match above:
            case ast.keyword(arg="name"):
                owner = scene.parent(above)
                return isinstance(owner, ast.Call) and scene.cast.operation(owner, scene.function) is not None
            case ast.Call():
                operation = scene.cast.operation(above, scene.function)
                return operation is not None and operation.argument("name") is below
            case ast.stmt():
                return False
            case _:
                below = above
    return False


def _name(scene: Scene, operation: Operation) -> Iterator[Finding]:
    if "name" not in OPERATIONS.get(operation.name, WITH_RETRY):
        return
    name = operation.argument("name")
    if name is None or (isinstance(name, ast.Constant) and not name.value):
        if any(keyword.arg is None for keyword in operation.call.keywords):
            return  # in `**options` there may be a name
        if any(isinstance(each, ast.Starred) for each in operation.call.args) or _is_named_by_its_body(
            scene, operation
        ):
            return
        yield scene.finding(UNNAMED, operation.call, f"this {operation.name} has no name")
        return
    unstable = next(_unstable(scene, name, scene.function), None)
    if unstable is not None:
        yield scene.finding(
            UNSTABLE, name, f"`{said(unstable)}` gives this {operation.name} another name on each replay"
        )


def _is_named_by_its_body(scene: Scene, operation: Operation) -> bool:
    for parameter in ("func", "submitter"):
        match operation.argument(parameter):
            case ast.Call(func=maker):
                function = scene.meaning(maker)
                if not isinstance(function, Function):
                    return True  # whatever makes it may name it
                words = {scene.cast.decoration(each, function) for each in function.decorators}
                return not LATER_DECORATORS.isdisjoint(words)
            case _:
                pass
    return False


def _unstable(scene: Scene, node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """The parts of a name that differ from replay to replay; names of variables are followed once."""
    for each in scene.inside(node):
        if isinstance(each, ast.Call) and scene.touch(each, scope) in {Touch.CLOCK, Touch.CHANCE}:
            yield each
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and not isinstance(scope, Class):
            for value, home in scene.cast.names.assigned(each.id, scope):
                if home is scene.function and isinstance(value, ast.Call | ast.JoinedStr | ast.BinOp):
                    yield from _calls_by_chance(scene, value)


def _calls_by_chance(scene: Scene, node: ast.expr) -> Iterator[ast.expr]:
    for each in scene.inside(node):
        if isinstance(each, ast.Call) and scene.touch(each) in {Touch.CLOCK, Touch.CHANCE}:
            yield each


# --------------------------------------------------------------------------- the same name twice
def _repeated(scene: Scene, operations: list[Operation]) -> Iterator[Finding]:
    seen: dict[tuple[str, str], list[Operation]] = {}
    for operation in operations:
        name = operation.argument("name")
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            earlier = seen.setdefault((ast.dump(operation.owner), name.value), [])
            twin = next((each for each in earlier if not _exclude_each_other(scene, each.call, operation.call)), None)
            if twin is not None:
                message = f"{name.value!r} is also the name of the {twin.name} in line {twin.call.lineno}"
                yield scene.finding(REPEATED, name, message)
            earlier.append(operation)


def _exclude_each_other(scene: Scene, first: ast.AST, second: ast.AST) -> bool:
    """Whether no run passes both places: they are in different arms, or the first one's arm leaves."""
    arms = _arms(scene, second)
    for fork, arm in _arms(scene, first).items():
        if fork in arms and arms[fork] is not arm:
            return True
        if fork not in arms and isinstance(arm[-1], ast.Return | ast.Raise | ast.Continue | ast.Break):
            return True
    return False


def _arms(scene: Scene, node: ast.AST) -> dict[ast.AST, list[ast.stmt]]:
    """The forks around a node, each with the arm that the node is in."""
    arms: dict[ast.AST, list[ast.stmt]] = {}
    below = node
    for above in scene.above(node):
        match above:
            case ast.If(body=body, orelse=orelse) if below is not above.test:
                arms[above] = body if below in body else orelse
            case ast.match_case(body=body) if below in body:
                arms[scene.parent(above)] = body
            case _:
                pass
        below = above
    return arms


# --------------------------------------------------------------------------- waits
def _wait(scene: Scene, operation: Operation) -> Iterator[Finding]:
    duration = operation.argument("duration") if operation.name == "wait" else None
    seconds = _seconds(scene, duration) if duration is not None else None
    if duration is not None and seconds is not None and seconds < 1:
        yield scene.finding(SHORT, duration, f"`{said(duration)}` is shorter than a second")


def _seconds(scene: Scene, node: ast.expr) -> float | None:
    """The length of a duration that is written out; None for any other."""
    match node:
        case ast.Constant(value=int() | float() as seconds) if not isinstance(seconds, bool):
            return seconds
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as seconds)):
            return -seconds
        case ast.Call(func=func, args=args, keywords=keywords):
            return _span(scene.external(func) or "", args, keywords)
        case _:
            return None


def _span(name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> float | None:
    if name == "datetime.timedelta":
        units = dict(zip(_TIMEDELTA_ORDER, args, strict=False)) | {k.arg or "": k.value for k in keywords}
    elif ".Duration" in name:
        word = name.rpartition(".")[2]
        unit = word.removeprefix("from_") if word.startswith("from_") else "seconds"
        values = [*args, *(keyword.value for keyword in keywords)]
        units = {unit: values[0]} if values else {}
    else:
        return None
    known = {unit: value.value for unit, value in units.items() if isinstance(value, ast.Constant)}
    if len(known) < len(units) or not known.keys() <= _UNIT_SECONDS.keys():
        return None
    lengths = [_UNIT_SECONDS[unit] * value for unit, value in known.items() if isinstance(value, int | float)]
    return sum(lengths) if len(lengths) == len(known) else None
