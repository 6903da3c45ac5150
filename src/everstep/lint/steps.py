"""ES1: what steps may not do, free as they are otherwise, and what they may not give back."""

import ast
from collections.abc import Iterator

from everstep.lint.cast import Operation, Role, records_branches, returned
from everstep.lint.changes import Change, changes
from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.names import Context, External, home_of
from everstep.lint.scene import Scene, said
from everstep.lint.syntax import Function, Scope
from everstep.lint.vocabulary import DRAWS, HANDLER_DECORATORS

_START = """from everstep import DurableContext, durable_execution

"""

NESTED = Rule(
    code=Code("ES101"),
    title="durable operation inside a step",
    level=Level.ERROR,
    why="A step runs once and only its result is kept; an operation in it is asked for in one run and not in the next.",
    mend="Call the operation beside the step, or make the step a child context: `context.run_in_child_context`.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    def charge(_):
        context.wait(60, name="bank hours")
        return "paid"

    return context.step(charge, name="charge")
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    def charge(_):
        return "paid"

    context.wait(60, name="bank hours")
    return context.step(charge, name="charge")
""",
)
CAPTURED = Rule(
    code=Code("ES102"),
    title="variable of the durable function changed inside a step or child context",
    level=Level.ERROR,
    why="Once it is recorded it does not run again: its result comes from the history, and the change does not happen.",
    mend="Return the value from the step or child context, and change the variable outside.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    paid = []
    for item in event["items"]:
        context.step(lambda _: paid.append(item), name=f"pay {{item}}")
    return paid
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    paid = []
    for item in event["items"]:
        paid.append(context.step(lambda _: item, name=f"pay {{item}}"))
    return paid
""",
)
UNSAVABLE = Rule(
    code=Code("ES103"),
    title="result that cannot be saved",
    level=Level.ERROR,
    why="Results are kept as text; a function, a generator, a lock or an open connection has none.",
    mend="Return what the next operations need: numbers, text, lists, records. Or give the operation a serializer.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    lines = context.step(lambda _: (line for line in event["lines"]), name="lines")
    return list(lines)
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    lines = context.step(lambda _: [line for line in event["lines"]], name="lines")
    return lines
""",
)
RULES = (NESTED, CAPTURED, UNSAVABLE)

_UNSAVABLE = {
    "builtins.open()": "an open file",
    "builtins.map()": "an iterator",
    "builtins.filter()": "an iterator",
    "builtins.zip()": "an iterator",
    "builtins.iter()": "an iterator",
    "builtins.enumerate()": "an iterator",
    "builtins.reversed()": "an iterator",
    "io.open()": "an open file",
    "pathlib.Path().open()": "an open file",
    "socket.socket()": "a socket",
    "socket.create_connection()": "a socket",
    **{f"threading.{each}()": "a lock" for each in ("Lock", "RLock", "Condition", "Semaphore", "Event", "Barrier")},
    **{f"asyncio.{each}()": "a lock" for each in ("Lock", "Condition", "Semaphore", "Event", "Queue")},
    "threading.Thread()": "a thread",
    "subprocess.Popen()": "a process",
    "queue.Queue()": "a queue",
    "boto3.client()": "a client",
    "boto3.resource()": "a client",
    **{f"httpx.{each}()": "a client" for each in ("Client", "AsyncClient")},
    "requests.Session()": "a client",
    "aiohttp.ClientSession()": "a client",
    "concurrent.futures.ThreadPoolExecutor()": "a pool of threads",
    **{f"{each}.connect()": "an open connection" for each in ("sqlite3", "psycopg", "psycopg2", "pymysql", "asyncpg")},
}


def findings(scene: Scene) -> Iterator[Finding]:
    if scene.role in {Role.STEP, Role.INSIDE}:
        yield from _nested(scene)
        yield from _captured(scene)
        return
    if scene.role is Role.BRANCH and records_branches(scene.function.module):
        yield from _captured(scene)
    for operation in scene.operations():
        yield from _results(scene, operation)
    yield from _own_result(scene)


def _nested(scene: Scene) -> Iterator[Finding]:
    for call in scene.calls():
        operation = scene.cast.operation(call, scene.function)
        if operation is not None:
            if not _is_the_callers(scene, operation.owner):
                yield scene.finding(NESTED, call, f"`{said(call.func)}()` makes a durable operation inside a step")
            continue
        match call.func:
            case ast.Attribute(value=owner, attr=name) if name in DRAWS and isinstance(scene.meaning(owner), Context):
                message = f"`{said(call.func)}()` inside a step counts in the first run and not on replay"
                yield scene.finding(NESTED, call, message)
            case _ if _is_given_a_context(scene, call) and scene.cast.acts(call, scene.function):
                message = f"`{said(call.func)}()` makes durable operations, and is called inside a step"
                yield scene.finding(NESTED, call, message)
            case _:
                pass


def _is_given_a_context(scene: Scene, call: ast.Call) -> bool:
    arguments = (*call.args, *(keyword.value for keyword in call.keywords))
    return any(isinstance(scene.meaning(each), Context) and not _is_the_callers(scene, each) for each in arguments)


def _is_the_callers(scene: Scene, context: ast.expr) -> bool:
    """Whether a helper was given this context: then the mistake is where a step hands it over."""
    if scene.role is not Role.INSIDE or not isinstance(context, ast.Name):
        return False
    return home_of(context.id, scene.function) is scene.function


def _captured(scene: Scene) -> Iterator[Finding]:
    for change in changes(scene):
        home = home_of(change.name, scene.function)
        if isinstance(home, Function) and home is not scene.function and _is_replayed(scene, home):
            where = "a child context" if scene.role is Role.BRANCH else "a step"
            message = f"{change.name!r} of {home.name} is changed inside {where}, which does not happen on replay"
            yield scene.finding(CAPTURED, change.node, message)
        elif home is scene.function and scene.role is Role.STEP and _is_only_filled(scene, change):
            message = f"{change.name!r} is handed to a step to be changed, which does not happen on replay"
            yield scene.finding(CAPTURED, change.node, message)


def _is_only_filled(scene: Scene, change: Change) -> bool:
    """Whether a parameter is there for nothing but to be changed; one that is also read or returned may be a draft."""
    function = scene.function
    if change.name not in {parameter.name for parameter in function.parameters[1:]}:
        return False
    reads = [node for node in function.nodes if isinstance(node, ast.Name) and node.id == change.name]
    filled = [each for each in changes(scene) if each.name == change.name]
    return len(function.names[change.name]) == 1 and len(reads) == len(filled)


def _is_replayed(scene: Scene, home: Function) -> bool:
    return any(part.function is home and scene.cast.is_replayed(part) for part in scene.cast.parts)


# --------------------------------------------------------------------------- results
def _results(scene: Scene, operation: Operation) -> Iterator[Finding]:
    if _has_own_serializer(scene, operation.call):
        return
    for body in scene.cast.step_bodies(operation, scene.function):
        for node, what in _unsavable_results(scene, body):
            where = f"the result of this {operation.name} is {what}, which cannot be saved"
            at = node if body.module is scene.function.module else operation.call
            yield scene.finding(UNSAVABLE, at, where)


def _own_result(scene: Scene) -> Iterator[Finding]:
    if scene.role in {Role.HANDLER, Role.BRANCH} and not _has_own_serializer(scene, *scene.function.decorators):
        for node, what in _unsavable_results(scene, scene.function):
            yield scene.finding(UNSAVABLE, node, f"the result of this {scene.role} is {what}, which cannot be saved")


def _unsavable_results(scene: Scene, body: Function) -> Iterator[tuple[ast.expr, str]]:
    yields = next((node for node in body.nodes if isinstance(node, ast.Yield | ast.YieldFrom)), None)
    if yields is not None:
        yield yields, "a generator"
        return
    for node in returned(body):
        what = _unsavable(scene, node, body)
        if what is not None:
            yield node, what


def _unsavable(scene: Scene, node: ast.expr, scope: Scope) -> str | None:
    match node:
        case ast.Lambda():
            return "a function"
        case ast.GeneratorExp():
            return "a generator"
        case ast.Dict(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            return next((what for part in parts if (what := _unsavable(scene, part, scope))), None)
        case _:
            pass
    match scene.meaning(node, scope):
        case External(name=name):
            return _UNSAVABLE.get(name)
        case Function():
            return "a function"
        case _:
            return None


def _has_own_serializer(scene: Scene, *calls: ast.expr) -> bool:
    """Whether a call is, or may be, told how to serialize; also for all of its module by its handlers."""
    module = scene.function.module
    if "serdes" not in module.text and "config" not in module.text:
        return False
    handlers = [
        decorator
        for function in module.functions.values()
        for decorator in function.decorators
        if isinstance(decorator, ast.Call) and scene.cast.decoration(decorator, function) in HANDLER_DECORATORS
    ]
    return any(isinstance(call, ast.Call) and _may_serialize(scene, call) for call in (*calls, *handlers))


def _may_serialize(scene: Scene, call: ast.Call) -> bool:
    for keyword in call.keywords:
        if keyword.arg is None or "serdes" in keyword.arg:
            return True
        if keyword.arg == "config":
            return _config_may_serialize(scene, keyword.value)
    return any(_config_may_serialize(scene, each) for each in call.args[2:])


def _config_may_serialize(scene: Scene, node: ast.expr) -> bool:
    match node:
        case ast.Call(keywords=keywords):
            return any(keyword.arg is None or "serdes" in keyword.arg for keyword in keywords)
        case ast.Name(id=name):
            values = [value for value, _ in scene.cast.names.assigned(name, scene.function)]
            return not values or any(_config_may_serialize(scene, v) for v in values if not isinstance(v, ast.Name))
        case ast.Constant():
            return False
        case _:
            return True
