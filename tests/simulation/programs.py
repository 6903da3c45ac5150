"""Durable functions made by chance: what they do, and what they must give.

A program is a value, so that it can be printed, and the same number always makes the same one. Whatever it does, its
result must not depend on when the world acts, nor on how often its process dies.
"""

from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias, assert_never

from everstep import NestingType

DEPTH_MAX = 3
CALLED_DEPTH = 2
OPERATIONS_MAX = 20


@dataclass(frozen=True, slots=True)
class Step:
    """Fails so many times before it succeeds; None: for good."""

    failures: int | None
    at_most_once: bool
    is_relaxed: bool = False
    """Its success is not waited for, so it may run again after the function went on."""


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody outside says `yes` or `no`, is `silent` until the callback times out, or `either`, as chance has it."""

    answer: str
    has_submitter: bool
    heartbeat_seconds: int = 0

    @property
    def timeout_seconds(self) -> int:
        return 60 if self.answer in ("silent", "either") and not self.heartbeat_seconds else 0


@dataclass(frozen=True, slots=True)
class Poll:
    times: int


@dataclass(frozen=True, slots=True)
class Call:
    """Another function, which runs the program of this number."""

    function: str
    number: int


@dataclass(frozen=True, slots=True)
class Together:
    """Begun at once and awaited together, where the function is `async`; else one after the other."""

    acts: tuple[Step | Wait, ...]


@dataclass(frozen=True, slots=True)
class Child:
    body: "Program"
    fails: bool


@dataclass(frozen=True, slots=True)
class Branches:
    """Side by side; with a minimum, so many that succeed are enough, whichever they are."""

    bodies: tuple["Program", ...]
    is_map: bool
    successes_min: int | None
    max_concurrency: int | None
    nesting: NestingType


Act: TypeAlias = Step | Wait | Ask | Poll | Call | Together | Child | Branches
Program: TypeAlias = tuple[Act, ...]


# --------------------------------------------------------------------------- by chance
def a_program(number: int, depth: int = 0) -> Program:
    """The same one for the same number."""
    return _Author(Random(f"program {number}"), Random(f"relaxed steps of {number}")).program(depth)


class _Author:
    """Owns the number of operations that are left to be used."""

    def __init__(self, chance: Random, ease: Random) -> None:
        self._chance = chance
        self._ease = ease
        """Of its own, so that the programs are those of the time before there were relaxed steps."""
        self._left = OPERATIONS_MAX

    def program(self, depth: int) -> Program:
        return tuple(self._act(depth) for _ in range(self._chance.randint(1, 5 - depth)) if self._left > 0)

    def _act(self, depth: int) -> Act:
        self._left -= 1
        deeper = 0 if depth >= DEPTH_MAX or self._left < 2 else 2
        weights = {
            "step": 4, "wait": 2, "ask": 2, "poll": 1, "together": 1, "call": deeper,
            "child": deeper, "branches": deeper,
        }  # fmt: skip
        match self._chance.choices([*weights], [*weights.values()])[0]:
            case "step":
                return self._step()
            case "wait":
                return self._wait()
            case "ask":
                return self._ask()
            case "poll":
                return Poll(self._chance.randint(1, 3))
            case "together":
                self._left -= 2
                return Together(tuple(self._step() if self._chance.random() < 0.5 else self._wait() for _ in range(2)))
            case "call":
                function = self._chance.choice(["durable", "durable_async", "plain", "nobody"])
                return Call(function, self._chance.randint(0, 1_000_000))
            case "child":
                return Child(self.program(depth + 1), fails=self._chance.random() < 0.2)
            case _:
                return self._branches(depth)

    def _step(self) -> Step:
        failures = self._chance.choice([0, 0, 0, 1, 2, None])
        at_most_once = failures is not None and self._chance.random() < 0.3
        return Step(failures, at_most_once, is_relaxed=not at_most_once and self._ease.random() < 0.3)

    def _wait(self) -> Wait:
        return Wait(self._chance.choice([1, 2, 60, 600]))

    def _ask(self) -> Ask:
        answer = self._chance.choice(["yes", "yes", "no", "silent", "either"])
        beats = answer in ("silent", "either") and self._chance.random() < 0.5
        return Ask(answer, self._chance.random() < 0.5, heartbeat_seconds=20 if beats else 0)

    def _branches(self, depth: int) -> Branches:
        is_map = self._chance.random() < 0.5
        count = self._chance.randint(1, 4)
        first = self.program(depth + 1)
        others = (first if is_map else self.program(depth + 1) for _ in range(count - 1))
        return Branches(
            bodies=(first, *others),
            is_map=is_map,
            successes_min=self._chance.randint(1, count) if self._chance.random() < 0.3 else None,
            max_concurrency=self._chance.choice([None, 1, 2]),
            nesting=self._chance.choice(list(NestingType)),
        )


# --------------------------------------------------------------------------- what it must give
def expected(program: Program) -> list[Any]:
    """The result of a program, from its text alone. An error is its type's name."""
    return [_expected(act) for act in program]


def _expected(act: Act) -> Any:
    match act:
        case Step():
            return "StepError" if act.failures is None else "done"
        case Wait():
            return None
        case Ask():
            return {"yes": "yes", "no": "CallbackExternalError", "silent": "CallbackTimeoutError"}.get(
                act.answer, "either"
            )
        case Poll(times):
            return times
        case Call(function="plain"):
            return "plain"
        case Call(function="nobody"):
            return "InvokeError"
        case Call():
            return expected(a_program(act.number, CALLED_DEPTH))
        case Together():
            return expected(act.acts)
        case Child():
            return "ChildContextError" if act.fails else expected(act.body)
        case Branches():
            if act.successes_min is not None:
                return True
            return [[index, expected(body)] for index, body in enumerate(act.bodies)]
        case _:
            assert_never(act)
