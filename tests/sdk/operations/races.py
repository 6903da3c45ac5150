"""Stories of `async def` code that races: what was told in one invocation must be told first in the next."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from everstep import AsyncDurableContext, durable_execution
from everstep.core.model import ExecutionStatus
from tests.sdk.operations.stage import STORY, Outside, Played, Stage, nobody

Tell: TypeAlias = Callable[[object], None]
Race: TypeAlias = Callable[[AsyncDurableContext, Tell], Awaitable[Any]]


def raced(race: Race, outside: Outside = nobody, *, is_local: bool = True) -> tuple[Played, list[object]]:
    """Run it, and twice more from its history with a nap in between; what it was told in the end."""
    traces: list[list[object]] = []

    @durable_execution
    async def story(event: Any, context: AsyncDurableContext) -> Any:
        trace: list[object] = []
        traces.append(trace)
        result = await race(context, trace.append)
        for _ in range(2):
            await context.wait(100_000, "long after")
        return result

    played = Stage({STORY: story}, outside=outside, is_local=is_local, call_ms=1).play()
    assert played.status is ExecutionStatus.SUCCEEDED, played.error
    for earlier, later in itertools.pairwise(traces):
        assert later[: len(earlier)] == earlier
    assert len(traces) >= 3
    return played, traces[-1]


near_and_far = pytest.mark.parametrize("is_local", [True, False], ids=["near", "far"])
