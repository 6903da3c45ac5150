"""Records inside a store."""

from dataclasses import dataclass
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everstep.core.events import Event
from everstep.core.machine.delta import Effect, Invoke, NotifyParent
from everstep.core.machine.state import Head, Invocation, InvocationPhase, Origin, Parent, Reply
from everstep.core.model import (
    Arn,
    CallbackOptions,
    CheckpointToken,
    ExecutionStatus,
    InvokeOptions,
    Kind,
    Millis,
    Operation,
    OperationId,
    Status,
)
from everstep.core.wire.stored import UnreadableRecordError, dump_effect, dump_record, load_effect, load_record
from tests.core.wire.strategies import ERRORS, FREE_TEXT

OPERATION = Operation(id=OperationId("9f00"), kind=Kind.STEP, status=Status.STARTED, started_at=Millis(5))


def every_member(cls: type, **nested: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Records with each member drawn from its type, defaults or not; nested records come from `nested`."""
    plain = {name: nested.get(name, _of_type(hint)) for name, hint in get_type_hints(cls).items()}
    return st.builds(cls, **plain)


def _of_type(hint: object) -> st.SearchStrategy[object]:
    """Text without lone surrogates: a store has no more room for them than the wire."""
    texts = (str, Arn, OperationId, CheckpointToken)
    if hint in texts:
        return FREE_TEXT
    if any(hint == text | None for text in texts):
        return st.none() | FREE_TEXT
    return st.from_type(hint)  # type: ignore[arg-type]  # any type is welcome


NUMBERS = st.integers(0, 10**15)
PARENTS = st.builds(Parent, arn=FREE_TEXT.map(Arn), operation_id=FREE_TEXT.map(OperationId))
CALLBACKS = st.builds(CallbackOptions, timeout_seconds=NUMBERS, heartbeat_timeout_seconds=NUMBERS)
INVOKES = st.builds(InvokeOptions, function_name=FREE_TEXT, tenant_id=st.none() | FREE_TEXT)
INVOCATIONS = st.builds(
    Invocation,
    number=NUMBERS,
    phase=st.sampled_from(InvocationPhase),
    id=FREE_TEXT,
    started_at=st.none() | NUMBERS.map(Millis),
    checkpoints=NUMBERS,
)
REPLIES = st.builds(
    Reply,
    client_token=FREE_TEXT,
    checkpoint_token=FREE_TEXT.map(CheckpointToken),
    at=NUMBERS.map(Millis),
    next_token=st.none() | FREE_TEXT.map(CheckpointToken),
    operation_ids=st.lists(FREE_TEXT.map(OperationId), max_size=3).map(tuple),
)
RECORDS = st.one_of(
    every_member(Origin, parent=st.none() | PARENTS),
    every_member(Head, error=st.none() | ERRORS, invocation=st.none() | INVOCATIONS, reply=st.none() | REPLIES),
    every_member(
        Operation,
        error=st.none() | ERRORS,
        callback_id=st.none() | FREE_TEXT,
        callback=st.none() | CALLBACKS,
        invoke=st.none() | INVOKES,
    ),
    every_member(
        Event,
        error=st.none() | ERRORS,
        callback_id=st.none() | FREE_TEXT,
        callback=st.none() | CALLBACKS,
    ),
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(RECORDS)
def test_a_record_comes_back_as_it_was(record: object) -> None:
    restored = load_record(type(record), dump_record(record))
    assert restored == record
    assert repr(restored) == repr(record), "equal is not enough: enums and tuples must come back as such"


@pytest.mark.parametrize("parent", [None, Parent(arn=Arn("arn:p"), operation_id=OperationId("o"))])
def test_an_effect_comes_back_with_its_type(parent: Parent | None) -> None:
    effect: Effect = Invoke(arn=Arn("arn:x"), number=3)
    if parent is not None:
        effect = NotifyParent(arn=Arn("arn:x"), parent=parent, status=ExecutionStatus.FAILED)
    assert load_effect(dump_effect(effect)) == effect


def test_only_what_differs_from_the_default_is_written() -> None:
    assert dump_record(OPERATION) == '{"id":"9f00","kind":"STEP","status":"STARTED","started_at":5}'
    assert dump_record(Head()) == "{}"
    invocation = Invocation(number=1, phase=InvocationPhase.OWED)
    assert dump_record(Head(version=1, invocation=invocation)) == (
        '{"version":1,"invocation":{"number":1,"phase":"OWED"}}'
    )


def test_none_is_left_out_even_where_a_member_has_no_default() -> None:
    text = (
        '{"arn":"a","execution_id":"e","name":"n","function":"f","version":"1","function_arn":"fa",'
        '"started_at":5,"timeout_seconds":60}'
    )
    origin = load_record(Origin, text)
    assert origin.input is None
    assert dump_record(origin) == text


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Members with None on the wrong side of the default."""

    mood: str | None = "good"
    others: tuple[Parent, ...] = ()


@pytest.mark.parametrize(
    "odd", [Odd(), Odd(mood=None), Odd(mood="bad"), Odd(others=(Parent(arn=Arn("a"), operation_id=OperationId("o")),))]
)
def test_none_is_written_where_it_is_not_the_default(odd: Odd) -> None:
    assert load_record(Odd, dump_record(odd)) == odd


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"id":"9f00","kind":"STEP","status":"STARTED"}',
        '{"id":"9f00","kind":"DANCE","status":"STARTED","started_at":5}',
        '{"id":"9f00","kind":"STEP","status":"STARTED","started_at":5,"from_the_future":1}',
        '{"id":"9f00","kind":"STEP","status":"STARTED","started_at":5,"error":"no"}',
    ],
)
def test_a_text_that_is_no_such_record_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableRecordError):
        load_record(Operation, text)


@pytest.mark.parametrize("text", ["{}", '{"type":"dance"}', '{"type":"invoke"}', '{"type":[]}', "[]"])
def test_a_text_that_is_no_effect_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableRecordError):
        load_effect(text)
