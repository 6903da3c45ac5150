"""Names in `callbacks=` and `steps=` that nothing bears: misspelled, most of the time.

A stand-in under a wrong name is not noticed by itself: the real body runs instead. Only an execution that succeeded is
judged, because one that failed may not have come so far.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from everstep.core.model import ExecutionStatus, Kind, Operation, SubType
from everstep.testing.errors import DurableFunctionsTestError
from everstep.testing.plan import Plan
from everstep.testing.result import DurableFunctionTestResult

_MADE_BY_US = (" create callback id", " submitter")
"""What a `wait_for_callback` calls the operations inside it; they may be named, but are not what people look for."""


def check_names(plan: Plan, result: DurableFunctionTestResult, operations: Iterable[Operation]) -> None:
    """Raises DurableFunctionsTestError for a name of the plan that occurs in none of these operations."""
    if plan.allow_unused or not (plan.callbacks or plan.steps):
        return
    if result.execution_status is not ExecutionStatus.SUCCEEDED:
        return
    known = tuple(operations)
    complaints = [
        *_complaints("steps", plan.steps, {one.name for one in known if one.kind is Kind.STEP}),
        *_complaints("callbacks", plan.callbacks, {one.name for one in known if _is_callback(one)}),
    ]
    if complaints:
        remedy = "If it may be so, say allow_unused=True."
        raise DurableFunctionsTestError("\n".join([*complaints, remedy, "", result.timeline()]))


def _is_callback(operation: Operation) -> bool:
    return operation.kind is Kind.CALLBACK or operation.sub_type == SubType.WAIT_FOR_CALLBACK


def _complaints(option: str, rules: Mapping[str, object], found: set[str | None]) -> list[str]:
    names = sorted(name for name in found if name is not None and not name.endswith(_MADE_BY_US))
    there = ", ".join(map(repr, names)) or "none that has a name"
    return [
        f"{option}= speaks of {name!r}{_meant(name, names)}, but nothing of that name occurred; there were: {there}."
        for name in rules
        if name not in found
    ]


def _meant(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, 1)
    return f" (did you mean {close[0]!r}?)" if close else ""
