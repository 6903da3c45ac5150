"""ES0: what touches the world outside of steps, where code runs again with every replay."""

import ast
from collections.abc import Iterator, Mapping

from everstep.lint.cast import Role
from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.naming import is_in_a_name
from everstep.lint.outside import Touch
from everstep.lint.scene import Scene, said
from everstep.lint.taking import is_only_taken

_START = "from everstep import DurableContext, durable_execution\n"

CLOCK = Rule(
    code=Code("ES001"),
    title="clock read outside a step",
    level=Level.ERROR,
    why="Each replay reads another time, so the code may take another way than its history did.",
    mend="Take `context.now()`, or read the clock in a step.",
    bad=f"""import time
{_START}
@durable_execution
def order(event, context: DurableContext):
    context.wait(60, name="cool down")
    return time.time()
""",
    good=f"""import time
{_START}
@durable_execution
def order(event, context: DurableContext):
    context.wait(60, name="cool down")
    return context.step(lambda _: time.time(), name="ended"), context.now().isoformat()
""",
)
CHANCE = Rule(
    code=Code("ES002"),
    title="chance outside a step",
    level=Level.ERROR,
    why="Each replay draws another number or makes another id, and what was done with the first one is orphaned.",
    mend="Take `context.uuid4()` or `context.random()`, or draw in a step.",
    bad=f"""from uuid import uuid4
{_START}
@durable_execution
def order(event, context: DurableContext):
    key = str(uuid4())
    return context.step(lambda _: key, name="charge")
""",
    good=f"""from uuid import uuid4
{_START}
@durable_execution
def order(event, context: DurableContext):
    key = context.step(lambda _: str(uuid4()), name="key")
    return context.step(lambda _: key, name="charge"), str(context.uuid4())
""",
)
MACHINE = Rule(
    code=Code("ES003"),
    title="environment read outside a step",
    level=Level.WARNING,
    why="Executions outlive processes and deploys: the next replay may run elsewhere, and go another way.",
    mend="Read it in a step, or hand it to an operation and to nothing else.",
    bad=f"""import os
{_START}
@durable_execution
def order(event, context: DurableContext):
    if os.environ.get("GIFTS") == "on":
        context.step(lambda _: "wrapped", name="wrap")
    return context.step(lambda _: "sent", name="send")
""",
    good=f"""import os
{_START}
@durable_execution
def order(event, context: DurableContext):
    if context.step(lambda _: os.environ.get("GIFTS") == "on", name="gifts"):
        context.step(lambda _: "wrapped", name="wrap")
    return context.step(lambda _: "sent", name="send", retry=int(os.environ["TRIES"]))
""",
)
WORLD = Rule(
    code=Code("ES004"),
    title="input or output outside a step",
    level=Level.ERROR,
    why="It is done again with every replay, and answers differently each time.",
    mend="Move it into a step; its result is kept.",
    bad=f"""import requests
{_START}
@durable_execution
def order(event, context: DurableContext):
    answer = requests.post("https://shop.example/charge", json=event)
    context.wait(60, name="cool down")
    return answer.json()
""",
    good=f"""import requests
{_START}
@durable_execution
def order(event, context: DurableContext):
    answer = context.step(lambda _: requests.post("https://shop.example/charge", json=event).json(), name="charge")
    context.wait(60, name="cool down")
    return answer
""",
)
SLEEP = Rule(
    code=Code("ES005"),
    title="sleep instead of a wait",
    level=Level.ERROR,
    why="A sleep keeps the invocation running (and paid for), is lost in a crash and slept again by every replay.",
    mend="Use `context.wait`: it ends the invocation and comes back when the time has passed.",
    bad=f"""import time
{_START}
@durable_execution
def order(event, context: DurableContext):
    time.sleep(60)
""",
    good=f"""{_START}
@durable_execution
def order(event, context: DurableContext):
    context.wait(60, name="cool down")
""",
)
RULES = (CLOCK, CHANCE, MACHINE, WORLD, SLEEP)

_RULES: Mapping[Touch, tuple[Rule, str]] = {
    Touch.CLOCK: (CLOCK, "reads the clock outside a step"),
    Touch.CHANCE: (CHANCE, "draws by chance outside a step"),
    Touch.MACHINE: (MACHINE, "depends on the machine, outside a step"),
    Touch.WORLD: (WORLD, "acts on the world outside a step, again with every replay"),
}
_DURABLE = frozenset({Role.HANDLER, Role.BRANCH, Role.REPLAYED})


def findings(scene: Scene) -> Iterator[Finding]:
    if scene.is_replayed:
        for call in scene.calls():
            touch = scene.touch(call)
            if touch is not None and touch in _RULES and not _is_harmless(scene, call, touch):
                rule, does = _RULES[touch]
                yield scene.finding(rule, call, f"`{said(call.func)}()` {does}")
        yield from _environment(scene)
    if scene.role in _DURABLE:
        yield from _sleeps(scene)


def _is_harmless(scene: Scene, call: ast.Call, touch: Touch) -> bool:
    if touch is Touch.MACHINE and is_only_taken(scene, call):
        return True
    return scene.is_only_told(call) or is_in_a_name(scene, call)


def _environment(scene: Scene) -> Iterator[Finding]:
    """`os.environ[...]` and `... in os.environ`, which are no calls."""
    for node in scene.function.nodes:
        match node:
            case ast.Subscript(value=owner) | ast.Compare(comparators=[owner]):
                is_read = scene.external(owner) in {"os.environ", "sys.argv"}
                if is_read and not scene.is_only_told(node) and not is_only_taken(scene, node):
                    rule, does = _RULES[Touch.MACHINE]
                    yield scene.finding(rule, node, f"`{said(node)}` {does}")
            case _:
                pass


def _sleeps(scene: Scene) -> Iterator[Finding]:
    """Also where nothing is replayed yet: a wait would be the first operation."""
    for call in scene.calls():
        touch = scene.touch(call)
        is_sleep = touch is Touch.SLEEP or (touch is Touch.NAP and not scene.has_durable_timers)
        if is_sleep and not scene.is_only_told(call):
            yield scene.finding(SLEEP, call, f"`{said(call.func)}()` sleeps where a durable wait would suspend")
