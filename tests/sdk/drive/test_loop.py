"""What `async def` authors may rely on: when an invocation ends, how it is cancelled, and that it ends quietly."""

import asyncio
import functools
import gc
from contextvars import ContextVar
from typing import Any

import pytest

from everstep import AsyncDurableContext, RetryPresets, StepConfig, StepContext, StepError, durable_execution
from everstep.core.messages import CheckpointRequest, InvocationStatus
from tests.sdk.drive.fake_service import FakeService

GIVE_UP = StepConfig(retry_strategy=RetryPresets.none())
ONCE_MORE = StepConfig(retry_strategy=RetryPresets.fixed(1))
PATIENCE_SECONDS = 10

COLOUR: ContextVar[str] = ContextVar("COLOUR", default="none")

both_distances = pytest.mark.parametrize("is_local", [True, False], ids=["local", "remote"])


async def seven(step: StepContext) -> int:
    return 7


async def decline(step: StepContext) -> int:
    raise ValueError("declined")


# --------------------------------------------------------------------------- suspending
@both_distances
def test_nothing_is_suspended_while_something_still_runs(is_local: bool) -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> Any:
        async def chain() -> int:
            first = await context.step(seven, "first")
            await asyncio.sleep(0)
            return first + await context.step(seven, "second")

        return await asyncio.gather(context.wait(60, "night"), chain())

    service = FakeService(is_local=is_local)
    assert service.invoke(handler).status is InvocationStatus.PENDING
    assert service.told.count("STEP SUCCEED second") == 1, "the other chain went as far as it could"
    service.let_time_pass()
    assert service.invoke(handler).result == "[null,14]"


def test_a_wait_that_ends_while_a_step_runs_goes_on_in_the_same_invocation() -> None:
    service = FakeService()

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> bool:
        over = asyncio.Event()

        async def until_over(step: StepContext) -> bool:
            service.let_time_pass()
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await over.wait()

        async def nap() -> None:
            await context.wait(1, "nap")
            over.set()

        napping = asyncio.ensure_future(nap())
        await context.step(seven, "between")
        result = await context.step(until_over, "long")
        await napping
        return result

    assert service.invoke(handler).result == "true"


def test_a_cancelled_wait_does_not_suspend_anybody() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        waiting = context.wait(3600, "long")
        await context.step(seven, "meanwhile")
        waiting.cancel()
        for _ in range(1_000):
            await asyncio.sleep(0)
        return "done"

    assert FakeService(is_local=True).invoke(handler).result == '"done"'


def test_a_step_that_is_cancelled_before_it_began_leaves_nobody_waiting() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        async def change_of_mind() -> None:
            for _ in range(10):
                await asyncio.sleep(0)
            context.step(seven, "never mind").cancel()

        await asyncio.gather(context.wait(60, "night"), change_of_mind())
        return "done"

    service = FakeService(is_local=True)
    assert service.invoke(handler).status is InvocationStatus.PENDING


def test_an_operation_that_nobody_awaits_keeps_nobody() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        context.wait(3600, "long")
        context.step(seven, "quick")
        return "done"

    assert FakeService().invoke(handler).result == '"done"'


# --------------------------------------------------------------------------- cancelling
def test_a_handler_that_cancels_itself_fails_and_is_not_tried_again() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> int:
        step = context.step(seven, "step")
        step.cancel()
        return await step

    output = FakeService().invoke(handler)
    assert output.status is InvocationStatus.FAILED
    assert output.error is not None
    assert "cancelled by its own code" in (output.error.message or "")


def test_a_body_that_cancels_itself_is_a_failed_attempt() -> None:
    async def leak(step: StepContext) -> str:
        if step.attempt == 1:
            raise asyncio.CancelledError
        return "second time"

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        return await context.step(leak, "leak", ONCE_MORE)

    service = FakeService()
    assert service.run(handler).result == '"second time"'
    assert "STEP RETRY leak" in service.told


def test_stop_iteration_out_of_a_blocking_body_is_a_failed_attempt_like_any_other() -> None:
    def empty(step: StepContext) -> Any:
        return next(iter(()))

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        try:
            await context.step(empty, "empty", GIVE_UP)
        except StepError as error:
            return error.error_type
        return "no error"

    assert FakeService().invoke(handler).result == '"StopIteration"'


# --------------------------------------------------------------------------- context and quiet
def test_bodies_see_the_handlers_context_variables() -> None:
    def blocking(step: StepContext) -> str:
        return COLOUR.get()

    async def awaiting(step: StepContext) -> str:
        return COLOUR.get()

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> Any:
        COLOUR.set("red")
        return await asyncio.gather(context.step(blocking), context.step(awaiting))

    assert FakeService().invoke(handler).result == '["red","red"]'


def test_a_handler_may_be_invoked_inside_a_running_loop_and_sees_its_context_variables() -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        await context.step(seven)
        return COLOUR.get()

    async def test() -> str | None:
        COLOUR.set("blue")
        return FakeService().invoke(handler).result

    assert asyncio.run(test()) == '"blue"'


def test_errors_that_nobody_asks_for_are_not_complained_about(caplog: pytest.LogCaptureFixture) -> None:
    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> str:
        context.step(decline, "forgotten", GIVE_UP)
        await context.step(seven, "remembered")

        async def rude() -> None:
            try:
                await context.wait(60, "night")
            finally:
                await context.step(seven, "clean")

        both = [asyncio.ensure_future(rude()), asyncio.ensure_future(rude())]
        await asyncio.wait(both)
        return "done"

    service = FakeService()
    assert service.invoke(handler).status is InvocationStatus.PENDING
    service.invoke(handler)  # and on a replay the forgotten error is there at once
    gc.collect()
    assert "STEP FAIL forgotten" in service.told
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


def test_a_decorator_that_raises_before_there_is_a_coroutine_fails_the_execution() -> None:
    def guard(event: Any, context: AsyncDurableContext) -> Any:
        raise PermissionError("not you")

    guard.__wrapped__ = seven  # type: ignore[attr-defined]  # as functools.wraps does
    output = FakeService().invoke(durable_execution(guard))
    assert output.error is not None
    assert (output.status, output.error.type) == (InvocationStatus.FAILED, "PermissionError")


def test_a_decorator_that_blocks_around_an_async_body_does_not_block_the_loop() -> None:
    @functools.wraps(seven)
    def blocking(step: StepContext) -> int:
        return asyncio.run(seven(step))  # refused in the loop's own thread

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> int:
        return await context.step(blocking, "blocking", GIVE_UP)

    assert FakeService().invoke(handler).result == "7"


def test_a_handler_may_be_an_object() -> None:
    class Handler:
        async def __call__(self, event: Any, context: AsyncDurableContext) -> int:
            return await context.step(seven)

    assert FakeService().invoke(durable_execution(Handler())).result == "7"


def test_a_refused_call_ends_the_invocation_while_bodies_still_run() -> None:
    stopped: list[str] = []

    def before(request: CheckpointRequest) -> None:
        raise OSError("the line is dead")

    @durable_execution
    async def handler(event: Any, context: AsyncDurableContext) -> None:
        async def endless(step: StepContext) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                stopped.append("stopped")

        await asyncio.gather(context.step(endless, "endless"), context.step(seven, "quick"))

    with pytest.raises(Exception, match="the line is dead"):
        FakeService(before=before).invoke(handler)
    assert stopped == ["stopped"]
