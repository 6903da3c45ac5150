"""Dataclasses, named tuples and typed dicts come back whole, fields and all."""

from dataclasses import InitVar, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar
from uuid import UUID

import pytest

from everstep.core.model import ErrorObject
from everstep.errors import SerDesError
from everstep.sdk.replay.batch import BatchItem, BatchResult
from everstep.sdk.replay.completion import BatchItemStatus, CompletionReason
from everstep.sdk.serdes import SerDesContext, serialize
from everstep.sdk.typed import TypedSerDes, codec_for

CONTEXT = SerDesContext("op-1")
T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Item:
    sku: str
    price: Decimal
    added: date = date(2026, 1, 1)


@dataclass
class Order:
    id: UUID
    items: list[Item]
    parts: "list[Order]" = field(default_factory=list)
    total: Decimal = field(init=False, default=Decimal(0))
    noted: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        self.total += sum(item.price for item in self.items)


@dataclass
class Page(Generic[T]):
    content: list[T]
    next: "Page[T] | None" = None


@dataclass
class Keyed(Page[T], Generic[K, T]):
    by: dict[K, T] = field(default_factory=dict)


@dataclass
class Dates(Keyed[int, date]):
    """T of Page is a date here, K of Keyed an int."""


class Pair(NamedTuple, Generic[T]):
    first: T
    second: T


class Answer(TypedDict, Generic[T]):
    value: T


@dataclass
class Scaled:
    size: int
    by: InitVar[int] = 2

    def __post_init__(self, by: int) -> None:
        self.size *= by


@dataclass
class Secret:
    size: int
    by: InitVar[int]


ITEM = Item("a", Decimal("1.10"))
DAY = date(2026, 1, 2)

EXAMPLES: list[tuple[Any, object, str]] = [
    (Item, ITEM, '{"sku":"a","price":"1.10","added":"2026-01-01"}'),
    (
        Order,
        Order(UUID(int=1), [ITEM], [Order(UUID(int=2), [], noted=True)]),
        '{"id":"00000000-0000-0000-0000-000000000001","items":[{"sku":"a","price":"1.10","added":"2026-01-01"}],'
        '"parts":[{"id":"00000000-0000-0000-0000-000000000002","items":[],"parts":[],"total":"0","noted":true}],'
        '"total":"1.10","noted":false}',
    ),
    (Page[date], Page([DAY], Page([])), '{"content":["2026-01-02"],"next":{"content":[],"next":null}}'),
    (Page[Page[date]], Page([Page([DAY])]), '{"content":[{"content":["2026-01-02"],"next":null}],"next":null}'),
    (Page, Page([1]), '{"content":[1],"next":null}'),
    (Dates, Dates([DAY], by={1: DAY}), '{"content":["2026-01-02"],"next":null,"by":{"1":"2026-01-02"}}'),
    (Pair[date], Pair(DAY, DAY), '{"first":"2026-01-02","second":"2026-01-02"}'),
    (Answer[bytes], {"value": b"a"}, '{"value":"YQ=="}'),
    (Scaled, Scaled(3), '{"size":6}'),
]  # fmt: skip


@pytest.mark.parametrize(("annotation", "value", "text"), EXAMPLES)
def test_an_object_is_saved_as_its_fields_and_comes_back(annotation: Any, value: object, text: str) -> None:
    serdes = TypedSerDes(annotation)
    assert serdes.serialize(value, CONTEXT) == text
    returned = serdes.deserialize(text, CONTEXT)
    assert returned == value
    assert type(returned) is type(value)


def test_the_results_of_a_batch_come_back_as_their_type() -> None:
    done = BatchItem(0, BatchItemStatus.SUCCEEDED, ITEM)
    failed: BatchItem[Item] = BatchItem(1, BatchItemStatus.FAILED, error=ErrorObject(message="no"))
    batch = BatchResult([done, failed], CompletionReason.ALL_COMPLETED)
    serdes = TypedSerDes(BatchResult[Item])
    assert serdes.deserialize(serdes.serialize(batch, CONTEXT), CONTEXT) == batch


def test_fields_may_come_and_go_while_an_execution_sleeps() -> None:
    read = codec_for(Item).from_plain
    assert read({"sku": "a", "price": "1.10", "color": "gone since"}) == ITEM
    with pytest.raises(SerDesError, match=r"^\$: the field 'price' of Item is missing$"):
        read({"sku": "a"})


def test_what_is_not_saved_cannot_be_rebuilt() -> None:
    with pytest.raises(SerDesError, match="Secret cannot be rebuilt from its fields: its InitVar 'by'"):
        codec_for(list[Secret])


def test_an_objects_saved_envelope_is_read_as_the_object() -> None:
    before = serialize(None, {"sku": "a", "price": Decimal("1.10"), "added": date(2026, 1, 1)}, "op-1", "")
    assert TypedSerDes(Item).deserialize(before, CONTEXT) == ITEM


@dataclass(frozen=True)
class Rare(Item):
    charm: int = 1


@pytest.mark.parametrize(
    ("annotation", "value", "sentence"),
    [
        (Item, Rare("a", Decimal(1)), r"\$: expected Item itself, got its subclass Rare: name that class"),
        (Page[Item], Page([Item("a", 1.5)]), r"\$\.content\[0\]\.price: expected Decimal, got float"),  # type: ignore[arg-type]  # the mistake
    ],
)  # fmt: skip
def test_an_object_that_would_not_come_back_is_refused(annotation: Any, value: object, sentence: str) -> None:
    serdes = TypedSerDes(annotation)
    with pytest.raises(SerDesError, match=sentence):
        serdes.deserialize(serdes.serialize(value, CONTEXT), CONTEXT)


@pytest.mark.parametrize(
    ("annotation", "plain", "sentence"),
    [
        (Item, [1], r"^\$: expected Item, got list"),
        (Scaled, {"size": "x"}, r"^\$\.size: expected int, got str 'x'"),
    ],
)
def test_saved_fields_that_do_not_fit_are_named(annotation: Any, plain: object, sentence: str) -> None:
    with pytest.raises(SerDesError, match=sentence):
        codec_for(annotation).from_plain(plain)


def test_an_object_that_refuses_its_own_fields_says_so() -> None:
    @dataclass
    class Positive:
        n: int

        def __post_init__(self) -> None:
            if self.n < 0:
                raise ValueError("negative")

    with pytest.raises(SerDesError, match=r"^\$\[0\]: Positive refuses its saved fields: ValueError: negative"):
        codec_for(list[Positive]).from_plain([{"n": -1}])
