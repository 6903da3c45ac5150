"""Our dataclasses are what the standard library's are, whatever is asked of them; only sooner made."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any, Generic, TypeVar

import pytest

from everstep.core import records
from everstep.core.model import Operation
from everstep.core.records import changed
from everstep.sdk.config import CallbackConfig, WaitForCallbackConfig

T = TypeVar("T")


def _declared(dataclass: Any, field: Any) -> dict[str, Any]:
    """The same classes, declared with one `dataclass` or the other."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        id: str
        size: int = 3
        tags: list[str] = field(default_factory=list)
        secret: str = field(default="s", repr=False)

    @dataclass(frozen=True, slots=True)
    class Placed(Generic[T]):
        first: T
        second: int = 2
        third: int = field(default=3, kw_only=True)

    @dataclass(frozen=True)
    class Open:
        a: int
        b: int = 1

    @dataclass(frozen=True)
    class Wider(Open):
        c: int = 5

    @dataclass(frozen=True, slots=True, order=True)
    class Even:
        number: int = 0

        def __post_init__(self) -> None:
            if self.number % 2:
                raise ValueError(f"{self.number} is odd")

    @dataclass(slots=True, eq=False)
    class Loose:
        n: int
        items: list[int] = field(default_factory=list)

    return {cls.__name__: cls for cls in (Named, Placed, Open, Wider, Even, Loose)}


OURS = _declared(records.dataclass, records.field)
THEIRS = _declared(dataclasses.dataclass, dataclasses.field)

MADE: list[tuple[str, Callable[[Any], Any]]] = [
    ("Named", lambda cls: cls(id="a")),
    ("Named", lambda cls: cls(id="a", size=4, tags=["x"], secret="t")),
    ("Placed", lambda cls: cls("one")),
    ("Placed", lambda cls: cls("one", 5, third=6)),
    ("Open", lambda cls: cls(1)),
    ("Wider", lambda cls: cls(1, c=7)),
    ("Even", lambda cls: cls(4)),
    ("Loose", lambda cls: cls(4)),
]
made = pytest.mark.parametrize(("name", "make"), MADE)
ASKED: list[Callable[[Any], Any]] = [
    repr,
    lambda r: [getattr(r, f.name) for f in dataclasses.fields(r)],
    lambda r: [(f.name, f.repr, f.default) for f in dataclasses.fields(r) if f.default is not dataclasses.MISSING],
    dataclasses.asdict,
    dataclasses.is_dataclass,
    lambda r: type(r).__match_args__,
    lambda r: type(r).__qualname__,
    lambda r: [(p.name, p.kind, p.annotation) for p in inspect.signature(type(r)).parameters.values()],
    lambda r: r == copy.copy(r),
    lambda r: copy.deepcopy(r) == r,
    lambda r: r == 5,
    lambda r: hasattr(r, "__dict__"),
]


@made
@pytest.mark.parametrize("ask", ASKED)
def test_whatever_is_asked_the_answer_is_the_standard_library_s(
    name: str, make: Callable[[Any], Any], ask: Callable[[Any], Any]
) -> None:
    assert ask(make(OURS[name])) == ask(make(THEIRS[name]))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("Named", lambda cls: cls()),
        ("Named", lambda cls: cls("a")),
        ("Named", lambda cls: cls(id="a", colour=1)),
        ("Placed", lambda cls: cls(1, 2, 3)),
        ("Even", lambda cls: cls(3)),
        ("Even", lambda cls: hash(cls(2)) and cls(2) < 5),
        ("Loose", lambda cls: cls()),
    ],
)
def test_whatever_is_wrong_is_refused_in_the_same_words(name: str, make: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, ValueError)) as theirs:
        make(THEIRS[name])
    with pytest.raises(theirs.type) as ours:
        make(OURS[name])
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("name", ["Named", "Placed", "Open", "Wider", "Even"])
def test_a_frozen_record_is_frozen(name: str) -> None:
    record = next(make for known, make in MADE if known == name)(OURS[name])
    member = dataclasses.fields(record)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(record, member, 1)
    with pytest.raises(FrozenInstanceError):
        delattr(record, member)


def test_records_are_compared_hashed_and_ordered() -> None:
    even, placed = OURS["Even"], OURS["Placed"]
    assert sorted([even(4), even(2)]) == [even(2), even(4)]
    assert even(2) <= even(2) < even(4)
    assert len({placed(1), placed(1), placed(2)}) == 2
    assert OURS["Named"](id="a") != OURS["Named"](id="b")
    with pytest.raises(TypeError, match="unhashable"):
        hash(OURS["Named"](id="a"))


def test_a_change_leaves_the_record_as_it_was() -> None:
    for name, changes in (("Named", {"size": 9}), ("Placed", {"first": 9}), ("Open", {"b": 9}), ("Wider", {"a": 9})):
        record = next(make for known, make in MADE if known == name)(OURS[name])
        before = repr(record)
        after = changed(record, **changes)
        assert after == dataclasses.replace(record, **changes)
        assert (repr(record), type(after)) == (before, OURS[name])


def test_a_change_is_held_to_what_the_record_demands() -> None:
    with pytest.raises(ValueError, match="5 is odd"):
        changed(OURS["Even"](2), number=5)
    with pytest.raises(TypeError, match="has no member 'colour'"):
        changed(OURS["Named"](id="a"), colour="red")


def test_a_factory_is_asked_for_each_record() -> None:
    assert OURS["Named"](id="a").tags is not OURS["Named"](id="a").tags


def test_records_of_ours_can_be_pickled_and_inherited() -> None:
    config = WaitForCallbackConfig(timeout=5)
    assert pickle.loads(pickle.dumps(config)) == config
    assert isinstance(config, CallbackConfig)
    assert {"id", "kind", "status"} <= set(inspect.signature(Operation).parameters)
