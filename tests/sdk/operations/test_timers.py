"""Time in an `async def` handler: sleeps and timeouts survive suspensions and replay; what is cancelled stays so."""

import asyncio
from typing import Any

from everstep import AsyncDurableContext, CallbackExternalError, RetryDecision, StepContext
from everstep.core.machine.commands import CallbackFailure, CallbackSuccess
from everstep.core.model import ErrorObject, Kind, Operation, Status
from tests.sdk.operations.races import Tell, near_and_far, raced
from tests.sdk.operations.stage import Played, Stage
from tests.sdk.operations.stories import seven


def timers(played: Played) -> list[tuple[int | None, Status]]:
    return [(o.wait_seconds, o.status) for o in played.operations.values() if o.name == "timer"]


def answer(stage: Stage, callback: Operation) -> None:
    stage.answer(callback, CallbackSuccess(payload="here"))


@near_and_far
def test_a_sleep_takes_its_time_without_running(is_local: bool) -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        await context.step(seven, "before")
        await asyncio.sleep(3600)
        tell("awake")
        return await context.step(seven, "after")

    played, trace = raced(race, is_local=is_local)
    assert trace == ["awake"]
    assert timers(played) == [(3600, Status.SUCCEEDED)]
    assert played.named("after").started_at - played.named("before").started_at >= 3_600_000


def test_the_service_keeps_whole_seconds() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        for seconds in (0, 0.001, 1.5):
            await asyncio.sleep(seconds)

    assert timers(raced(race)[0]) == [(1, Status.SUCCEEDED), (2, Status.SUCCEEDED)]


@near_and_far
def test_a_timeout_ends_what_takes_too_long_and_does_so_on_every_replay(is_local: bool) -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        callback = await context.create_callback("answer")
        try:
            async with asyncio.timeout(600):
                await callback.result()
        except TimeoutError:
            tell("too late")
            return await context.step(seven, "make up for it")

    def far_too_late(stage: Stage, callback: Operation) -> None:
        if stage.clock.now() > callback.started_at + 3_600_000:
            answer(stage, callback)

    played, trace = raced(race, far_too_late, is_local=is_local)
    assert trace == ["too late"]
    assert played.value == 7
    assert timers(played) == [(600, Status.SUCCEEDED)]


def test_a_timeout_that_is_not_needed_elapses_unheard() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        callback = await context.create_callback("answer")
        async with asyncio.timeout(600):
            tell(await callback.result())
        await context.wait(3600, "long after")
        return await context.step(seven, "then")

    played, trace = raced(race, answer)
    assert trace == ["here"]
    assert timers(played) == [(600, Status.SUCCEEDED)]


def test_all_of_asyncios_timeouts_are_of_that_kind() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        try:
            await asyncio.wait_for(context.wait(500, "long"), 100)
        except TimeoutError:
            tell("wait_for")
        done, pending = await asyncio.wait([context.wait(500, "longer")], timeout=50)
        tell([len(done), len(pending)])
        asyncio.get_running_loop().call_later(10, tell, "called later")
        await asyncio.sleep(20)

    played, trace = raced(race)
    assert trace == ["wait_for", [0, 1], "called later"]
    assert [seconds for seconds, _ in timers(played)] == [100, 50, 10, 20]


def test_timers_take_no_places_among_the_authors_operations() -> None:
    """Code that lives with a timer more or less must find its operations where they were."""

    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        await context.step(seven, "first")
        await asyncio.sleep(5)
        await context.step(seven, "second")

    async def without(context: AsyncDurableContext, tell: Tell) -> Any:
        await context.step(seven, "first")
        await context.step(seven, "second")

    assert raced(race)[0].named("second").id == raced(without)[0].named("second").id


def test_a_body_keeps_real_time() -> None:
    async def nap(step: StepContext) -> str:
        async with asyncio.timeout(60):
            await asyncio.sleep(0.001)
        return "rested"

    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        return await context.step(nap, "nap")

    played = raced(race)[0]
    assert played.value == "rested"
    assert timers(played) == []


def test_a_child_context_has_timers_of_its_own() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        async def room(room: AsyncDurableContext) -> int:
            await asyncio.sleep(30)
            return await room.step(seven, "inner")

        return await asyncio.gather(*(context.run_in_child_context(room, f"room {n}") for n in range(3)))

    played = raced(race)[0]
    assert played.value == [7, 7, 7]
    parents = {o.parent_id for o in played.operations.values() if o.name == "timer"}
    assert parents == {played.named(f"room {n}").id for n in range(3)}


# --------------------------------------------------------------------------- cancelling
def test_cancelling_records_nothing_and_what_comes_later_is_not_heard() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        callback = await context.create_callback("answer")
        outcomes: list[asyncio.Future[Any]] = [callback.result(), context.wait(100, "unheard")]
        await context.wait(10, "meanwhile")
        for outcome in outcomes:
            outcome.cancel()
        await context.wait(1000, "all is over")
        tell([outcome.cancelled() for outcome in outcomes])
        return await context.step(seven, "then")

    def refuse_late(stage: Stage, callback: Operation) -> None:
        if stage.clock.now() > callback.started_at + 50_000:
            stage.answer(callback, CallbackFailure(error=ErrorObject(message="no")))

    played, trace = raced(race, refuse_late)
    assert trace == [[True, True]]
    kinds = {operation.kind: operation.status for operation in played.operations.values()}
    assert kinds[Kind.CALLBACK] is Status.FAILED
    assert [update.action.value for update in played.updates if update.kind is Kind.WAIT] == ["START"] * 5


def test_a_task_that_is_cancelled_leaves_its_operation_where_it_was() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        async def ask() -> Any:
            try:
                return await context.wait_for_callback(lambda *_: None, "approval")
            except CallbackExternalError:
                tell("heard")

        asking = asyncio.ensure_future(ask())
        await context.wait(10, "meanwhile")
        asking.cancel()
        await asyncio.wait([asking])
        tell("cancelled")
        return await context.step(seven, "then")

    def refuse_late(stage: Stage, callback: Operation) -> None:
        if stage.clock.now() > callback.started_at + 50_000:
            stage.answer(callback, CallbackFailure(error=ErrorObject(message="no")))

    played, trace = raced(race, refuse_late)
    assert trace == ["cancelled"]
    assert played.named("approval").status is Status.STARTED, "nobody is there to end it"


def test_the_first_failure_of_a_task_group_cancels_the_others_on_every_replay() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        async def nap(seconds: int) -> None:
            await context.wait(seconds, f"nap {seconds}")
            tell(seconds)
            if seconds == 20:
                raise LookupError("gone")

        try:
            async with asyncio.TaskGroup() as group:
                for seconds in (30, 10, 20):
                    group.create_task(nap(seconds))
        except* LookupError:
            tell("gone")
        return await context.step(seven, "then")

    assert raced(race)[1] == [10, 20, "gone"]


def test_a_step_that_was_cancelled_between_its_attempts_is_not_tried_again() -> None:
    attempts: list[int] = []

    def flaky(step: StepContext) -> None:
        attempts.append(step.attempt)
        raise ConnectionError("again")

    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        trying = context.step(flaky, "flaky", retry=lambda *_: RetryDecision.retry(100))
        await context.wait(10, "meanwhile")
        trying.cancel()
        await context.wait(1000, "all is over")
        return await context.step(seven, "then")

    raced(race)
    assert attempts == [1]


def test_a_handler_that_asks_again_and_again_is_told_all_the_same() -> None:
    async def race(context: AsyncDurableContext, tell: Tell) -> Any:
        waiting = asyncio.ensure_future(asyncio.gather(context.step(seven, "a"), context.step(seven, "b")))
        while not waiting.done():  # noqa: ASYNC110 - what authors write
            await asyncio.sleep(0)
        return waiting.result()

    assert raced(race)[0].value == [7, 7]
