"""ES2: what goes wrong in an event loop."""

import ast
from collections.abc import Iterator, Mapping

from everstep.lint.cast import argument
from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.outside import Touch, holds_the_loop
from everstep.lint.scene import Scene, said
from everstep.lint.syntax import Function

_START = """from everstep import AsyncDurableContext, durable_execution

"""

UNAWAITED = Rule(
    code=Code("ES201"),
    title="operation that nobody awaits",
    level=Level.ERROR,
    why="It has begun, but nobody learns how it ends: the handler may finish first, and its failure is lost.",
    mend="Write `await` before it, or keep what it returns and await that.",
    bad=f"""{_START}@durable_execution
async def order(event, context: AsyncDurableContext):
    context.step(lambda _: "paid", name="charge")
""",
    good=f"""{_START}@durable_execution
async def order(event, context: AsyncDurableContext):
    await context.step(lambda _: "paid", name="charge")
""",
)
BLOCKING = Rule(
    code=Code("ES202"),
    title="call that holds up the event loop",
    level=Level.WARNING,
    why="`async` code shares one thread: while it blocks, no other branch goes on and no checkpoint is sent.",
    mend="Make the step a plain `def`, which runs in a thread, or use a library that awaits.",
    bad=f"""import requests
{_START}@durable_execution
async def order(event, context: AsyncDurableContext):
    async def charge(_):
        return requests.get("https://shop.example").text

    return await context.step(charge, name="charge")
""",
    good=f"""import requests
{_START}@durable_execution
async def order(event, context: AsyncDurableContext):
    def charge(_):
        return requests.get("https://shop.example").text

    return await context.step(charge, name="charge")
""",
)
HURRIED = Rule(
    code=Code("ES203"),
    title="timer shorter than a second",
    level=Level.WARNING,
    why=(
        "In an async durable function `asyncio.sleep`, `timeout`, `wait_for` and other timers of the event loop are "
        "waits that the service keeps, in whole seconds: a fraction becomes a second."
    ),
    mend="Take whole seconds; for a fraction use the body of a step, where time is real, or its `timeout=…`.",
    bad=f"""import asyncio
{_START}@durable_execution
async def order(event, context: AsyncDurableContext):
    async with asyncio.timeout(0.5):
        return await context.step(lambda _: "paid", name="charge")
""",
    good=f"""import asyncio
{_START}@durable_execution
async def order(event, context: AsyncDurableContext):
    async with asyncio.timeout(3600):
        return await context.step(lambda _: "paid", name="charge", timeout=0.5)
""",
)
RULES = (UNAWAITED, BLOCKING, HURRIED)


def findings(scene: Scene) -> Iterator[Finding]:
    yield from _blocking(scene)
    if scene.is_replayed:
        yield from _unawaited(scene)
        yield from _hurried(scene)


def _unawaited(scene: Scene) -> Iterator[Finding]:
    for call in scene.calls():
        operation = scene.cast.operation(call, scene.function)
        if operation is not None:
            if operation.is_async and (_is_dropped(scene, call) or _is_used_as_result(scene, call)):
                yield scene.finding(UNAWAITED, call, f"nobody awaits this {operation.name}")
        elif isinstance(scene.parent(call), ast.Expr):
            callees = list(scene.cast.called(scene.meaning(call.func)))
            if any(_is_coroutine(callee) for callee in callees) and scene.cast.acts(call, scene.function):
                yield scene.finding(UNAWAITED, call, f"nobody awaits `{said(call.func)}()`, so it never runs")


def _is_coroutine(function: Function) -> bool:
    return function.is_async and not any(isinstance(node, ast.Yield) for node in function.nodes)


def _is_dropped(scene: Scene, call: ast.Call) -> bool:
    """Whether the future is thrown away, at once or under a name that is never read."""
    match scene.parent(call):
        case ast.Expr():
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return not _is_read(scene.function, name)
        case _:
            return False


def _is_read(function: Function, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        for node in ast.walk(function.node)
    )


def _is_used_as_result(scene: Scene, call: ast.Call) -> bool:
    """Whether the future stands where only its result makes sense."""
    match scene.parent(call):
        case ast.Subscript(value=value):
            return value is call
        case ast.BinOp() | ast.Compare() | ast.FormattedValue() | ast.UnaryOp():
            return True
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return test is call
        case ast.For(iter=iterable):
            return iterable is call
        case _:
            return False


def _blocking(scene: Scene) -> Iterator[Finding]:
    """In replayed code other rules speak of input, output and sleep already."""
    if not scene.function.is_async:
        return
    for call in scene.calls():
        name = scene.external(call.func)
        if name is None or not holds_the_loop(name, call) or isinstance(scene.parent(call), ast.Await):
            continue
        if scene.is_replayed and scene.touch(call) is not Touch.BLOCK:
            continue
        yield scene.finding(BLOCKING, call, f"`{said(call.func)}()` holds up the event loop")


_DELAYS: Mapping[str, tuple[int, str]] = {
    "asyncio.sleep": (0, "delay"),
    "asyncio.timeout": (0, "delay"),
    "asyncio.wait": (2, "timeout"),
    "asyncio.wait_for": (1, "timeout"),
    "asyncio.get_running_loop().call_later": (0, "delay"),
    "anyio.sleep": (0, "delay"),
    "anyio.fail_after": (0, "delay"),
    "anyio.move_on_after": (0, "delay"),
}
"""Where the timers of an event loop take their seconds."""


def _hurried(scene: Scene) -> Iterator[Finding]:
    """None at all, or less, is no timer: the loop does not set one."""
    for call in scene.calls():
        if scene.touch(call) not in {Touch.NAP, Touch.LIMIT} or not scene.has_durable_timers:
            continue
        node = argument(call, *_DELAYS[scene.external(call.func) or ""])
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < 1:
            yield scene.finding(HURRIED, call, f"`{said(call)}` takes a whole second in a durable function")
