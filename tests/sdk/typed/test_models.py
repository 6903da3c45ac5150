"""Classes of attrs, pydantic and msgspec come back whole, alone and inside each other."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import pytest

from everstep.errors import SerDesError
from everstep.sdk.serdes import SerDesContext
from everstep.sdk.typed import TypedSerDes, codec_for

for library in ("attrs", "msgspec", "pydantic"):
    pytest.importorskip(library, reason=f"{library} is not installed: models NOT tested")

import attrs  # noqa: E402
import msgspec  # noqa: E402
import pydantic  # noqa: E402
import pydantic.dataclasses  # noqa: E402

CONTEXT = SerDesContext("op-1")
T = TypeVar("T")


def framed(text: str) -> str:
    return f"[{text}]"


@attrs.define
class Parcel:
    weight: int
    _sent: date = date(2026, 1, 1)
    label: str = attrs.field(default="box", converter=framed)
    twice: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.twice = 2 * self.weight


class Customer(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True, extra="forbid", alias_generator=lambda name: name.upper())
    born: datetime
    balance: Decimal = Decimal(0)

    @pydantic.computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def age(self) -> int:
        return 2026 - self.born.year


class Batch(pydantic.BaseModel, Generic[T]):
    content: list[T]


@pydantic.dataclasses.dataclass
class Checked:
    at: date


class Event(msgspec.Struct):
    at: datetime
    ids: set[int]
    origin: complex | None = None


class Left(msgspec.Struct, tag=True):
    at: date


class Right(msgspec.Struct, tag=True):
    at: date


@dataclass
class Everything:
    customer: Customer
    event: Event
    parcels: dict[int, Parcel]


DAY = date(2026, 1, 2)
NOON = datetime(2026, 1, 2, 12)  # noqa: DTZ001  # authors have naive ones
CUSTOMER = Customer.model_validate({"BORN": NOON})
EVENT = Event(NOON, {2, 1})
BORN = '{"born":"2026-01-02T12:00:00","balance":"0"}'
HELD = '{"at":"2026-01-02T12:00:00","ids":[1,2],"origin":null}'

EXAMPLES: list[tuple[Any, object, str]] = [
    (Parcel, Parcel(2), '{"weight":2,"_sent":"2026-01-01","label":"[box]","twice":4}'),
    (Customer, CUSTOMER, BORN),
    (list[Customer], [CUSTOMER], f"[{BORN}]"),
    (Batch[Customer], Batch[Customer](content=[CUSTOMER]), f'{{"content":[{BORN}]}}'),
    (Checked, Checked(DAY), '{"at":"2026-01-02"}'),
    (Event, EVENT, HELD),
    (Left | Right, Right(DAY), '{"type":"Right","at":"2026-01-02"}'),
    (Customer | Event | None, EVENT, HELD),
    (
        Everything,
        Everything(CUSTOMER, EVENT, {1: Parcel(1)}),
        f'{{"customer":{BORN},"event":{HELD},"parcels":{{"1":'
        '{"weight":1,"_sent":"2026-01-01","label":"[box]","twice":2}}}',
    ),
]


@pytest.mark.parametrize(("annotation", "value", "text"), EXAMPLES)
def test_a_model_is_saved_as_its_fields_and_comes_back(annotation: Any, value: object, text: str) -> None:
    serdes = TypedSerDes(annotation)
    assert serdes.serialize(value, CONTEXT) == text
    returned = serdes.deserialize(text, CONTEXT)
    assert returned == value
    assert type(returned) is type(value)


def test_a_model_is_read_by_alias_too() -> None:
    assert codec_for(Customer).from_plain({"BORN": "2026-01-02T12:00:00"}) == CUSTOMER


class Regular(Customer):
    visits: int = 1


@pytest.mark.parametrize(
    ("annotation", "value", "sentence"),
    [
        (
            list[Customer],
            [Regular.model_validate({"BORN": NOON})],
            r"\$\[0\]: expected Customer itself, got its subclass Regular",
        ),
        (Event, Event(5, set()), r"\$\.at: Expected `datetime`, got `int`"),  # type: ignore[arg-type]  # the mistake
        (Event, DAY, r"\$: expected Event, got date"),
        (Customer, None, r"\$: expected Customer, got NoneType"),
        (Customer, Customer.model_construct(born=7), r"\$: Customer cannot be written"),
        (Event, Event(NOON, set(), 1j), r"the type complex cannot be saved"),
    ],
)
def test_a_model_that_would_not_come_back_is_refused(annotation: Any, value: object, sentence: str) -> None:
    serdes = TypedSerDes(annotation)
    with pytest.raises(SerDesError, match=sentence):
        serdes.deserialize(serdes.serialize(value, CONTEXT), CONTEXT)


@pytest.mark.parametrize(
    ("annotation", "plain", "sentence"),
    [
        (Customer, {"born": "soon"}, r"^\$\.born: Input should be a valid datetime"),
        (list[Batch[int]], [{"content": [1, "x"]}], r"^\$\[0\]\.content\[1\]: Input should be a valid integer"),
        (list[Event], [{"at": 1, "ids": []}], r"^\$\[0\]\.at: Expected `datetime`, got `int`"),
        (Parcel, {"weight": None}, r"^\$\.weight: expected int, got NoneType"),
    ],
)
def test_saved_fields_that_do_not_fit_a_model_are_named(annotation: Any, plain: object, sentence: str) -> None:
    with pytest.raises(SerDesError, match=sentence):
        codec_for(annotation).from_plain(plain)
