"""A comparison that cannot fail would prove nothing: each rule is shown with what it lets pass and what it stops."""

from typing import Any

import pytest

from tests.conformance.matching import fill, history_mismatch, logs_mismatch, mismatch


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("*", None),
        ({}, {"Payload": "x"}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
        ("${/^[0-5]$/}", 5),
        ("${/wrapped/}", '{"wrapped": "x"}'),
        ([1, "*"], [1, 2]),
        (["${ID}", "${ID}"], ["x", "x"]),
        (None, None),
    ],
)
def test_what_fits(expected: Any, actual: Any) -> None:
    assert mismatch(expected, actual, {}) is None


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        ({"a": "*"}, {}, "a is missing"),
        ({"a": {}}, {"b": 1}, "a is missing"),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b is 2, not 1"),
        ({"a": {"b": 1}}, {"a": "text"}, "a is 'text', not an object"),
        ("${/^[0-5]$/}", 6, "the value is 6, not like ${/^[0-5]$/}"),
        ([1], [1, 2], "the value is [1, 2], not a list of 1"),
        ([1, 2], [1, 3], "[1] is 3, not 2"),
        (["${ID}", "${ID}"], ["x", "y"], "[1] is 'y', but ${ID} was 'x' before"),
        (None, "null", "the value is 'null', not None"),
        ("Step", "step", "the value is 'step', not 'Step'"),
    ],
)
def test_what_does_not_fit_is_named(expected: Any, actual: Any, said: str) -> None:
    assert mismatch(expected, actual, {}) == said


def test_variables_are_filled_in_everywhere_and_bindings_stay() -> None:
    raw = {"Input": ["${A}"], "Payload": '"${A}"', "Id": "${ID1}", "Number": 1}
    assert fill(raw, {"A": "x"}) == {"Input": ["x"], "Payload": '"x"', "Id": "${ID1}", "Number": 1}


STARTED = {"EventId": 2, "EventType": "StepStarted", "Id": "a", "StepStartedDetails": {}}
SUCCEEDED = {"EventId": 3, "EventType": "StepSucceeded", "Id": "a"}
COMPLETED = {"EventId": 4, "EventType": "InvocationCompleted"}
WANTED = [{**STARTED, "Id": "${ID}"}, {**SUCCEEDED, "Id": "${ID}"}, COMPLETED]


def test_a_history_fits_by_event_ids_and_may_have_events_that_nobody_asked_for() -> None:
    first = {"EventId": 1, "EventType": "ExecutionStarted"}
    assert history_mismatch(WANTED, [first, STARTED, SUCCEEDED, COMPLETED], {}) is None


def test_an_event_that_is_missing_extra_or_out_of_order_is_seen_where_it_begins() -> None:
    missing = history_mismatch(WANTED, [STARTED, SUCCEEDED], {})
    swapped = history_mismatch(WANTED, [STARTED, {**COMPLETED, "EventId": 3}, {**SUCCEEDED, "EventId": 4}], {})
    another = history_mismatch(WANTED, [STARTED, {**SUCCEEDED, "Id": "b"}, COMPLETED], {})
    assert missing is not None
    assert missing.startswith("event 4: it did not happen\n")
    assert swapped is not None
    assert swapped.startswith("event 3: EventType is 'InvocationCompleted', not 'StepSucceeded'\n")
    assert another is not None
    assert another.startswith("event 3: Id is 'b', but ${ID} was 'a' before\n")


def test_both_histories_are_shown_side_by_side_with_a_mark() -> None:
    text = history_mismatch(WANTED, [STARTED], {})
    assert text is not None
    lines = text.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["2", ">", "4"]
    assert lines[3].split("|")[0].split() == [">", "3", "StepSucceeded", "Id=${ID}"]
    assert lines[3].split("|")[1].split() == ["…"]


RECORDS: list[dict[str, object]] = [
    {"message": "begin x"},
    {"hook": "start", "n": 1, "first": True},
    {"message": "end x"},
]


@pytest.mark.parametrize(
    "expectation",
    [
        {"match": {"message": "/x$/"}, "count": 2},
        {"match": {"message": "/nothing/"}, "count": 0},
        {"match": {"hook": "start", "n": 1}, "count": 1},
        {"match": {"hook": "start", "n": "/^\\d$/"}, "min_count": 1},
        {"match": {"message": "/end/"}, "count": 1, "after": [{"hook": "start"}]},
    ],
)
def test_log_records_that_fit(expectation: Any) -> None:
    assert logs_mismatch([expectation], RECORDS, {}) is None


@pytest.mark.parametrize(
    "expectation",
    [
        {"match": {"message": "/x$/"}, "count": 1},
        {"match": {"hook": "start", "n": 2}, "count": 1},
        {"match": {"hook": "start", "first": 1}, "count": 1},
        {"match": {"hook": "start", "other": "/.*/"}, "min_count": 1},
        {"match": {"message": "/x$/"}, "min_count": 3},
        {"match": {"message": "/begin/"}, "count": 1, "after": [{"hook": "start"}]},
        {"match": {"message": "/begin/"}, "count": 1, "after": [{"hook": "never"}]},
    ],
)
def test_log_records_that_do_not_fit(expectation: Any) -> None:
    assert logs_mismatch([expectation], RECORDS, {}) is not None


def test_logs_know_what_the_history_has_bound() -> None:
    expectation = {"match": {"op": "${ID1}"}, "count": 1}
    assert logs_mismatch([expectation], [{"op": "abc"}], {"ID1": "abc"}) is None
    assert logs_mismatch([expectation], [{"op": "abc"}], {"ID1": "xyz"}) is not None
