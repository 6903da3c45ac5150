"""An engine starts executions of its functions, and tells what becomes of them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from everstep import DurableContext, StepError, ValidationError, durable_execution
from everstep.core.events import EventType
from everstep.engine import (
    AlreadyStartedError,
    CallbackClosedError,
    Engine,
    EngineClosedError,
    EngineError,
    ExecutionFailedError,
    ExecutionStatus,
    ExecutionStoppedError,
    ExecutionTimedOutError,
    NotFoundError,
    Quotas,
)
from tests.engine.functions import (
    Diary,
    broken,
    calling,
    double,
    double_async,
    sleepy,
    tripled,
    tripled_async,
)

FUNCTIONS: list[Any] = [double, double_async, broken, sleepy, calling, tripled, tripled_async]


def with_engine(test: Callable[[Engine], Awaitable[None]], *more: Any) -> None:
    async def main() -> None:
        async with Engine("memory:", [*FUNCTIONS, *more]) as engine, asyncio.timeout(60):
            await test(engine)

    asyncio.run(main())


def test_a_started_execution_has_the_result_of_its_function() -> None:
    async def test(engine: Engine) -> None:
        handle = await engine.start(double, {"n": 21}, name="answer")
        assert (await handle.result(), handle.name, handle.existing) == (42, "answer", False)
        assert await handle.status() is ExecutionStatus.SUCCEEDED
        assert (await handle.history())[-1].type is EventType.EXECUTION_SUCCEEDED

    with_engine(test)


def test_async_functions_run_too_and_functions_are_found_by_their_names() -> None:
    async def test(engine: Engine) -> None:
        by_object, by_name = await engine.start(double_async, {"n": 4}), await engine.start("double_async", {"n": 5})
        assert (await by_object.result(), await by_name.result()) == (8, 10)

    with_engine(test)


def test_functions_invoke_each_other_and_plain_ones() -> None:
    async def test(engine: Engine) -> None:
        assert await (await engine.start(calling, {"n": 2})).result() == [4, 4, 6, 6]

    with_engine(test)


def test_the_same_name_finds_the_same_execution_and_another_input_is_refused() -> None:
    async def test(engine: Engine) -> None:
        first = await engine.start(double, {"n": 1}, name="once")
        await first.result()
        again = await engine.start(double, {"n": 1}, name="once")
        assert (again.arn, again.existing) == (first.arn, True)
        with pytest.raises(AlreadyStartedError) as refused:
            await engine.start(double, {"n": 2}, name="once")
        assert refused.value.arn == first.arn

    with_engine(test)


def test_a_failed_execution_raises_its_error_with_the_type_it_had_inside() -> None:
    async def test(engine: Engine) -> None:
        with pytest.raises(ExecutionFailedError, match="the shop is closed") as failed:
            await (await engine.start(broken)).result()
        assert isinstance(failed.value.__cause__, StepError)

    with_engine(test)


def test_a_stopped_execution_and_one_whose_time_is_over_are_told_apart() -> None:
    async def test(engine: Engine) -> None:
        stopped, slow = await engine.start(sleepy), await engine.start(sleepy, execution_timeout=1)
        await stopped.stop("nobody needs it")
        with pytest.raises(ExecutionStoppedError, match="nobody needs it"):
            await stopped.result()
        with pytest.raises(ExecutionTimedOutError):
            await slow.result()

    with_engine(test)


def test_a_paused_execution_goes_on_when_it_is_resumed() -> None:
    diary = Diary()

    @durable_execution
    def asks(event: Any, context: DurableContext) -> str:
        callback = context.create_callback(name="answer")
        context.step(lambda _: diary.write(callback.callback_id))
        diary.write("asked")
        return str(callback.result())

    async def test(engine: Engine) -> None:
        handle = await engine.start(asks)
        await asyncio.to_thread(diary.wait_for, "asked")
        await handle.pause()
        await engine.callback(diary.lines[0]).succeed("yes")
        assert await handle.status() in (ExecutionStatus.PAUSED, ExecutionStatus.PAUSING)
        await handle.resume()
        assert await handle.result() == "yes"
        with pytest.raises(CallbackClosedError):
            await engine.callback(diary.lines[0]).succeed("no")

    with_engine(test, asks)


def test_a_callback_can_be_kept_alive_and_fail() -> None:
    diary = Diary()

    @durable_execution
    def asks(event: Any, context: DurableContext) -> object:
        return context.wait_for_callback(lambda callback_id, _: diary.write(callback_id), name="ask")

    async def test(engine: Engine) -> None:
        handle = await engine.start(asks)
        while not diary.lines:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        callback = engine.callback(diary.lines[0])
        await callback.heartbeat()
        await callback.fail(RuntimeError("no stock"))
        with pytest.raises(ExecutionFailedError, match="no stock"):
            await handle.result()
        with pytest.raises(NotFoundError):
            await engine.callback("nonsense").heartbeat()

    with_engine(test, asks)


def test_executions_are_found_by_name_and_arn_and_listed_page_by_page() -> None:
    async def test(engine: Engine) -> None:
        for n in range(3):
            await (await engine.start(double, {"n": n}, name=f"d-{n}")).result()
        waiting = await engine.start(sleepy, name="s")
        assert await (await engine.execution("d-2", double)).result() == 4
        assert (await engine.execution(waiting.arn)).arn == waiting.arn
        page = await engine.list(double, limit=2)
        rest = await engine.list(double, limit=2, after=page.next)
        assert [line.name for line in (*page.lines, *rest.lines)] == ["d-2", "d-1", "d-0"]
        assert [line.name for line in (await engine.list(statuses=["RUNNING"])).lines] == ["s"]
        with pytest.raises(NotFoundError, match="'d-2' of sleepy"):
            await engine.execution("d-2", sleepy)

    with_engine(test)


def test_what_cannot_be_right_is_said_before_anything_happens() -> None:
    async def test(engine: Engine) -> None:
        with pytest.raises(ValidationError, match="tripled is a plain function"):
            await engine.start("tripled")
        with pytest.raises(ValidationError, match="'nobody' is not among this engine's functions, which are: broken, "):
            await engine.start("nobody")
        with pytest.raises(ValidationError, match="the input of double cannot be written as JSON"):
            await engine.start(double, object())
        with pytest.raises(EngineError, match="durableExecutionName"):
            await engine.start(double, {"n": 1}, name="not a name")
        assert (await engine.list()).lines == ()

    with_engine(test)
    with pytest.raises(ValidationError, match="two functions are called 'double'"):
        Engine("memory:", [double, durable_execution(double.handler)])
    with pytest.raises(ValidationError, match="'<lambda>' is no name"):
        Engine("memory:", [lambda event, context: None])


def test_a_function_that_ends_the_process_ends_only_its_invocation() -> None:
    attempts: list[int] = []

    @durable_execution
    def leaves(event: Any, context: DurableContext) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise SystemExit(3)
        return "came back"

    async def test(engine: Engine) -> None:
        assert await (await engine.start(leaves)).result() == "came back"

    with_engine(test, leaves)


def test_more_executions_than_threads_all_come_to_their_end(tmp_path: Path) -> None:
    async def main() -> None:
        async with Engine(f"sqlite:///{tmp_path}/store.db", FUNCTIONS, threads=2) as engine:
            handles = [await engine.start(calling, {"n": n}) for n in range(20)]
            results = await asyncio.gather(*(handle.result() for handle in handles))
        assert results == [[2 * n, 2 * n, 3 * n, 3 * n] for n in range(20)]

    asyncio.run(main())


def test_quotas_of_aws_hold_unless_they_are_off() -> None:
    @durable_execution
    def many(event: Any, context: DurableContext) -> int:
        return sum(context.step(lambda _: 1, durability="relaxed") for _ in range(3_100))

    async def main(quotas: Quotas) -> int:
        async with Engine("memory:", [many], quotas=quotas) as engine:
            return await (await engine.start(many)).result()

    assert asyncio.run(main(Quotas.OFF)) == 3_100
    with pytest.raises(ExecutionFailedError):
        asyncio.run(main(Quotas.AWS))


def test_an_engine_that_is_closed_or_belongs_to_another_loop_says_so() -> None:
    engine = Engine("memory:", FUNCTIONS)

    async def ask() -> None:
        await engine.start(double, {"n": 1})

    async def main() -> None:
        async with engine:
            with pytest.raises(EngineClosedError, match="another event loop"):
                await asyncio.to_thread(asyncio.run, ask())
            with pytest.raises(EngineError, match="open already"):
                await engine.open()

    asyncio.run(main())
    with pytest.raises(EngineClosedError, match="the engine is closed"):
        asyncio.run(ask())
