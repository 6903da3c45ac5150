"""Which of the author's own tasks asks for an operation.

Operations are numbered by the order of their calls. Where code splits into tasks (`gather`, `TaskGroup`) there is no
such order: the first run goes as fast as its steps, a replay answers everything that one task asks for before the
next has begun. So each task is a lane that counts for itself, and lanes are numbered as their tasks are made:

    handler  1  2  create_task ~1 --- ~1-1  ~1-2  create_task ~1~1 --- ~1~1-1 ...
                   create_task ~2 --- ~2-1
             3

Tasks made while a body runs (a step's, ours) are nobody's lane.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Lane:
    """One task of an author's code; the path is empty for the task that runs a context's own code."""

    path: str = ""
    tasks: int = 0
    """How many it made."""

    def fork(self) -> "Lane":
        self.tasks += 1
        return Lane(f"{self.path}~{self.tasks}")


LANE: ContextVar[Lane | None] = ContextVar("everstep_lane", default=None)


def path() -> str:
    """The path of the lane that is running."""
    lane = LANE.get()
    return lane.path if lane is not None else ""


@contextmanager
def first_lane() -> Iterator[None]:
    """Inside, the author's code of one context runs."""
    outside = LANE.set(Lane())
    try:
        yield
    finally:
        LANE.reset(outside)


def make_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> "asyncio.Task[Any]":
    """The loop's task factory. A task for which the author brings a context of its own stays in the present lane."""
    lane = LANE.get()
    if lane is not None and options.get("context") is None:
        options["context"] = copy_context()
        options["context"].run(LANE.set, lane.fork())
    return asyncio.Task(coroutine, loop=loop, **options)


def laneless_task(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
    """A task of ours, which asks for nothing itself."""
    context = copy_context()
    context.run(LANE.set, None)
    return asyncio.Task(coroutine, loop=loop, context=context)
