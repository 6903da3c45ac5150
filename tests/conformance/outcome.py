"""How the execution of a requirement's handler ended, and whether that is what the requirement wants."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from tests.conformance.matching import Bindings, Json, JsonObject, history_mismatch, logs_mismatch, mismatch
from tests.conformance.requirements import Requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    execution: JsonObject
    """The answer of GetDurableExecution."""
    events: Sequence[JsonObject]
    """The history, oldest first."""
    logs: Sequence[JsonObject] = ()
    """What the function logged, in order."""


def complaint(requirement: Requirement, outcome: Outcome) -> str | None:
    """What the requirement wants otherwise, in words, or None."""
    bindings: Bindings = {}
    complaints = (
        history_mismatch(requirement.history, outcome.events, bindings),
        _result_mismatch(requirement, outcome, bindings),
        logs_mismatch(requirement.logs, outcome.logs, bindings),
    )
    return "\n\n".join(text for text in complaints if text is not None) or None


def _result_mismatch(requirement: Requirement, outcome: Outcome, bindings: Bindings) -> str | None:
    text = outcome.execution.get("Result")
    found: Json = {
        "ExecutionStatus": outcome.execution["Status"],
        "Result": json.loads(text) if text else None,
    }
    wrong = mismatch(requirement.result, found, bindings) if requirement.result else None
    return f"{wrong}; the execution's error is {outcome.execution.get('Error')}" if wrong else None
