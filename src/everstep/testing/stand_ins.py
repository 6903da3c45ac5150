"""Stand-ins for the bodies of steps, by name: nothing is patched, and everything around the body stays as it is.

    steps={
        "charge": "receipt-1",                                 a value; an exception is raised
        "ship": in_turn(CarrierBusyError("no van"), "box"),    one after the other, for attempt after attempt
        "price": lambda step: 100 * step.attempt,              called as the body would be: with the StepContext
    }

The name is that of the operation: also of a condition's check, whose stand-in is called with the state and its
context, and of the submitter of a `wait_for_callback`, which is named "NAME submitter".
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from everstep.testing.plan import Plan, Turns


class StandIns:
    """Owns who has stood in for whom."""

    def __init__(self, plan: Plan) -> None:
        self._turns = Turns(plan.steps)

    def instead_of(self, name: str | None, body: Callable[[], object]) -> Callable[[], object]:
        """The body, or what stands in for it."""
        if name is None or name not in self._turns:
            return body
        rule = self._turns.next(name)
        if callable(rule) and not isinstance(rule, type):
            # What the body would be called with; a partial is what the SDK makes of a body and its arguments.
            arguments = body.args if isinstance(body, partial) else ()
            return partial(rule, *arguments)
        return partial(_give, rule)


def _give(rule: Any) -> Any:
    if isinstance(rule, BaseException) or (isinstance(rule, type) and issubclass(rule, BaseException)):
        raise rule
    return rule
