"""Carries programs out, as `def` and as `async def` functions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, assert_never

from everstep import (
    AsyncDurableContext,
    BatchResult,
    CompletionConfig,
    Durability,
    DurableContext,
    DurableFunction,
    DurableOperationError,
    NestingType,
    RetryDecision,
    RetryPresets,
    StepContext,
    StepSemantics,
    WaitForConditionCheckContext,
    WaitStrategies,
    durable_execution,
)
from everstep.sdk.waits import WaitStrategy
from tests.invariants.record import BodyRan, Deed, Gathered
from tests.simulation.programs import (
    CALLED_DEPTH,
    Act,
    Ask,
    Branches,
    Call,
    Child,
    Poll,
    Program,
    Step,
    Together,
    Wait,
    a_program,
)

NEVER = RetryPresets.none()


class Stage(Protocol):
    """The process in which a function runs."""

    @property
    def arn(self) -> str: ...

    def enter_body(self) -> None:
        """A body begins: raises when the process is dead."""
        ...

    def leave_body(self) -> None:
        """A body has done its work: raises when the process is dead."""
        ...

    def write(self, deed: Deed) -> None:
        """Into the ledger."""
        ...

    def pauses(self) -> int:
        """How often a coroutine lets others go first."""
        ...

    def limit(self, place: str, units_max: int) -> None:
        """A map or parallel may have so many units under way."""
        ...


def function_of(stage: Stage, *, is_async: bool) -> DurableFunction[Any]:
    """The function that carries programs out; it is given {"number", "depth", "place"}."""
    player = Player(stage, is_async)

    def run(event: Any, context: DurableContext) -> Any:
        return player.play(context, a_program(event["number"], event["depth"]), event["place"])

    async def run_async(event: Any, context: AsyncDurableContext) -> Any:
        return await player.play_async(context, a_program(event["number"], event["depth"]), event["place"])

    make: Callable[[Any], DurableFunction[Any]] = durable_execution
    return make(run_async) if is_async else make(run)


@dataclass(frozen=True, slots=True)
class Player:
    """One invocation of a program."""

    stage: Stage
    is_async: bool
    """Then the bodies of steps are `async` too: others would get threads that nobody rules."""

    def play(self, context: DurableContext, program: Program, place: str) -> list[Any]:
        return [self._one(context, act, f"{place}.{number}") for number, act in enumerate(program)]

    def _one(self, context: DurableContext, act: Act, place: str) -> Any:
        if isinstance(act, Together):
            return self.play(context, act.acts, place)
        try:
            outcome = self._begin(context, act, place, self.play)
            return self._plain(act, place, outcome.result() if _is_bare(act) else outcome)
        except DurableOperationError as error:
            return _error(act, error)

    async def play_async(self, context: AsyncDurableContext, program: Program, place: str) -> list[Any]:
        return [await self._one_async(context, act, f"{place}.{number}") for number, act in enumerate(program)]

    async def _one_async(self, context: AsyncDurableContext, act: Act, place: str) -> Any:
        if isinstance(act, Together):
            each = (self._one_async(context, inner, f"{place}.{number}") for number, inner in enumerate(act.acts))
            return list(await asyncio.gather(*each))
        try:
            outcome = await self._begin(context, act, place, self.play_async)
            return self._plain(act, place, await outcome.result() if _is_bare(act) else outcome)
        except DurableOperationError as error:
            return _error(act, error)

    def _begin(self, context: Any, act: Act, place: str, play: Callable[..., Any]) -> Any:
        """Ask for the operation; in the `async` form what comes back is awaited."""
        match act:
            case Step():
                often = (
                    StepSemantics.AT_MOST_ONCE_PER_RETRY if act.at_most_once else StepSemantics.AT_LEAST_ONCE_PER_RETRY
                )
                retry = NEVER if act.failures is None else _again
                saved = Durability.RELAXED if act.is_relaxed else Durability.FULL
                return context.step(self._body(act, place), place, retry=retry, semantics=often, durability=saved)
            case Wait(seconds):
                return context.wait(seconds, place)
            case Ask():
                name = f"{act.answer} {place}"
                limits = {"timeout": act.timeout_seconds, "heartbeat_timeout": act.heartbeat_seconds}
                if act.has_submitter:
                    return context.wait_for_callback(self._submitter(f"{name} submitter"), name, **limits)
                return context.create_callback(name, **limits)
            case Poll(times):
                return context.wait_for_condition(
                    self._coloured(_count), name=place, initial_state=0, wait_strategy=_until(times)
                )
            case Call(function, number):
                event = {"number": number, "depth": CALLED_DEPTH, "place": place, "arn": self.stage.arn}
                return context.invoke(function, event, place)
            case Child():
                return context.run_in_child_context(lambda inner: _inside(inner, act, place, play), place)
            case Branches():
                return self._branches(context, act, place, play)
            case Together():
                raise AssertionError("it is played in parts")
            case _:
                assert_never(act)

    def _body(self, step: Step, place: str) -> Callable[[StepContext], Any]:
        def body(context: StepContext) -> str:
            self._act(place, context.attempt, at_most_once=step.at_most_once)
            if step.failures is None or context.attempt <= step.failures:
                raise ValueError(f"{place} is declined")
            return "done"

        return self._coloured(body)

    def _submitter(self, place: str) -> Callable[[str, Any], Any]:
        def submit(callback_id: str, context: Any) -> None:
            self._act(place, 1)

        return self._coloured(submit)

    def _act(self, place: str, attempt: int, *, at_most_once: bool = False) -> None:
        self.stage.enter_body()
        self.stage.write(BodyRan(arn=self.stage.arn, place=place, attempt=attempt, at_most_once=at_most_once))
        self.stage.leave_body()

    def _coloured(self, body: Callable[..., Any]) -> Callable[..., Any]:
        """The body as it is, or as a coroutine function that takes its time."""
        if not self.is_async:
            return body

        async def slow(*arguments: Any) -> Any:
            for _ in range(self.stage.pauses()):
                await asyncio.sleep(0)
            return body(*arguments)

        return slow

    def _branches(self, context: Any, act: Branches, place: str, play: Callable[..., Any]) -> Any:
        least = act.successes_min
        config = {
            "max_concurrency": act.max_concurrency,
            "nesting": act.nesting,
            "completion": CompletionConfig.all_completed() if least is None else CompletionConfig(min_successful=least),
        }
        if act.max_concurrency is not None and act.nesting is NestingType.NESTED:
            self.stage.limit(place, act.max_concurrency)

        def run(inner: Any, index: int) -> Any:
            return _with_index(index, play(inner, act.bodies[index], f"{place}/{index}"))

        if act.is_map:
            return context.map(
                range(len(act.bodies)), lambda inner, item, index, items: run(inner, index), place, **config
            )
        return context.parallel([partial(run, index=index) for index in range(len(act.bodies))], place, **config)

    def _plain(self, act: Act, place: str, outcome: Any) -> Any:
        """What is compared."""
        match act:
            case Ask():
                assert outcome.startswith(act.answer), f"{outcome} is no answer to {act}"
                return act.answer
            case Call(function="plain"):
                assert outcome["place"] == place, outcome
                return "plain"
            case Branches():
                assert isinstance(outcome, BatchResult)
                if act.successes_min is not None:
                    return outcome.success_count >= act.successes_min
                results = outcome.get_results()
                indexes = tuple(index for index, _ in results)
                self.stage.write(Gathered(arn=self.stage.arn, place=place, inputs=indexes))
                return results
            case _:
                return outcome


def _with_index(index: int, results: Any) -> Any:
    if isinstance(results, list):
        return [index, results]

    async def awaited() -> Any:
        return [index, await results]

    return awaited()


def _is_bare(act: Act) -> bool:
    return isinstance(act, Ask) and not act.has_submitter


def _error(act: Act, error: DurableOperationError) -> str:
    return "either" if isinstance(act, Ask) and act.answer == "either" else type(error).__name__


def _again(error: Exception, attempts: int) -> RetryDecision:
    return RetryDecision.retry(5)


def _count(state: int, context: WaitForConditionCheckContext) -> int:
    return state + 1


def _until(times: int) -> WaitStrategy[int]:
    return WaitStrategies.fixed(lambda state: state >= times, 30)


def _inside(context: Any, act: Child, place: str, play: Callable[..., Any]) -> Any:
    played = play(context, act.body, place)
    if isinstance(context, DurableContext):
        return _end(act, place, played)

    async def end() -> Any:
        return _end(act, place, await played)

    return end()


def _end(act: Child, place: str, results: Any) -> Any:
    if act.fails:
        raise LookupError(f"{place} found nothing")
    return results
