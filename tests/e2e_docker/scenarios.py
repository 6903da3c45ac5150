"""What becomes of each function: its end, its result or error, and which events of which kind its history holds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    function: str
    status: str = "SUCCEEDED"
    result: Any = None
    error_message: str | None = None
    events: Mapping[str, int] = field(default_factory=dict)
    """How many of these kinds."""

    def judge(self, shown: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> list[str]:
        """What is wrong with an execution that has ended."""
        count = Counter(event["EventType"] for event in events)
        seen = {
            "status": (shown["Status"], self.status),
            "result": (shown.get("Result"), self.result),
            "error": (shown.get("Error", {}).get("ErrorMessage"), self.error_message),
            **{kind: (count[kind], wanted) for kind, wanted in self.events.items()},
        }
        return [f"{what} is {found!r}, not {wanted!r}" for what, (found, wanted) in seen.items() if found != wanted]


SCENARIOS = (
    Scenario(
        function="step_wait_step",
        result="80",
        events={"StepSucceeded": 2, "WaitSucceeded": 1, "InvocationCompleted": 2},
    ),
    Scenario(function="multiple_steps", result="315", events={"StepSucceeded": 10, "InvocationCompleted": 1}),
    Scenario(function="wait_only", result='"waited"', events={"WaitSucceeded": 1, "InvocationCompleted": 2}),
    Scenario(function="longer_wait", result='"waited longer"', events={"WaitSucceeded": 1, "InvocationCompleted": 2}),
    Scenario(
        function="replay_determinism",
        result="true",
        events={"StepSucceeded": 3, "WaitSucceeded": 2, "InvocationCompleted": 3},
    ),
    Scenario(
        function="retry_succeeds",
        result="3",
        events={"StepFailed": 2, "StepSucceeded": 1, "InvocationCompleted": 3},
    ),
    Scenario(
        function="retry_exhausts",
        status="FAILED",
        error_message="attempt 3",
        events={"StepFailed": 3, "StepSucceeded": 0, "InvocationCompleted": 3},
    ),
    Scenario(
        function="step_fails",
        status="FAILED",
        error_message="no such order",
        events={"StepFailed": 1, "InvocationCompleted": 1},
    ),
)
