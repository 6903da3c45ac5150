"""Stories for both drivers, lived in the test world.

A story is written once, as a generator that yields whatever the operations return: see `tests.sdk.drive.plots`.
"""

from collections.abc import Generator
from typing import Any

from everstep import StepContext
from everstep.core.messages import InvocationStatus
from everstep.testing import DurableFunctionTestResult, DurableFunctionTestRunner
from tests.sdk.drive.plots import Plot, Telling, as_async_def, as_def, both_drivers

__all__ = ["Plot", "Story", "Telling", "as_async_def", "as_def", "both_drivers", "live", "nothing", "value_of"]

Story = Generator[Any, Any, Any]


def nothing(step: StepContext) -> None:
    """A step that does nothing but leave its mark in the history."""


def live(told: Telling, plot: Plot, event: Any = None) -> DurableFunctionTestResult:
    """The story from its beginning to its end."""
    with DurableFunctionTestRunner(told(plot)) as runner:
        return runner.run(event)


def value_of(told: Telling, plot: Plot, event: Any = None) -> Any:
    """What a story that ends well gives back."""
    result = live(told, plot, event)
    assert result.status is InvocationStatus.SUCCEEDED, result.error
    return result.value
