"""What the tests of the engine run."""

import threading
from typing import Any

from everstep import AsyncDurableContext, DurableContext, StepContext, durable_execution


class Diary:
    """What happened in the world outside, in order; the test waits for a line instead of sleeping."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()

    def write(self, line: str) -> None:
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()

    def wait_for(self, line: str, seconds: float = 30) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: line in self.lines, seconds), self.lines


@durable_execution
def double(event: dict[str, int], context: DurableContext) -> int:
    return context.step(lambda _: event["n"] * 2, name="double")


@durable_execution
async def double_async(event: dict[str, int], context: AsyncDurableContext) -> int:
    async def body(_: StepContext) -> int:
        return event["n"] * 2

    return await context.step(body, name="double")


@durable_execution
def broken(event: Any, context: DurableContext) -> None:
    def body(_: StepContext) -> None:
        raise ValueError("the shop is closed")

    context.step(body, name="buy", retry=1)


@durable_execution
def sleepy(event: Any, context: DurableContext) -> str:
    context.wait(3600)
    return "awake"


def tripled(event: dict[str, int], context: Any) -> int:
    return event["n"] * 3


async def tripled_async(event: dict[str, int], context: Any) -> int:
    return event["n"] * 3


@durable_execution
def calling(event: dict[str, int], context: DurableContext) -> list[int]:
    return [context.invoke(name, event) for name in ("double", "double_async", "tripled", "tripled_async")]
