"""An engine that is closed lets running steps end, begins nothing, and loses nothing."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from everstep import DurableContext, DurableFunction, durable_execution
from everstep.engine import Engine, EngineClosedError, ExecutionStatus, StoreError
from tests.engine.functions import Diary, double, sleepy

SECONDS = 30


class Stage:
    """A function of three steps, the first of which goes on only when the test says so."""

    def __init__(self) -> None:
        self.diary = Diary()
        self.go_on = threading.Event()

        @durable_execution
        def three_steps(event: Any, context: DurableContext) -> str:
            first = context.step(lambda _: self._slow(), name="first")
            second = context.step(lambda _: self.diary.write("second"), name="second")
            return f"{first} {second} {context.step(lambda _: 3, name='third')}"

        self.function: DurableFunction[str] = three_steps

    def _slow(self) -> int:
        self.diary.write("first begins")
        assert self.go_on.wait(SECONDS)
        self.diary.write("first ends")
        return 1


def engine_on(folder: Path, *functions: Any, **options: Any) -> Engine:
    return Engine(f"sqlite:///{folder}/store.db", functions, **options)


async def result_after_reopening(folder: Path, function: DurableFunction[str], name: str) -> str:
    async with engine_on(folder, function) as engine, asyncio.timeout(SECONDS):
        return await (await engine.execution(name, function)).result()


def test_a_running_step_ends_and_is_saved_and_the_next_one_begins_at_the_next_opening(tmp_path: Path) -> None:
    stage = Stage()

    async def main() -> str:
        engine = engine_on(tmp_path, stage.function)
        await engine.open()
        await engine.start(stage.function, name="x")
        await asyncio.to_thread(stage.diary.wait_for, "first begins")
        closing = asyncio.create_task(engine.close())
        await asyncio.sleep(0)  # it begins to close
        stage.go_on.set()
        await closing
        assert stage.diary.lines == ["first begins", "first ends"]
        return await result_after_reopening(tmp_path, stage.function, "x")

    assert asyncio.run(main()) == "1 None 3"
    assert stage.diary.lines == ["first begins", "first ends", "second"]


def test_a_step_that_takes_too_long_is_left_to_itself_and_runs_again(tmp_path: Path) -> None:
    stage = Stage()

    async def main() -> str:
        async with engine_on(tmp_path, stage.function, drain_seconds=0.1) as engine:
            await engine.start(stage.function, name="x")
            await asyncio.to_thread(stage.diary.wait_for, "first begins")
        stage.go_on.set()
        return await result_after_reopening(tmp_path, stage.function, "x")

    assert asyncio.run(main()) == "1 None 3"
    assert stage.diary.lines.count("first begins") == 2
    assert stage.diary.lines.count("second") == 1


def test_what_waits_for_a_thread_is_not_begun_and_not_lost(tmp_path: Path) -> None:
    stage = Stage()

    async def main() -> int:
        async with engine_on(tmp_path, stage.function, double, threads=1, drain_seconds=0.1) as engine:
            await engine.start(stage.function, name="x")
            await asyncio.to_thread(stage.diary.wait_for, "first begins")
            await engine.start(double, {"n": 4}, name="queued")
        stage.go_on.set()
        async with engine_on(tmp_path, stage.function, double) as engine, asyncio.timeout(SECONDS):
            return await (await engine.execution("queued", double)).result()

    assert asyncio.run(main()) == 8


def test_an_execution_whose_function_is_missing_waits_for_an_engine_that_has_it(tmp_path: Path) -> None:
    stage = Stage()

    async def main() -> str:
        async with engine_on(tmp_path, stage.function, drain_seconds=0.1) as engine:
            await engine.start(stage.function, name="x")
            await asyncio.to_thread(stage.diary.wait_for, "first begins")
        stage.go_on.set()
        async with engine_on(tmp_path, double) as without:
            await (await without.start(double, {"n": 1})).result()
            assert await (await without.execution("x")).status() is ExecutionStatus.RUNNING
        return await result_after_reopening(tmp_path, stage.function, "x")

    assert asyncio.run(main()) == "1 None 3"


def test_who_waits_for_a_result_is_told_that_the_engine_was_closed(tmp_path: Path) -> None:
    async def main() -> None:
        async with engine_on(tmp_path, sleepy) as engine:
            handle = await engine.start(sleepy)
            waiting = asyncio.create_task(handle.result())
            await handle.status()
        with pytest.raises(EngineClosedError, match="closed while somebody waited"):
            await waiting

    asyncio.run(main())


def test_an_engine_can_be_closed_twice_and_opened_again() -> None:
    async def main() -> int:
        engine = Engine("memory:", [double])
        await engine.close()
        async with engine:
            await (await engine.start(double, {"n": 1})).result()
            await engine.close()
        async with engine:
            return await (await engine.start(double, {"n": 2})).result()

    assert asyncio.run(main()) == 4


def test_one_program_may_have_several_engines_but_a_file_only_one(tmp_path: Path) -> None:
    async def main() -> None:
        async with engine_on(tmp_path, double) as one, Engine("memory:", [double]) as other:
            handles = [await engine.start(double, {"n": 1}, name="same") for engine in (one, other)]
            assert [await handle.result() for handle in handles] == [2, 2]
            with pytest.raises(StoreError, match="is in use by process"):
                await engine_on(tmp_path, double).open()
        async with engine_on(tmp_path, double) as again:
            assert (await again.list()).lines[0].name == "same"

    asyncio.run(main())
