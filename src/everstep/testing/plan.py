"""Everything that a test says about its world before anything runs.

It is a value, so that the same world can be made as often as somebody wants to break it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from everstep.core.limits import LIMITS, Limits
from everstep.core.model import ErrorObject
from everstep.sdk.delays import to_seconds
from everstep.service.ports import Store
from everstep.testing.errors import DurableFunctionsTestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a world is to be."""

    callbacks: Mapping[str, Any] = field(default_factory=dict)
    """By the name of a callback, or of a `wait_for_callback`: its answer. See `everstep.testing.answers`."""
    steps: Mapping[str, Any] = field(default_factory=dict)
    """By the name of a step: what stands in for its body. See `everstep.testing.stand_ins`."""
    limits: Limits = LIMITS
    execution_timeout_seconds: int | None = None
    """None: executions have as long as they want, and a test that waits in vain is told so."""
    timeouts: Mapping[str, int] = field(default_factory=dict)
    """The same in seconds for functions that have a timeout of their own, by name."""
    invocation_timeout_seconds: int = 900
    """What handlers are told about their time; nothing is killed for being slow."""
    is_real_time: bool = False
    """Whether waits take as long as they say."""
    seed: int = 0
    """Another seed makes other ids, other jitter, and other draws of `context.random()` and `context.uuid4()`."""
    region: str = "us-east-1"
    account: str = "000000000000"
    store: Store | None = None
    """Where executions are kept, and never waits; None: a store in memory, anew for each world."""
    allow_unused: bool = False
    """Whether `callbacks` and `steps` may name what does not occur."""

    def __post_init__(self) -> None:
        if not (len(self.account) == 12 and self.account.isascii() and self.account.isdigit()):
            raise DurableFunctionsTestError(f"an account id has twelve digits, got {self.account!r}")
        for name in (*self.callbacks, *self.steps):
            if not isinstance(name, str):
                raise DurableFunctionsTestError(f"callbacks and steps go by name, and {name!r} is no text")
        for name, rule in self.callbacks.items():
            for answer in rule.answers if isinstance(rule, InTurn) else (rule,):
                _check_answer(name, answer)


@dataclass(frozen=True, slots=True)
class InTurn:
    """Answers that are given one after the other; see `in_turn`."""

    answers: tuple[Any, ...]


def in_turn(*answers: Any) -> InTurn:
    """One answer after the other: for the callbacks of one name, or for the attempts of a step. The last one stays."""
    if not answers:
        raise DurableFunctionsTestError("in_turn needs at least one answer")
    return InTurn(answers)


class NoAnswer:
    """Somebody who does not answer; see `NO_ANSWER`."""

    def __repr__(self) -> str:
        return "NO_ANSWER"


NO_ANSWER = NoAnswer()
"""In the place of a callback's answer: nobody answers this one, so that it times out."""


def _check_answer(name: str, answer: object) -> None:
    if not isinstance(answer, tuple):
        return
    if len(answer) != 2:
        raise DurableFunctionsTestError(
            f"callbacks={{{name!r}: …}}: a tuple is (after how long, the answer), and {answer!r} has {len(answer)} "
            "parts; use a list for a list, and in_turn(…) for several answers"
        )
    to_seconds(answer[0], f"how long the answer to {name!r} takes")


class Turns:
    """Owns how often each name was asked; a world has its own, so that a plan can be used again."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._rules = rules
        self._asked: dict[str, int] = {}

    def __contains__(self, name: str | None) -> bool:
        return name in self._rules

    def next(self, name: str) -> Any:
        """What the plan says for this name, this time."""
        rule = self._rules[name]
        if not isinstance(rule, InTurn):
            return rule
        asked = self._asked[name] = self._asked.get(name, 0) + 1
        return rule.answers[min(asked, len(rule.answers)) - 1]


def as_error_object(error: BaseException | ErrorObject | type[BaseException]) -> ErrorObject:
    """A failure as somebody outside would report it."""
    if isinstance(error, ErrorObject):
        return error
    if isinstance(error, type):
        return ErrorObject(type=error.__name__, message="")
    return ErrorObject(type=type(error).__name__, message=str(error))


def check_known(given: Mapping[str, object], kind: type) -> None:
    """Raises TypeError for a keyword that this TypedDict does not have, and names those that there are."""
    unknown = sorted(set(given) - kind.__annotations__.keys())
    if unknown:
        raise TypeError(f"there is no option {', '.join(unknown)}; there are {', '.join(kind.__annotations__)}")
