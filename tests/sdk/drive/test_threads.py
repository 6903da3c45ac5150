"""What `def` authors may rely on beside what both drivers share."""

import asyncio
import functools
import threading
from contextvars import ContextVar
from typing import Any

import pytest

from everstep import DurableContext, RetryPresets, StepConfig, StepContext, durable_execution
from everstep.core.messages import CheckpointRequest
from tests.sdk.drive.fake_service import FakeService

COLOUR: ContextVar[str] = ContextVar("COLOUR", default="none")
ONCE_MORE = StepConfig(retry_strategy=RetryPresets.fixed(1))


async def colour(step: StepContext) -> str:
    await asyncio.sleep(0)
    return COLOUR.get()


@durable_execution
def painter(event: Any, context: DurableContext) -> str:
    return context.step(colour, "colour")


def test_an_async_step_runs_in_a_loop_of_its_own() -> None:
    COLOUR.set("green")
    assert FakeService().invoke(painter).result == '"green"'


def test_an_async_step_also_runs_where_the_thread_has_a_loop_already() -> None:
    async def test() -> str | None:
        COLOUR.set("blue")
        return FakeService().invoke(painter).result

    assert asyncio.run(test()) == '"blue"'


class Body:
    """A callable that does not look like a coroutine function."""

    async def __call__(self, step: StepContext) -> int:
        return 1


@pytest.mark.parametrize("body", [Body(), functools.partial(Body().__call__)], ids=["object", "partial"])
def test_a_body_may_hide_that_it_is_async(body: Any) -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> Any:
        return context.step(body)

    assert FakeService().invoke(handler).result == "1"


def test_an_async_body_that_cancels_itself_is_a_failed_attempt() -> None:
    async def leak(step: StepContext) -> str:
        if step.attempt == 1:
            raise asyncio.CancelledError
        return "second time"

    @durable_execution
    def handler(event: Any, context: DurableContext) -> str:
        return context.step(leak, "leak", ONCE_MORE)

    assert FakeService().run(handler).result == '"second time"'


def test_blocking_bodies_run_in_the_handlers_own_thread() -> None:
    @durable_execution
    def handler(event: Any, context: DurableContext) -> bool:
        return context.step(lambda step: threading.get_ident()) == threading.get_ident()

    assert FakeService().invoke(handler).result == "true"


def test_no_thread_outlives_its_invocation() -> None:
    arrived = threading.Event()

    def before(request: CheckpointRequest) -> None:
        arrived.set()

    @durable_execution
    def handler(event: Any, context: DurableContext) -> bool:
        return context.step(lambda step: arrived.wait(10))

    threads = threading.active_count()
    assert FakeService(before=before).invoke(handler).result == "true"
    assert threading.active_count() == threads


def test_a_call_that_fails_in_the_background_decides_the_invocation() -> None:
    tried = threading.Event()

    def before(request: CheckpointRequest) -> None:
        tried.set()
        raise OSError("the line is dead")

    @durable_execution
    def handler(event: Any, context: DurableContext) -> str:
        try:
            context.step(lambda step: tried.wait(10), "long")
        except Exception:
            return "whatever"
        return "done"

    with pytest.raises(Exception, match="the line is dead"):
        FakeService(before=before).invoke(handler)
