"""Quick records are what `dataclass` makes, only sooner."""

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from everstep.core.records import changed, quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    id: str
    size: int = 3
    tags: list[str] = field(default_factory=list)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    id: str
    size: int = 3
    tags: list[str] = field(default_factory=list)


@quick
@dataclass(frozen=True, slots=True)
class Even:
    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError(f"{self.number} is odd")


def test_a_quick_record_has_its_members_and_its_defaults() -> None:
    record = Quick(id="a")
    assert (record.id, record.size, record.tags) == ("a", 3, [])
    assert type(record) is Quick
    assert record.tags is not Quick(id="a").tags


def test_it_is_equal_hashed_shown_and_signed_as_its_slow_sister() -> None:
    assert Quick(id="a") == Quick(id="a")
    assert Quick(id="a") != Quick(id="b")
    assert repr(Quick(id="a")) == repr(Slow(id="a")).replace("Slow", "Quick")
    assert hash(Even(2)) == hash(Even(2))
    assert inspect.signature(Quick) == inspect.signature(Slow)
    assert [member.name for member in fields(Quick)] == [member.name for member in fields(Slow)]


def test_it_is_frozen() -> None:
    record = Quick(id="a")
    with pytest.raises(FrozenInstanceError):
        record.size = 4  # type: ignore[misc]
    with pytest.raises(AttributeError):
        object.__setattr__(record, "weight", 1)


def test_a_change_leaves_the_record_as_it_was() -> None:
    record = Quick(id="a", tags=["x"])
    after = changed(record, size=4)
    assert (record.size, after.size, after.id, after.tags) == (3, 4, "a", ["x"])
    assert after == replace(record, size=4)
    with pytest.raises(FrozenInstanceError):
        after.size = 5  # type: ignore[misc]


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'id'"):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="has no member 'colour'"):
        changed(Quick(id="a"), colour="red")  # type: ignore[call-arg]


def test_what_a_record_demands_is_asked_of_a_changed_one_too() -> None:
    with pytest.raises(ValueError, match="3 is odd"):
        Even(3)
    with pytest.raises(ValueError, match="5 is odd"):
        changed(Even(2), number=5)


def test_it_can_be_copied_and_pickled() -> None:
    record = Quick(id="a", tags=["x"])
    assert copy.deepcopy(record) == record
    assert pickle.loads(pickle.dumps(record)) == record
