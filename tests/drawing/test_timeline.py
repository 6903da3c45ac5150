"""What a drawn history looks like."""

import pytest

from everstep.core.events import Event, EventType
from everstep.core.model import ErrorObject, Millis
from everstep.drawing.timeline import Span, draw, fold
from tests.cli.histories import START, an_event, an_order

DRAWN = """\
order-17 succeeded after 14.2 s, 2 invocations, 1 failed

operation     outcome    tries        start         took
step reserve  succeeded      1      0.010 s      0.200 s  █
step charge   succeeded      2      0.220 s       2.28 s  █···██
              └ ValueError: card declined
wait          succeeded              2.51 s       10.0 s       ░░░░░░░░░░░░░░░░░░░░░░
invocation 1  completed             0.000 s      0.310 s  ═
invocation 2  failed                 2.31 s      0.095 s      ══
              └ Runtime.ExitError: signal: killed"""


def test_a_history_is_drawn_with_its_attempts_waits_and_crashes() -> None:
    assert "\n".join(draw(an_order(), width=88)) == DRAWN


def test_the_order_in_which_events_come_does_not_matter() -> None:
    assert draw(an_order()[::-1]) == draw(an_order())


def test_what_runs_inside_a_context_is_indented() -> None:
    events = [
        an_event(EventType.EXECUTION_STARTED, event_id=1),
        an_event(EventType.CONTEXT_STARTED, event_id=2, operation="c", name="outer"),
        an_event(EventType.STEP_STARTED, event_id=3, operation="s", name="inner", parent_id="c"),
    ]
    assert [(row.label, row.depth) for row in fold(events).operations] == [("context outer", 0), ("step inner", 1)]


def test_an_open_history_reaches_to_its_last_event() -> None:
    events = an_order()[:-2]
    drawn = fold(events)
    assert (drawn.outcome, drawn.end) == ("is open", START + 2510)
    assert drawn.operations[-1].spans == (Span(Millis(START + 2510)),)
    assert any(text.startswith("wait          open ") for text in draw(events))


def test_a_failed_execution_says_why_in_its_first_line() -> None:
    events = [
        an_event(EventType.EXECUTION_STARTED, event_id=1, name="order-3"),
        an_event(
            EventType.EXECUTION_FAILED, event_id=2, after_ms=80, error=ErrorObject(type="OutOfStock", message="no mugs")
        ),
    ]
    assert draw(events)[0] == "order-3 failed after 0.080 s, 0 invocations: OutOfStock: no mugs"


def test_nothing_yet_is_said_in_words() -> None:
    assert draw([]) == ["nothing happened yet"]


@pytest.mark.parametrize("width", [1, 40, 80, 300])
@pytest.mark.parametrize("events", [an_order(), an_order()[:1], an_order()[:5]])
def test_any_part_of_a_history_can_be_drawn_at_any_width(events: list[Event], width: int) -> None:
    assert draw(events, width)[0].startswith("order-17")


def test_clocks_that_disagree_do_not_push_a_bar_off_the_axis() -> None:
    early = Millis(START - 5_000)
    events = [
        *an_order(),
        an_event(EventType.INVOCATION_COMPLETED, event_id=13, invocation_started_at=early, invocation_ended_at=early),
    ]
    assert draw(events, 88)[-1].endswith("  ═")


def test_what_is_inside_an_operation_stands_below_it_also_where_branches_ran_side_by_side() -> None:
    begun = [("left", None), ("right", None), ("left step", "left"), ("right step", "right"), ("left wait", "left")]
    events = [
        an_event(EventType.CONTEXT_STARTED, event_id=number, operation=name, name=name, parent_id=parent)
        for number, (name, parent) in enumerate(begun, 1)
    ]
    names = [row.label.removeprefix("context ") for row in fold(events).operations]
    assert names == ["left", "left step", "left wait", "right", "right step"]
