"""Durable functions made by chance: what they do, and what carries it out in both forms.

A program is a value, so that it can be printed, and the same number always makes the same one. Whatever it does, its
result must not depend on when the world acts, nor on how often its process dies.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, TypeAlias, assert_never

from everstep import (
    AsyncDurableContext,
    BatchResult,
    CompletionConfig,
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

DEPTH_MAX = 3
CALLED_DEPTH = 2
NEVER = RetryPresets.none()


@dataclass(frozen=True, slots=True)
class Step:
    """Fails so many times before it succeeds; None: for good."""

    failures: int | None
    at_most_once: bool


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody outside says yes or no, or is silent until the callback times out."""

    answer: str
    has_submitter: bool


@dataclass(frozen=True, slots=True)
class Poll:
    times: int


@dataclass(frozen=True, slots=True)
class Call:
    """Another function, which runs the program of this number."""

    function: str
    number: int


@dataclass(frozen=True, slots=True)
class Child:
    body: "Program"
    fails: bool


@dataclass(frozen=True, slots=True)
class Branches:
    """Side by side; in a race the first one that succeeds is enough, whichever it is."""

    bodies: tuple["Program", ...]
    is_map: bool
    is_race: bool
    max_concurrency: int | None
    nesting: NestingType


Act: TypeAlias = Step | Wait | Ask | Poll | Call | Child | Branches
Program: TypeAlias = tuple[Act, ...]


# --------------------------------------------------------------------------- by chance
def a_program(number: int, depth: int = 0) -> Program:
    """The same one for the same number."""
    return _program(Random(f"program {number}"), depth)


def _program(chance: Random, depth: int) -> Program:
    return tuple(_act(chance, depth) for _ in range(chance.randint(1, 4 - depth)))


def _act(chance: Random, depth: int) -> Act:
    deeper = 0 if depth >= DEPTH_MAX else 2
    weights = {"step": 4, "wait": 2, "ask": 2, "poll": 1, "call": deeper, "child": deeper, "branches": deeper}
    match chance.choices([*weights], [*weights.values()])[0]:
        case "step":
            failures = chance.choice([0, 0, 0, 1, 2, None])
            return Step(failures, at_most_once=failures is not None and chance.random() < 0.3)
        case "wait":
            return Wait(chance.choice([1, 2, 60, 3600]))
        case "ask":
            return Ask(chance.choice(["yes", "yes", "no", "silent"]), has_submitter=chance.random() < 0.5)
        case "poll":
            return Poll(chance.randint(1, 3))
        case "call":
            return Call(chance.choice(["durable", "plain", "nobody"]), chance.randint(0, 1_000_000))
        case "child":
            return Child(_program(chance, depth + 1), fails=chance.random() < 0.2)
        case _:
            is_map = chance.random() < 0.5
            count = chance.randint(1, 3)
            first = _program(chance, depth + 1)
            others = (first if is_map else _program(chance, depth + 1) for _ in range(count - 1))
            return Branches(
                bodies=(first, *others),
                is_map=is_map,
                is_race=chance.random() < 0.2,
                max_concurrency=chance.choice([None, 1, 2]),
                nesting=chance.choice(list(NestingType)),
            )


# --------------------------------------------------------------------------- both forms
class Ledger:
    """What steps did to the world: how often each attempt ran, by the place of the step in its program."""

    def __init__(self) -> None:
        self.attempts: Counter[tuple[str, int]] = Counter()
        self.at_most_once: set[str] = set()

    def write(self, place: str, attempt: int, *, at_most_once: bool) -> None:
        self.attempts[place, attempt] += 1
        if at_most_once:
            self.at_most_once.add(place)

    def broken(self) -> list[tuple[str, int]]:
        """Attempts that ran twice although they must not."""
        return [key for key, times in self.attempts.items() if times > 1 and key[0] in self.at_most_once]


def functions(ledger: Ledger, *, is_async: bool) -> dict[str, DurableFunction[Any]]:
    """The functions that carry programs out; both are given {"number", "place"}."""

    def run(event: Any, context: DurableContext) -> Any:
        return _play(context, a_program(event["number"], event["depth"]), event["place"], ledger)

    async def run_async(event: Any, context: AsyncDurableContext) -> Any:
        return await _play_async(context, a_program(event["number"], event["depth"]), event["place"], ledger)

    make: Callable[[Any], DurableFunction[Any]] = durable_execution
    function = make(run_async) if is_async else make(run)
    return {"root": function, "durable": function}


def _play(context: DurableContext, program: Program, place: str, ledger: Ledger) -> list[Any]:
    results = []
    for number, act in enumerate(program):
        here = f"{place}.{number}"
        try:
            outcome = _ask(context, act, here, ledger, _play)
            results.append(_plain(act, outcome.result() if _is_bare(act) else outcome))
        except DurableOperationError as error:
            results.append(f"{type(error).__name__}: {error}")
    return results


async def _play_async(context: AsyncDurableContext, program: Program, place: str, ledger: Ledger) -> list[Any]:
    results = []
    for number, act in enumerate(program):
        here = f"{place}.{number}"
        try:
            outcome = await _ask(context, act, here, ledger, _play_async)
            results.append(_plain(act, await outcome.result() if _is_bare(act) else outcome))
        except DurableOperationError as error:
            results.append(f"{type(error).__name__}: {error}")
    return results


def _is_bare(act: Act) -> bool:
    return isinstance(act, Ask) and not act.has_submitter


def _ask(context: Any, act: Act, place: str, ledger: Ledger, play: Callable[..., Any]) -> Any:
    """Ask for the operation; in the `async` form what comes back is awaited."""
    match act:
        case Step():
            often = StepSemantics.AT_MOST_ONCE_PER_RETRY if act.at_most_once else StepSemantics.AT_LEAST_ONCE_PER_RETRY
            retry = NEVER if act.failures is None else _again
            return context.step(_body(act, place, ledger), place, retry=retry, semantics=often)
        case Wait(seconds):
            return context.wait(seconds, place)
        case Ask():
            name = f"{act.answer} {place}"
            timeout = 60 if act.answer == "silent" else 0
            if act.has_submitter:
                return context.wait_for_callback(lambda callback_id, step: None, name, timeout=timeout)
            return context.create_callback(name, timeout=timeout)
        case Poll(times):
            return context.wait_for_condition(_count, name=place, initial_state=0, wait_strategy=_until(times))
        case Call(function, number):
            event = {"number": number, "depth": CALLED_DEPTH, "place": place}
            return context.invoke(function, event, place)
        case Child():
            return context.run_in_child_context(lambda inner: _inside(inner, act, place, ledger, play), place)
        case Branches():
            return _branches(context, act, place, ledger, play)
        case _:
            assert_never(act)


def _again(error: Exception, attempts: int) -> RetryDecision:
    return RetryDecision.retry(5)


def _body(step: Step, place: str, ledger: Ledger) -> Callable[[StepContext], str]:
    def body(context: StepContext) -> str:
        ledger.write(place, context.attempt, at_most_once=step.at_most_once)
        if step.failures is None or context.attempt <= step.failures:
            raise ValueError(f"{place} is declined")
        return f"{place} is done"

    return body


def _count(state: int, context: WaitForConditionCheckContext) -> int:
    return state + 1


def _until(times: int) -> WaitStrategy[int]:
    return WaitStrategies.fixed(lambda state: state >= times, 30)


def _inside(context: Any, act: Child, place: str, ledger: Ledger, play: Callable[..., Any]) -> Any:
    if not act.fails:
        return play(context, act.body, place, ledger)

    def fail() -> None:
        raise LookupError(f"{place} found nothing")

    if isinstance(context, DurableContext):
        play(context, act.body, place, ledger)
        return fail()

    async def fail_in_the_end() -> None:
        await play(context, act.body, place, ledger)
        fail()

    return fail_in_the_end()


def _branches(context: Any, act: Branches, place: str, ledger: Ledger, play: Callable[..., Any]) -> Any:
    config = {
        "max_concurrency": act.max_concurrency,
        "nesting": act.nesting,
        "completion": CompletionConfig.first_successful() if act.is_race else CompletionConfig.all_completed(),
    }

    def run(inner: Any, index: int) -> Any:
        return play(inner, act.bodies[index], f"{place}/{index}", ledger)

    if act.is_map:
        return context.map(range(len(act.bodies)), lambda inner, item, index, items: run(inner, index), place, **config)
    return context.parallel([partial(run, index=index) for index in range(len(act.bodies))], place, **config)


def _plain(act: Act, outcome: Any) -> Any:
    """What is compared: of a race only that somebody won."""
    if not isinstance(outcome, BatchResult):
        return outcome
    assert isinstance(act, Branches)
    return outcome.success_count >= 1 if act.is_race else outcome.get_results()
