"""Pages of the state: what a function is shown, in which portions, and where the next one begins."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from everstep.core.limits import ENVELOPE_BYTES_MAX, MIB, PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX
from everstep.core.machine.delta import Begun
from everstep.core.machine.state import Execution, Head, Invocation, InvocationPhase, restore
from everstep.core.messages import StatePage
from everstep.core.model import CheckpointToken, ErrorObject, Kind, Operation, OperationId, Status
from everstep.core.refusal import Refused
from everstep.core.wire.envelope import encode_envelope
from everstep.core.wire.text import dump
from everstep.service.queries import envelope, state_page
from tests.service.stores.deltas import NOW, an_origin

LAMBDA_REQUEST_BYTES_MAX = 6 * MIB
BEGUN = Begun(
    invocation=Invocation(number=1, phase=InvocationPhase.LIVE, id="request-1", started_at=NOW),
    token=CheckpointToken("token"),
    updated_operation_ids=(),
)


def an_operation(
    id_: str, kind: Kind = Kind.STEP, *, parent: str | None = None, status: Status = Status.SUCCEEDED, **members: Any
) -> Operation:
    parent_id = OperationId(parent) if parent is not None else None
    return Operation(id=OperationId(id_), kind=kind, status=status, started_at=NOW, parent_id=parent_id, **members)


def a_context(id_: str, **members: Any) -> Operation:
    return an_operation(id_, Kind.CONTEXT, **members)


def an_execution(operations: Sequence[Operation], input_: str | None = None) -> Execution:
    numbered = [replace(operation, seq=number) for number, operation in enumerate(operations, start=1)]
    return restore(an_origin(input=input_), Head(operations=len(numbered)), numbered)


def ids(operations: Sequence[Operation]) -> list[str]:
    return [operation.id for operation in operations]


def pages(execution: Execution, max_items: int) -> list[StatePage]:
    """All of them, each fetched with the marker of the one before."""
    found = [state_page(execution, None, max_items)]
    while (marker := found[-1].next_marker) is not None:
        assert len(found) <= 100, "it goes round in circles"
        found.append(state_page(execution, marker, max_items))
    return found


def everything(execution: Execution, first: StatePage) -> list[Operation]:
    """What a function knows that follows the markers of its envelope to their end."""
    found, marker, fetched = [*first.operations], first.next_marker, 0
    while marker is not None:
        page = state_page(execution, marker, PAGE_ITEMS_MAX)
        found, marker, fetched = [*found, *page.operations], page.next_marker, fetched + 1
        assert fetched <= 100, "it goes round in circles"
    return found


# --------------------------------------------------------------------------- what is hidden
def test_what_is_inside_a_completed_context_is_hidden_at_every_depth() -> None:
    execution = an_execution(
        [
            a_context("done"),
            an_operation("in done", parent="done"),
            a_context("open in done", parent="done", status=Status.STARTED),
            an_operation("deep", parent="open in done"),
            an_operation("beside"),
        ]
    )
    assert ids(state_page(execution, None, 0).operations) == ["id-1", "done", "beside"]


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED])
def test_what_is_inside_a_context_that_runs_again_is_shown(status: Status) -> None:
    execution = an_execution(
        [
            a_context("large", status=status, replay_children=True),
            a_context("small", parent="large"),
            an_operation("in small", parent="small"),
            an_operation("in large", parent="large"),
        ]
    )
    assert ids(state_page(execution, None, 0).operations) == ["id-1", "large", "small", "in large"]


def test_what_is_inside_an_open_context_is_shown() -> None:
    execution = an_execution([a_context("open", status=Status.STARTED), an_operation("in open", parent="open")])
    assert ids(state_page(execution, None, 0).operations) == ["id-1", "open", "in open"]


# --------------------------------------------------------------------------- pages by number
@pytest.mark.parametrize("max_items", [1, 2, 3, 7, 100])
def test_pages_of_every_size_hold_everything_once_and_in_order(max_items: int) -> None:
    hidden = [a_context("c"), *(an_operation(f"h{number}", parent="c") for number in range(5))]
    execution = an_execution([an_operation("a"), *hidden, an_operation("z")])
    found = pages(execution, max_items)
    assert [id_ for page in found for id_ in ids(page.operations)] == ["id-1", "a", "c", "z"]
    assert all(len(page.operations) <= max_items for page in found)
    assert max_items < 4 or len(found) == 1, "no empty page at the end"


@pytest.mark.parametrize(("asked", "given"), [(0, PAGE_ITEMS_DEFAULT), (1000, 1000), (5000, PAGE_ITEMS_MAX)])
def test_a_page_has_the_size_that_was_asked_for_within_its_bounds(asked: int, given: int) -> None:
    execution = an_execution([an_operation(str(number)) for number in range(1_500)])
    assert len(state_page(execution, None, asked).operations) == given
    assert len(state_page(execution, "200", asked).operations) == given


def test_a_marker_stays_where_it_is_while_the_state_moves() -> None:
    before = [a_context("c", status=Status.STARTED), an_operation("h", parent="c"), an_operation("z")]
    first = state_page(an_execution(before), None, 3)
    assert ids(first.operations) == ["id-1", "c", "h"]
    after = [a_context("c"), *before[1:], an_operation("new")]
    assert ids(state_page(an_execution(after), first.next_marker, 3).operations) == ["z", "new"]


@pytest.mark.parametrize("marker", ["x", "-1", "1.5", " 1", "１", "9" * 19, "1:0"])
def test_a_marker_that_is_not_ours_is_refused(marker: str) -> None:
    with pytest.raises(Refused, match="Invalid Marker"):
        state_page(an_execution([an_operation("a")]), marker, 0)


def test_a_marker_beyond_the_end_finds_nothing() -> None:
    assert state_page(an_execution([an_operation("a")]), "999", 0) == StatePage(operations=())


# --------------------------------------------------------------------------- pages by bytes
def as_page(execution: Execution) -> StatePage:
    made = envelope(execution, BEGUN)
    return StatePage(operations=made.operations, next_marker=made.next_marker)


def test_an_envelope_holds_everything_that_fits() -> None:
    execution = an_execution([an_operation(str(number), result="x" * 1_000) for number in range(2_000)])
    first = as_page(execution)
    assert (len(first.operations), first.next_marker) == (2_001, None)


@pytest.mark.parametrize(
    "text",
    ["x" * 250_000, "ä" * 125_000, '"\\' * 100_000, "\x00" * 100_000],
    ids=["plain", "two bytes", "quoted", "control"],
)
@pytest.mark.parametrize("input_bytes", [0, 4 * MIB])
def test_an_envelope_fits_a_lambda_request_and_the_rest_is_fetched(text: str, input_bytes: int) -> None:
    operations = [an_operation(str(number), result=text) for number in range(60)]
    execution = an_execution(operations, input_="x" * input_bytes)
    made = envelope(execution, BEGUN)
    assert made.next_marker is not None
    assert len(dump(encode_envelope(made)).encode()) <= LAMBDA_REQUEST_BYTES_MAX
    assert ids(everything(execution, as_page(execution))) == ["id-1", *(str(number) for number in range(60))]


@pytest.mark.parametrize("where", [0, 1])
@pytest.mark.parametrize(
    "member", [{"result": "x" * (ENVELOPE_BYTES_MAX + 1)}, {"error": ErrorObject(data="x" * (ENVELOPE_BYTES_MAX + 1))}]
)
def test_an_operation_larger_than_a_page_has_a_page_of_its_own(where: int, member: dict[str, Any]) -> None:
    """The result of a context may be as large as the wire allows, which is more than a page may be."""
    operations = [an_operation("a"), an_operation("b")]
    operations.insert(where, a_context("large", **member))
    execution = an_execution(operations)
    assert sorted(ids(everything(execution, as_page(execution)))) == ["a", "b", "id-1", "large"]
    assert sorted(ids([o for page in pages(execution, 100) for o in page.operations])) == ["a", "b", "id-1", "large"]


def test_an_input_as_large_as_may_be_leaves_its_envelope_to_itself() -> None:
    execution = an_execution([an_operation("a")], input_="x" * (6 * MIB))
    first = as_page(execution)
    assert ids(first.operations) == ["id-1"]
    assert ids(everything(execution, first)) == ["id-1", "a"]
