"""Each invariant finds the smallest record that breaks it, and nothing where there is nothing to find."""

import pytest

from everstep.core.events import EventType
from tests.invariants.bad import ARN, BAD, a_save, a_story, an_end, history, of, told
from tests.invariants.check import INVARIANTS, violations
from tests.invariants.record import Record, Span, story_from_json


@pytest.mark.parametrize(("name", "record"), BAD, ids=[name for name, _ in BAD])
def test_a_broken_promise_is_found(name: str, record: Record) -> None:
    assert name in {violation.invariant for violation in violations(record)}


def test_every_invariant_has_been_seen_to_find_something() -> None:
    assert {invariant.__name__ for invariant in INVARIANTS} == {name for name, _ in BAD}


def test_where_nothing_happened_nothing_is_wrong() -> None:
    assert violations(Record()) == []


def test_a_good_run_is_good() -> None:
    story = a_story(
        told(1, EventType.EXECUTION_STARTED, 0),
        an_end(2, "r", 0, 10),
        an_end(3, "s", 10, 20),
        told(4, EventType.EXECUTION_SUCCEEDED, 20, result="1"),
        status="SUCCEEDED",
        result="1",
    )
    same = a_save(request_id="r", next_token="u")
    assert violations(of(story, calls=(same, same), expected={ARN: "1"})) == []


def test_a_timer_may_be_late_while_the_service_is_down() -> None:
    late = next(record for name, record in BAD if name == "nothing_is_late")
    down = Record(stories=late.stories, lateness_ms_max=late.lateness_ms_max, troubles=(Span(begin=9_000, end=11_500),))
    assert violations(down) == []


def test_what_the_api_answers_is_a_story() -> None:
    event = {"EventId": 1, "EventType": "ExecutionStopped", "EventTimestamp": 1.0, "ExecutionStoppedDetails": {}}
    story = story_from_json(ARN, {"Status": "STOPPED"}, [event])
    assert [event.type for event in story.events] == [event.type for event in history(EventType.EXECUTION_STOPPED)]
    assert violations(of(story)) == []
