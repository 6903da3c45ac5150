"""What the guides show is run here, as it stands."""

import re
from pathlib import Path
from typing import Any

import pytest

from everstep import DurableFunction, durable_execution
from everstep.core.messages import InvocationStatus
from everstep.testing import DurableFunctionTestRunner

DOCS = Path(__file__).parents[3] / "docs"


def shown_in(guide: str) -> dict[str, Any]:
    """What the guide's code defines, all of it run in the order of the page."""
    blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / guide).read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    names: dict[str, Any] = {"__name__": guide}
    exec("\n".join(blocks), names)
    return names


@pytest.mark.parametrize("name", ["order", "lottery", "report", "shipment", "trip", "trip_async", "count"])
def test_a_function_of_the_guide_runs_to_its_end(name: str) -> None:
    function = shown_in("guide-extras.md")[name]
    assert isinstance(function, DurableFunction)
    result = DurableFunctionTestRunner(function).run({})
    assert result.status is InvocationStatus.SUCCEEDED, result.error


def test_the_guide_shows_no_other_function() -> None:
    shown = {name for name, value in shown_in("guide-extras.md").items() if isinstance(value, DurableFunction)}
    assert shown == {"order", "lottery", "report", "shipment", "trip", "trip_async", "count"}


def test_an_operation_of_ones_own_does_what_its_page_says() -> None:
    shown_in("custom-operations.md")["test_three_reminders_and_no_answer"]()


def test_an_operation_of_ones_own_is_the_same_in_an_async_function() -> None:
    shown = shown_in("custom-operations.md")
    sent: list[str] = []

    @durable_execution
    async def release(event: Any, context: Any) -> str:
        try:
            return str(
                await shown["ask_async"](context, "Ship it?", lambda _, question: sent.append(question), times=2)
            )
        except shown["NobodyAnsweredError"] as error:
            return f"nobody answered: {error}"

    result = DurableFunctionTestRunner(release).run({})
    assert result.value == "nobody answered: Ship it?"
    assert sent == ["Ship it?"] * 2
    assert [operation.sub_type for operation in result.named("ask")] == ["Ask"]
