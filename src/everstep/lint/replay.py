"""ES0: what touches the world outside of steps, where code runs again with every replay."""

import ast
from collections.abc import Iterator, Mapping

from everstep.lint.findings import Code, Finding, Level, Rule
from everstep.lint.naming import is_in_a_name
from everstep.lint.outside import Touch
from everstep.lint.scene import Scene, said

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
    started = time.time()
    return started
""",
    good=f"""import time
{_START}
@durable_execution
def order(event, context: DurableContext):
    started = context.step(lambda _: time.time(), name="started")
    return started, context.now().isoformat()
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
    why="Executions outlive processes and deploys: the next replay may run elsewhere, with another answer.",
    mend="Read it when the module is imported if it never changes, otherwise in a step.",
    bad=f"""import os
{_START}
@durable_execution
def order(event, context: DurableContext):
    table = os.environ["TABLE"]
    return context.step(lambda _: table, name="save")
""",
    good=f"""import os
{_START}
@durable_execution
def order(event, context: DurableContext):
    return context.step(lambda _: os.environ["TABLE"], name="save")
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
    return answer.json()
""",
    good=f"""import requests
{_START}
@durable_execution
def order(event, context: DurableContext):
    return context.step(lambda _: requests.post("https://shop.example/charge", json=event).json(), name="charge")
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
    Touch.SLEEP: (SLEEP, "sleeps where a durable wait would suspend"),
}


def findings(scene: Scene) -> Iterator[Finding]:
    if not scene.role.is_replayed:
        return
    for call in scene.calls():
        touch = scene.touch(call)
        if touch is not None and touch in _RULES and not scene.is_only_told(call) and not is_in_a_name(scene, call):
            rule, does = _RULES[touch]
            yield scene.finding(rule, call, f"`{said(call.func)}()` {does}")
    yield from _environment(scene)


def _environment(scene: Scene) -> Iterator[Finding]:
    """`os.environ[...]` and `... in os.environ`, which are no calls."""
    for node in scene.function.nodes:
        match node:
            case ast.Subscript(value=owner) | ast.Compare(comparators=[owner]):
                if scene.external(owner) in {"os.environ", "sys.argv"} and not scene.is_only_told(node):
                    rule, does = _RULES[Touch.MACHINE]
                    yield scene.finding(rule, node, f"`{said(node)}` {does}")
            case _:
                pass
