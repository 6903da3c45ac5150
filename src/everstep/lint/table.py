"""All rules, by family; docs/lint.md is made of this table."""

from collections.abc import Mapping

from everstep.lint import loop, naming, order, replay, state, steps, swallowing
from everstep.lint.findings import Code, Level, Rule

NOT_PYTHON = Rule(
    code=Code("ES901"),
    title="file that is not Python",
    level=Level.ERROR,
    why="Nothing can be said of a file that cannot be parsed.",
    mend="Correct the line.",
    bad="""from everstep import durable_execution

@durable_execution
def order(event, context:
""",
    good="""def order(event, context): ...
""",
)
UNUSED_IGNORE = Rule(
    code=Code("ES902"),
    title="ignore comment that ignores nothing",
    level=Level.WARNING,
    why="It would hide the next mistake in its line.",
    mend="Remove the comment, or the codes in it that are not needed.",
    bad="""TABLE = "orders"  # everstep: ignore[ES003]
""",
    good="""TABLE = "orders"
""",
)

FAMILIES: Mapping[str, tuple[Rule, ...]] = {
    "Outside of steps": replay.RULES,
    "Inside of steps": steps.RULES,
    "In an event loop": loop.RULES,
    "Order": order.RULES,
    "Names and waits": naming.RULES,
    "Suspension": swallowing.RULES,
    "Memory": state.RULES,
    "The check itself": (NOT_PYTHON, UNUSED_IGNORE),
}
RULES: Mapping[Code, Rule] = {rule.code: rule for rules in FAMILIES.values() for rule in rules}

CHECKS = (
    replay.findings,
    steps.findings,
    loop.findings,
    order.findings,
    naming.findings,
    swallowing.findings,
    state.findings,
)
"""Each looks at one function in one role."""
