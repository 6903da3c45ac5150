"""ES5: code that keeps an invocation from being suspended."""

import ast
from collections.abc import Iterator, Sequence

from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.scene import Scene
from everstep.lint.vocabulary import sdk_name

_START = """from everstep import DurableContext, durable_execution

"""
_ASYNC = """from everstep import AsyncDurableContext, durable_execution

"""

SWALLOWED = Rule(
    code=Code("ES501"),
    title="suspension swallowed",
    level=Level.ERROR,
    why="An operation that must wait leaves the handler through a BaseException; caught, the code runs on without it.",
    mend="Catch `Exception`, which lets a suspension pass, or raise again.",
    bad=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    try:
        context.wait(3600, name="an hour")
    except BaseException:
        return "failed"
""",
    good=f"""{_START}@durable_execution
def order(event, context: DurableContext):
    try:
        context.wait(3600, name="an hour")
    except Exception:
        return "failed"
""",
)
CANCELLED = Rule(
    code=Code("ES502"),
    title="cancellation caught",
    level=Level.ERROR,
    why="An async handler is suspended by cancelling it; whoever catches that goes on in an invocation that is over.",
    mend="Let CancelledError pass, or raise it again; to clean up, `finally` is enough.",
    bad=f"""import asyncio
{_ASYNC}@durable_execution
async def order(event, context: AsyncDurableContext):
    try:
        await context.wait(3600, name="an hour")
    except asyncio.CancelledError:
        return "cancelled"
""",
    good=f"""import asyncio
{_ASYNC}@durable_execution
async def order(event, context: AsyncDurableContext):
    try:
        await context.wait(3600, name="an hour")
    except asyncio.CancelledError:
        context.logger.info("not yet")
        raise
""",
)
RULES = (SWALLOWED, CANCELLED)

_CANCELLATIONS = frozenset(
    {"asyncio.CancelledError", "asyncio.exceptions.CancelledError", "concurrent.futures.CancelledError"}
)


def findings(scene: Scene) -> Iterator[Finding]:
    if not scene.is_replayed:
        return
    for node in scene.function.nodes:
        match node:
            case ast.Try() | ast.TryStar():
                if any(_waits(scene, each) for each in node.body):
                    yield from _handlers(scene, node.handlers)
                if any(_waits(scene, each) for each in (*node.body, *node.orelse)):
                    yield from _leaving(scene, node.finalbody)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                if any(_waits(scene, each) for each in body):
                    yield from _suppressed(scene, items)
            case _:
                pass


def _waits(scene: Scene, node: ast.AST) -> bool:
    """Whether a suspension may come out of this; in async code it comes out of any `await`."""
    return scene.acts(node) or (
        scene.function.is_async
        and any(isinstance(each, ast.Await) and not _is_called_off(scene, each.value) for each in scene.inside(node))
    )


def _is_called_off(scene: Scene, awaited: ast.expr) -> bool:
    """Whether this waits for the end of what the function itself has cancelled, which is there at once."""
    return isinstance(awaited, ast.Name) and any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "cancel"
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == awaited.id
        for call in scene.calls()
    )


def _handlers(scene: Scene, handlers: Sequence[ast.ExceptHandler]) -> Iterator[Finding]:
    for handler in handlers:
        caught = _caught(scene, handler.type)
        if caught is None:
            continue
        if _raises_again(scene, handler):
            if _is_suspension(scene, caught):
                return  # what comes after it never sees a suspension
            continue
        if caught in _CANCELLATIONS:
            if scene.function.is_async:
                yield scene.finding(CANCELLED, handler, "catches the cancellation by which an invocation is suspended")
        else:
            how = "a bare `except`" if not caught else f"`except {caught.rpartition('.')[2]}`"
            yield scene.finding(SWALLOWED, handler, f"{how} around durable operations swallows a suspension")


def _raises_again(scene: Scene, handler: ast.ExceptHandler) -> bool:
    """Whether what was caught goes on, at once or later, under a name that it was given."""
    kept: set[str] = set()
    for node in (node for part in handler.body for node in scene.inside(part)):
        match node:
            case ast.Raise():
                return True
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=caught)) if caught == handler.name:
                kept.add(name)
            case _:
                pass
    return any(
        isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in kept
        for node in scene.function.nodes
    )


def _caught(scene: Scene, kind: ast.expr | None) -> str | None:
    """The type that would catch a suspension: empty for a bare `except`, None if there is none."""
    if kind is None:
        return ""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    names = [name for each in kinds if (name := scene.external(each))]
    return next((name for name in names if _catches(name)), None)


def _catches(name: str) -> bool:
    return name == "builtins.BaseException" or name in _CANCELLATIONS or sdk_name(name) == "SuspendExecution"


def _is_suspension(scene: Scene, caught: str) -> bool:
    return caught in {"", "builtins.BaseException"} or sdk_name(caught) == "SuspendExecution" or scene.function.is_async


def _leaving(scene: Scene, body: Sequence[ast.stmt]) -> Iterator[Finding]:
    for part in body:
        for node in scene.inside(part):
            if isinstance(node, ast.Return):
                yield scene.finding(SWALLOWED, node, "`return` in `finally` swallows a suspension")


def _suppressed(scene: Scene, items: Sequence[ast.withitem]) -> Iterator[Finding]:
    for item in items:
        match item.context_expr:
            case ast.Call(func=func, args=kinds) as call if scene.external(func) == "contextlib.suppress":
                if any((name := scene.external(kind)) and _catches(name) for kind in kinds):
                    yield scene.finding(SWALLOWED, call, "`suppress` around durable operations swallows a suspension")
            case _:
                pass
