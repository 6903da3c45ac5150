"""Search attributes: what may be one, and what a history of them adds up to."""

from typing import Any

import pytest

from everstep.core.model import Kind, Millis, Operation, OperationId, Status
from everstep.core.wire.attributes import SUB_TYPE, attributes_set_by, problem_of


def a_setting(payload: str | None, **members: Any) -> Operation:
    found = {"kind": Kind.STEP, "status": Status.SUCCEEDED, "sub_type": SUB_TYPE, "result": payload, **members}
    return Operation(id=OperationId("a"), started_at=Millis(0), **found)


def test_what_is_set_later_wins_and_null_removes() -> None:
    first, second = a_setting('{"a":1,"b":"x","c":true}'), a_setting('{"a":2,"b":null}')
    assert attributes_set_by([first, second]) == {"a": "2", "b": None, "c": "true"}


@pytest.mark.parametrize("payload", [None, "", "no json", "[1]", '{"a":{}}', '{"":1}', '{"a=b":1}'])
def test_a_payload_of_another_form_sets_nothing(payload: str | None) -> None:
    assert attributes_set_by([a_setting(payload)]) == {}


@pytest.mark.parametrize("other", [{"sub_type": "Step"}, {"status": Status.STARTED}, {"kind": Kind.CONTEXT}])
def test_only_a_step_of_our_sub_type_that_succeeded_sets_any(other: dict[str, Any]) -> None:
    assert attributes_set_by([a_setting('{"a":1}', **other)]) == {}


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"a": []}, "must be a text"),
        ({"a": float("nan")}, "finite"),
        ({"a": "x" * 300}, "256 characters"),
        ({"x" * 65: 1}, "1 to 64"),
        ({f"a{n}": 1 for n in range(33)}, "32 attributes"),
        ({1: 1}, "1 to 64"),
    ],
)
def test_an_author_is_told_what_is_wrong(attributes: dict[Any, object], words: str) -> None:
    assert words in (problem_of(attributes) or "")


def test_texts_numbers_truth_values_and_none_may_be_attributes() -> None:
    assert problem_of({"a": "ä", "b": 1, "c": 1.5, "d": False, "e": None}) is None
