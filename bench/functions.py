"""What is measured: many small steps in a row, in one invocation."""

import time
from typing import Any

from everstep import DurableContext, durable_execution


@durable_execution
def many_steps(event: dict[str, Any], context: DurableContext) -> float:
    """Seconds that its `steps` steps took; each one's end is on disk before the next begins."""
    began = time.perf_counter()
    for number in range(event["steps"]):
        context.step(lambda _, n=number: n, name="count")  # type: ignore[misc]  # mypy cannot infer such a lambda
    return time.perf_counter() - began
